package search

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func sampleSuggester(t testing.TB) *Suggester {
	t.Helper()
	terms := []Document{
		{ID: "term", Kind: "term", Title: "监护人", Names: []string{"监户仁"}, Text: "照顾和保护孩子的人就是监护人。医疗找监护人，医疗、救助都找监护人。孤儿补贴给孤儿，也就是孤儿补贴。", URL: "/glossary#term"},
		{ID: "term-en", Kind: "term", Lang: "en", Translates: "term", Title: "guardian", Text: "The guardian looks after the child."},
	}
	return NewSuggester(sampleIndex(t), append(sampleDocuments(), terms...))
}

func idList(docs []Document) string {
	var out []string
	for _, d := range docs {
		out = append(out, d.ID)
	}
	return strings.Join(out, " ")
}

func TestSuggest(t *testing.T) {
	s := sampleSuggester(t)
	for _, test := range []struct{ name, typed, first string }{
		{"beginning of a title", "孤儿补贴每", "orphan-faq-amount"},
		{"beginning of a policy before that of a question", "孤儿", "basic"},
		{"inside a title", "医疗救助", "medical"},
		{"a name", "看病", "medical"},
		{"traditional", "醫療", "medical"},
		{"full width", "ｆｕｃａｉ", "dream"},
		{"pinyin", "yiliaojiuzhu", "medical"},
		{"pinyin with gaps", "yi liao jiu zhu", "medical"},
		{"pinyin not finished", "yiliaoj", "medical"},
		{"southern pinyin", "jianfulen", ""},
		{"southern sound", "fucaiyuanmen", "dream"},
		{"initials", "yljz", "medical"},
		{"initials with two letters", "chyz", ""},
		{"characters and pinyin", "困境ertong", "medical"},
		{"sounds alike", "医疗旧助", "medical"},
		{"wrong character", "福彩园楚", ""},
		{"one wrong of four", "医庁救助", "medical"},
		{"missing character", "医疗助", "medical"},
		{"needless character", "医疗的救助", "medical"},
		{"swapped characters", "医疗助救", "medical"},
		{"swapped letters", "fucaiyaunmeng", "dream"},
		{"word explained", "监护", "term"},
		{"other order", "多少钱 补贴 每月", "orphan-faq-amount"},
		{"nothing", "。", ""},
		{"empty", "", ""},
		{"strange letters", "zzqxwk", ""},
		{"another subject", "今晚吃什么", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := s.Suggest(t.Context(), Query{Text: test.typed})
			if first, _, _ := strings.Cut(idList(got), " "); first != test.first {
				t.Errorf("Suggest(%q) = %s; want %q first", test.typed, idList(got), test.first)
			}
		})
	}
}

func TestSuggestFilters(t *testing.T) {
	s := sampleSuggester(t)
	for _, test := range []struct {
		q    Query
		want string
	}{
		{Query{Text: "guard", Lang: "en"}, "term-en"},
		{Query{Text: "guardiam", Lang: "en"}, "term-en"},
		{Query{Text: "lowance", Lang: "en"}, ""}, // words of letters are found by their beginning
		{Query{Text: "guardian"}, ""},
		{Query{Text: "孤儿", Kinds: []string{"section"}}, "orphan-apply"},
		{Query{Text: "孤儿", Category: "school"}, "dream"},
	} {
		if got := idList(s.Suggest(t.Context(), test.q)); got != test.want {
			t.Errorf("Suggest(%+v) = %q; want %q", test.q, got, test.want)
		}
	}
	if got := s.Suggest(t.Context(), Query{Text: "孤儿", Limit: 2}); len(got) != 2 {
		t.Errorf("%d suggestions; want 2", len(got))
	}
}

// TestSuggestWork types what makes a matcher try the most ways.
func TestSuggestWork(t *testing.T) {
	docs := make([]Document, 50)
	for i := range docs {
		docs[i] = Document{ID: fmt.Sprint(i), Title: strings.Repeat("安案俺", 40) + fmt.Sprint(i)}
	}
	x := NewIndex(testNormalizer(t))
	if err := x.Index(t.Context(), docs); err != nil {
		t.Fatal(err)
	}
	s := NewSuggester(x, docs)
	for _, typed := range []string{strings.Repeat("an", 12), strings.Repeat("a", 24), strings.Repeat("安", 23) + "x", strings.Repeat("a ", 300)} {
		l := &list{t: s.ready(), docs: docs, q: Query{Text: typed}, found: map[int32]suggestion{}}
		l.match([]rune(typed)[:min(len([]rune(typed)), maxTyped)], DefaultLimit)
		s.Suggest(t.Context(), Query{Text: typed})
		s.Correct(t.Context(), Query{Text: typed})
	}
}

func TestCorrect(t *testing.T) {
	s := sampleSuggester(t)
	for _, test := range []struct{ name, typed, lang, want string }{
		{"sounds alike", "医聊", "", "医疗"},
		{"traditional", "醫聊", "", "医疗"},
		{"does well", "孤儿补贴每月多少钱", "", ""},
		{"pinyin with a slip", "gu er butei", "", "孤儿补贴"},
		{"pinyin with a letter missing", "butie guer yilio", "", ""},
		{"pinyin in one word", "guer", "", "孤儿"}, // which titles with just this find; the characters find more
		{"pinyin in capitals", "GuEr", "", "孤儿"},
		{"pinyin in two words", "guer butie", "", "孤儿补贴"},
		{"one syllable", "gu", "", ""},
		{"initials", "gebt", "", ""},
		{"characters and pinyin that do well", "孤儿butie", "", ""},
		{"word of letters", "guardiam", "en", ""}, // terms are not searched
		{"word with a slip", "monthy alowance", "en", "monthly allowance"},
		{"another subject", "今晚吃什么", "", ""},
		{"strange letters", "zzqxwk", "", ""},
		{"long", strings.Repeat("医聊", 40), "", ""},
		{"empty", "", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := s.Correct(t.Context(), Query{Text: test.typed, Lang: test.lang}); got != test.want {
				t.Errorf("Correct(%q) = %q; want %q", test.typed, got, test.want)
			}
		})
	}
}

func TestOneSlip(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want bool
	}{
		{"butie", "butei", true}, {"butie", "buti", true}, {"butie", "buttie", true}, {"butie", "butia", true},
		{"butie", "xutie", true}, {"ab", "ba", true}, {"butie", "butie", false}, {"butie", "but", false},
		{"butie", "tubie", false}, {"", "a", true}, {"", "", false},
	} {
		for _, pair := range [][2]string{{test.a, test.b}, {test.b, test.a}} {
			if got := oneSlip([]rune(pair[0]), []rune(pair[1])); got != test.want {
				t.Errorf("oneSlip(%q, %q) = %v; want %v", pair[0], pair[1], got, test.want)
			}
		}
	}
}

func FuzzSuggest(f *testing.F) {
	s := sampleSuggester(f)
	for _, typed := range []string{"孤儿", "gueb", "孤 er", "１５７８", "\xff", "a.1"} {
		f.Add(typed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		got := s.Suggest(t.Context(), Query{Text: typed, Limit: 8})
		if len(got) > 8 {
			t.Errorf("%d suggestions", len(got))
		}
		slices.SortFunc(got, func(a, b Document) int { return strings.Compare(a.ID, b.ID) })
		for i := 1; i < len(got); i++ {
			if got[i].ID == got[i-1].ID {
				t.Errorf("%s twice", got[i].ID)
			}
		}
		if c := s.Correct(t.Context(), Query{Text: typed}); c != "" && c == typed {
			t.Errorf("Correct(%q) returns it", typed)
		}
	})
}

func BenchmarkSuggest(b *testing.B) {
	for _, n := range []int{200, 1000, 20000} {
		docs := benchDocuments(n)
		x := NewIndex(testNormalizer(b))
		if err := x.Index(b.Context(), docs); err != nil {
			b.Fatal(err)
		}
		s := NewSuggester(x, docs)
		s.Suggest(b.Context(), Query{Text: "a"}) // gets ready
		title := []rune(docs[n/2].Title)
		for name, typed := range map[string]string{
			"1": string(title[:1]), "beginning": string(title[:4]), "slip": string(title[:3]) + "龘" + string(title[4:6]),
			"pinyin": Sound(title[0]) + Sound(title[1]), "initials": Sound(title[0])[:1] + Sound(title[1])[:1] + Sound(title[2])[:1],
			"nothing": "qwzxvk",
		} {
			b.Run(fmt.Sprintf("docs=%d/%s", n, name), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					s.Suggest(b.Context(), Query{Text: typed, Limit: 8})
				}
			})
		}
	}
}

func BenchmarkCorrect(b *testing.B) {
	s := sampleSuggester(b)
	for b.Loop() {
		s.Correct(b.Context(), Query{Text: "gu er butei"})
	}
}
