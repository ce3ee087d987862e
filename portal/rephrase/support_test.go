package rephrase

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"huitong/content"
)

const (
	allowance = "中山公布的标准是1578元/人/月（2021年标准），散居孤儿和事实无人抚养儿童都一样。后来年份的标准本站没有查到，请拨 12345 问。"
	ending    = "满18周岁后停发。满18周岁还在全日制学校读书的，可能可以继续领。户口不在中山的，不能在中山领。由镇街在30个工作日内决定。带户口本、身份证，或者出生证。"
)

func TestSupported(t *testing.T) {
	passages := []string{allowance, ending}
	tests := []struct{ name, reply, want string }{
		{"as published", allowance, allowance},
		{"other order", "散居孤儿和事实无人抚养儿童都一样，公布的中山标准是1578元/人/月（2021年标准）。", "散居孤儿和事实无人抚养儿童都一样，公布的中山标准是1578元/人/月（2021年标准）。"},
		{"little of the clause", "都一样，标准是1578元/人/月（2021年标准）。", ""},
		{"other spelling", "中山公布的标准是一千五百七十八元/人/月（2021年标准）。", "中山公布的标准是一千五百七十八元/人/月（2021年标准）。"},
		{"empty words", "如果您满18周岁了，还在全日制学校读书的，可能可以继续领。", ""},
		{"marks of lists", "- **满18周岁后停发**。\n2. 由镇街在30个工作日内决定。", "满18周岁后停发。由镇街在30个工作日内决定。"},
		{"other amount", "中山公布的标准是2578元/人/月（2021年标准）。", ""},
		{"other amount in characters", "中山公布的标准是两千元/人/月（2021年标准）。", ""},
		{"ten thousand times", "中山公布的标准是1578万元/人/月（2021年标准）。", ""},
		{"other year", "中山公布的标准是1578元/人/月（2026年标准）。", ""},
		{"no year", "中山公布的标准是1578元/人/月。", ""},
		{"other unit", "由镇街在30天内决定。", ""},
		{"other telephone", "请拨 12346 问。", ""},
		{"number of another clause", "满30周岁后停发。", ""},
		{"negation gained", "满18周岁还在全日制学校读书的，可能不可以继续领。", ""},
		{"negation lost", "户口不在中山的，能在中山领。", ""},
		{"condition turned round", "户口在中山的，不能在中山领。", ""},
		{"doubt lost", "满18周岁还在全日制学校读书的，可以继续领。", ""},
		{"promise", "满18周岁还在全日制学校读书的，一定可以继续领。", ""},
		{"condition lost", "不能在中山领。", ""},
		{"condition in the sentence before", "户口不在中山的。不能在中山领。", "户口不在中山的。不能在中山领。"},
		{"part of a list", "带户口本、身份证。", "带户口本、身份证。"},
		{"choice lost", "带户口本、身份证、出生证。", ""},
		{"address", "标准见 https://evil.example 。", ""},
		{"address without scheme", "满18周岁后停发evil.cn。", ""},
		{"mark-up", "满18周岁后停发<b>。", ""},
		{"mail", "满18周岁后停发a@b。", ""},
		{"office", "由中山市教育局在30个工作日内决定。", ""},
		{"title", "《中山条例》满18周岁后停发。", ""},
		{"new word", "满18周岁后停发奖学金。", ""},
		{"foreign word", "满18周岁后停发bonus。", ""},
		{"other script", "满18周岁后停发Ω。", ""},
		{"sign", "满18周岁后停发🎉。", ""},
		{"one of three", "您可以领十万元！满18周岁后停发。快联系我。", "满18周岁后停发。"},
		{"greeting", "您好！", ""},
		{"nothing", "，。", ""},
		{"invisible", "满18周岁后停\u200b发。", "满18周岁后停\u200b发。"},
	}
	for _, tt := range tests {
		if got := supported(tt.reply, passages); got != tt.want {
			t.Errorf("%s: %q; want %q", tt.name, got, tt.want)
		}
	}
}

// TestNothingLeftOutThatMatters wants what a clause is about kept with it: which children an
// amount is for, each of several conditions, and no sentence of a condition and of what
// another one says.
func TestNothingLeftOutThatMatters(t *testing.T) {
	passages := []string{
		"散居孤儿每月1578元（2021年标准）。集中养育的孤儿每月2000元（2021年标准）。满18周岁后停发。材料交到镇街，不收费。",
		"爸爸一方去世、妈妈失踪的，按孤儿申请。孩子的爸爸和妈妈去世的要带死亡证明。户口不在中山的，也可以在中山交材料。",
		"The father has died and the mother is missing: apply as an orphan.",
	}
	tests := []struct{ name, reply, want string }{
		{"whom an amount is for", "孤儿每月2000元（2021年标准）。", ""},
		{"whom another amount is for", "孤儿每月1578元（2021年标准）。", ""},
		{"an amount in other order", "每月集中养育的孤儿2000元（2021年标准）。", "每月集中养育的孤儿2000元（2021年标准）。"},
		{"one condition of two", "爸爸一方去世的，按孤儿申请。", ""},
		{"one parent of two", "孩子的爸爸去世的要带死亡证明。", ""},
		{"one condition of two in English", "The father has died: apply as an orphan.", ""},
		{"end of a word", "材料交到镇街，不收。", ""},
		{"a condition before what is said of all", "户口不在中山的，满18周岁后停发。", ""},
		{"a condition behind it", "满18周岁后停发，户口不在中山的。", ""},
		{"two sentences in one", "满18周岁后停发，材料交到镇街，不收费。", "满18周岁后停发，材料交到镇街，不收费。"},
		{"beginning of a sentence", "材料交到镇街。", "材料交到镇街。"},
	}
	for _, tt := range tests {
		if got := supported(tt.reply, passages); got != tt.want {
			t.Errorf("%s: %q; want %q", tt.name, got, tt.want)
		}
	}
}

func TestSupportedInEnglish(t *testing.T) {
	passages := []string{"The published rate is 1,578 yuan per person per month (2021). You can apply if the child is under 18. You cannot apply online."}
	tests := []struct{ name, reply, want string }{
		{"other order", "Per person per month the published rate is 1,578 yuan (2021).", "Per person per month the published rate is 1,578 yuan (2021)."},
		{"other amount", "The published rate is 1,678 yuan per person per month (2021).", ""},
		{"no year", "The published rate is 1,578 yuan per person per month.", ""},
		{"negation lost", "You can apply online.", ""},
		{"negation gained", "You cannot apply if the child is under 18.", ""},
		{"limit turned round", "You can apply if the child is over 18.", ""},
		{"new word", "You can apply if the child is under 18 and rich.", ""},
		{"two", "You cannot apply online. You can apply if the child is under 18.", "You cannot apply online. You can apply if the child is under 18."},
	}
	for _, tt := range tests {
		if got := supported(tt.reply, passages); got != tt.want {
			t.Errorf("%s: %q; want %q", tt.name, got, tt.want)
		}
	}
}

func TestWithCautions(t *testing.T) {
	got := withCautions("标准是1578元/人/月（2021年标准）。", allowance)
	if want := "标准是1578元/人/月（2021年标准）。后来年份的标准本站没有查到，请拨 12345 问。"; got != want {
		t.Errorf("%q; want %q", got, want)
	}
	if got := withCautions(allowance, allowance); got != allowance {
		t.Errorf("%q; a caution stands twice", got)
	}
}

func TestFigures(t *testing.T) {
	for text, want := range map[string]string{
		"1,578元/人/月":          "1578元",
		"1.5万元":               "15000元",
		"一千五百七十八元":            "1578元",
		"十五天":                 "15天",
		"二十个工作日":              "20个工作",
		"6个月":                 "6个月",
		"两万三千元":               "23000元",
		"二〇二一年":               "2021年",
		"0760-88221234":       "0760-88221234",
		"千万不要":                "",
		"一定":                  "",
		"三级":                  "3级",
		"1,578 yuan in 2021":  "1578yuan 2021",
		"440000201805060012":  "440000201805060012",
		"打12345，24小时，12345都在": "12345 12345 24小时",
	} {
		if got := strings.Join(figures(fold(text)), " "); got != want {
			t.Errorf("figures(%q) = %q; want %q", text, got, want)
		}
	}
}

// published returns every answer and section of the real content.
func published(t *testing.T) []string {
	t.Helper()
	lib, err := content.Load(content.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, p := range lib.Policies {
		versions := []*content.Policy{p}
		if english, ok := p.In("en"); ok {
			versions = append(versions, english)
		}
		for _, v := range versions {
			for _, s := range v.Sections {
				out = append(out, s.Text)
			}
			for _, f := range v.FAQ {
				out = append(out, f.A)
			}
		}
	}
	return out
}

// TestPublishedSupportsItself wants what is published to pass, sentence by sentence:
// a model that quotes is not silenced. Addresses never pass.
func TestPublishedSupportsItself(t *testing.T) {
	passed, all := 0, 0
	for _, text := range published(t) {
		g := newGround([]string{text})
		for _, s := range sentences(text) {
			all++
			if said, ok := g.supports(plain(s)); ok {
				passed++
				maps.Copy(g.said, said)
			} else if !foreign.MatchString(fold(s)) {
				t.Logf("dropped: %s", s)
			}
		}
	}
	t.Logf("%d of %d sentences pass", passed, all)
	if float64(passed) < 0.98*float64(all) {
		t.Error("too many published sentences are dropped")
	}
}

var (
	anyDigit = regexp.MustCompile(`[0-9]`)
	denial   = regexp.MustCompile(`[不没未]`)
	able     = regexp.MustCompile(`[能要算领交管]|可以`)
)

// TestForgeries changes one thing in each published sentence, at each place where it
// can be changed, and counts the forgeries that pass. In the few that do, the text
// itself has the other sentence, or the character denies nothing.
func TestForgeries(t *testing.T) {
	forge := map[string]func(string) []string{
		"a digit": func(s string) []string {
			return at(s, anyDigit, func(m string) string { return string('0' + (m[0]-'0'+3)%10) })
		},
		"a negation gone": func(s string) []string { return at(s, denial, func(string) string { return "" }) },
		"a negation come": func(s string) []string { return at(s, able, func(m string) string { return "不" + m }) },
		"an amount come": func(s string) []string {
			return []string{"另外发5000元。" + s, strings.TrimRight(s, "。") + "，另外发5000元。"}
		},
		"an address come": func(s string) []string { return []string{strings.TrimRight(s, "。") + "（www.evil.example）。"} },
		"an office changed": func(s string) []string {
			return at(s, regexp.MustCompile(`民政局`), func(string) string { return "教育局" })
		},
	}
	for name, change := range forge {
		passed, all := 0, 0
		for _, text := range published(t) {
			g := newGround([]string{text})
			originals := sentences(text)
			for _, s := range originals {
				for _, forged := range change(s) {
					all++
					for _, part := range sentences(forged) {
						if _, ok := g.supports(plain(part)); ok && !slices.Contains(originals, part) {
							passed++
							t.Logf("%s: %s", name, part)
						}
					}
				}
			}
		}
		t.Logf("%s: %d of %d forgeries pass", name, passed, all)
		if float64(passed) > 0.01*float64(all) {
			t.Errorf("%s: %d of %d forgeries pass", name, passed, all)
		}
	}
}

// at returns the text with each match changed in turn.
func at(s string, what *regexp.Regexp, change func(string) string) []string {
	var out []string
	for _, m := range what.FindAllStringIndex(s, -1) {
		out = append(out, s[:m[0]]+change(s[m[0]:m[1]])+s[m[1]:])
	}
	return out
}

func FuzzSupported(f *testing.F) {
	f.Add(allowance)
	f.Add("您可以领十万元！满18周岁后停发。")
	f.Fuzz(func(t *testing.T, reply string) {
		got := supported(reply, []string{allowance, ending})
		if foreign.MatchString(fold(got)) {
			t.Errorf("%q lets an address through: %q", reply, got)
		}
		for _, figure := range figures(fold(got)) {
			if !slices.Contains(figures(fold(allowance+ending)), figure) {
				t.Errorf("%q lets the figure %s through: %q", reply, figure, got)
			}
		}
		_ = withCautions(got, fmt.Sprint(allowance, reply))
	})
}
