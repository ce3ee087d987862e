package apply_test

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"huitong/content"
	"huitong/portal/apply"
)

var today = time.Date(2026, 11, 23, 9, 0, 0, 0, apply.China)

// sampleContent is the site's content with the questions and the one policy of
// testdata in place of its own.
type sampleContent struct{ own fs.FS }

// Open implements fs.FS.
func (s sampleContent) Open(name string) (fs.File, error) {
	f, err := s.own.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return content.Embedded().Open(name)
	}
	return f, err
}

// The content is read once for all tests, which change nothing of it.
var (
	sampleLibrary = sync.OnceValues(func() (*content.Library, error) {
		return content.Load(sampleContent{os.DirFS("testdata/content")})
	})
	library = sync.OnceValues(func() (*content.Library, error) { return content.Load(content.Embedded()) })
)

func sample(tb testing.TB) apply.Form {
	tb.Helper()
	lib, err := sampleLibrary()
	if err != nil {
		tb.Fatal(err)
	}
	p, ok := lib.Policy("sample")
	if !ok {
		tb.Fatal("no sample policy")
	}
	return apply.Form{Policy: p}
}

// Numbers made for tests: the code of a whole province, a date, and the right check digit.
const (
	childID = "440000201805060012" // 2018
	adultID = "440000200705060010" // 19 years old
)

// question finds a question of the sample by type.
func fieldOf(tb testing.TB, f apply.Form, kind string) (section, name string) {
	tb.Helper()
	for _, s := range f.Policy.Questions {
		for _, e := range s.Ask {
			if e.Type == kind {
				return s.Section, e.Name
			}
		}
	}
	tb.Fatalf("the sample asks no %s", kind)
	return "", ""
}

func TestCheckByType(t *testing.T) {
	f := sample(t)
	tests := []struct{ kind, in, want, key string }{
		{"text", "  中山　一中  ", "中山 一中", ""},
		{"text", strings.Repeat("长", 101), strings.Repeat("长", 101), apply.KeyTextLong},
		{"long-text", " 第一行 \r\n\u200b第二行 ", "第一行\n第二行", ""},
		{"name", " 阿依古丽 • 买买提 ", "阿依古丽·买买提", ""},
		{"name", "陈 小明", "陈小明", ""},
		{"name", "Maria  Chan", "Maria Chan", ""},
		{"name", "明", "明", apply.KeyNameShort},
		{"name", "··", "··", apply.KeyNameShort},
		{"name", "陈小明2", "陈小明2", apply.KeyNameLetters},
		{"name", strings.Repeat("长", 31), strings.Repeat("长", 31), apply.KeyNameLong},
		{"resident-id", "４４００００ 20180506 0012", childID, ""},
		{"resident-id", "11010519491231002x", "11010519491231002X", ""},
		{"resident-id", "h１２３４５６７８", "H12345678", ""},
		{"resident-id", "M 12345678 01", "M1234567801", ""},
		{"resident-id", "01234567", "01234567", apply.KeyIDEight}, // a permit, or a telephone number
		{"resident-id", "H1234567", "H1234567", apply.KeyIDDigits},
		{"resident-id", "20170302", "20170302", apply.KeyIDLength}, // a birthday is none
		{"resident-id", "44200020", "44200020", apply.KeyIDLength}, // nor the beginning of a number
		{"resident-id", "110105194912310021", "110105194912310021", apply.KeyIDCheck},
		{"resident-id", "110105491231002", "110105491231002", apply.KeyIDFifteen},
		{"resident-id", "44000020180506", "44000020180506", apply.KeyIDLength},
		{"resident-id", "4400002018050600A5", "4400002018050600A5", apply.KeyIDDigits},
		{"resident-id", "X40000201805060012", "X40000201805060012", apply.KeyIDDigits},
		{"resident-id", "992000201805060015", "992000201805060015", apply.KeyIDRegion},
		{"resident-id", "440000201802300015", "440000201802300015", apply.KeyIDDate},
		{"resident-id", "440000202705060015", "440000202705060015", apply.KeyIDFuture},
		{"date", "２０２０年３月５日", "2020-03-05", ""},
		{"date", "2020.3.5", "2020-03-05", ""},
		{"date", "20200305", "2020-03-05", ""},
		{"date", "2021-02-29", "2021-02-29", apply.KeyDateExists},
		{"date", "1820-01-01", "1820-01-01", apply.KeyDateEarly},
		{"date", "昨天", "昨天", apply.KeyDateForm},
		{"phone", "138 0013 8000", "13800138000", ""},
		{"phone", "+86-138-0013-8000", "13800138000", ""},
		{"phone", "0760 88888888", "0760-88888888", ""},
		{"phone", "(0760)8888 8888", "0760-88888888", ""},
		{"phone", "+86 760 88888888", "0760-88888888", ""},
		{"phone", "010-66668888", "010-66668888", ""},
		{"phone", "+852 6123 4567", "+85261234567", ""},
		{"phone", "00853 66123456", "+85366123456", ""},
		{"phone", "88888888", "88888888", apply.KeyPhoneArea},
		{"phone", "1380013800", "1380013800", apply.KeyPhoneLength},
		{"phone", "12345678901", "12345678901", apply.KeyPhoneForm},
		{"phone", "没有", "没有", apply.KeyPhoneForm},
		{"address", "石岐街道 悦来南路１号", "石岐街道 悦来南路1号", ""},
		{"address", "石岐", "石岐", apply.KeyAddressShort},
		{"relation", "grandparent", "grandparent", ""},
		{"relation", "hacker", "hacker", apply.KeyOption},
		{"yesno", "yes", "yes", ""},
		{"yesno", "maybe", "maybe", apply.KeyOption},
		{"amount", "￥１，５７８．50元", "1578.5", ""},
		{"amount", "1,57", "1,57", apply.KeyAmountForm},
		{"bank-account", "6222 0212-3456 7890 128", "6222021234567890128", ""},
		{"bank-account", "12345", "12345", apply.KeyBankLength},
		{"bank-account", "abc", "abc", apply.KeyBankDigits},
		{"bank-account", "6222021234567890129", "6222021234567890129", apply.KeyBankCheck},
	}
	for _, tt := range tests {
		section, name := fieldOf(t, f, tt.kind)
		before := apply.Answers{"child_id": adultID, "in_school": "fulltime"}
		got, invalid := f.Check(section, before, apply.Answers{"child_id": adultID, "in_school": "fulltime", name: tt.in}, today)
		problem, _ := invalid.Field(name)
		if problem.Key != tt.key {
			t.Errorf("%s %q: problem %q; want %q", tt.kind, tt.in, problem.Key, tt.key)
		}
		want := tt.want
		if tt.key != "" && tt.key != apply.KeyBankCheck {
			want = tt.in // as typed
		}
		if got := got[name]; got != want {
			t.Errorf("%s %q: answer %q; want %q", tt.kind, tt.in, got, want)
		}
	}
}

func TestCheckNumber(t *testing.T) {
	f := sample(t)
	tests := []struct{ in, want, key string }{
		{"0５", "5", ""}, {"0", "0", apply.KeyNumberSmall}, {"21", "21", apply.KeyNumberLarge},
		{"三", "三", apply.KeyNumberForm}, {"-3", "3", ""}, {"3.5", "3.5", apply.KeyNumberForm},
		{"99999999999999999999", "99999999999999999999", apply.KeyNumberForm},
	}
	for _, tt := range tests {
		got, invalid := f.Check("money", nil, apply.Answers{"people": tt.in}, today)
		problem, _ := invalid.Field("people")
		if problem.Key != tt.key || got["people"] != tt.want {
			t.Errorf("people %q: %q, %q; want %q, %q", tt.in, got["people"], problem.Key, tt.want, tt.key)
		}
	}
}

func TestPagesFollowTheAnswers(t *testing.T) {
	f := sample(t)
	names := func(a apply.Answers) []string {
		var out []string
		for _, p := range f.Pages(a) {
			out = append(out, p.Name)
		}
		return out
	}
	if got, want := names(nil), []string{"child", "adult", "family", "money"}; !slices.Equal(got, want) {
		t.Errorf("pages while the age is unknown = %v; want %v", got, want)
	}
	young, _ := f.Check("child", nil, apply.Answers{"child_name": "测试甲", "child_id": childID}, today)
	if got, want := names(young), []string{"child", "family", "money"}; !slices.Equal(got, want) {
		t.Errorf("pages for a child = %v; want %v", got, want)
	}
	page, ok := f.Page("family", young)
	if !ok || page.Number != 2 || page.Total != 3 || page.Previous != "child" || page.Next != "money" {
		t.Errorf("page family = %+v, %v", page, ok)
	}
	if _, ok := f.Page("adult", young); ok {
		t.Error("a page with nothing to ask is offered")
	}
}

func TestAnswersDeriveAndDependOnEachOther(t *testing.T) {
	f := sample(t)
	a, invalid := f.Check("child", nil, apply.Answers{"child_name": "测试甲", "child_id": adultID}, today)
	if got, want := a["child_age"], "19"; got != want {
		t.Errorf("child_age = %q; want %q", got, want)
	}
	if p, ok := invalid.Field("in_school"); !ok || p.Key != apply.KeyChoose || p.Section != "child" {
		t.Errorf("in_school: %+v; want it required at 19", p)
	}
	a, invalid = f.Check("child", a, apply.Answers{"child_name": "测试甲", "child_id": adultID, "in_school": "fulltime", "school": "中山一中"}, today)
	if len(invalid) > 0 {
		t.Fatalf("Check = %v; want nothing wrong", invalid)
	}
	a, invalid = f.Check("child", a, apply.Answers{"child_name": "测试甲", "child_id": childID, "in_school": "fulltime", "school": "中山一中"}, today)
	want := apply.Answers{"child_name": "测试甲", "child_id": childID, "child_age": "8"}
	if len(invalid) > 0 || !cmp.Equal(want, a) {
		t.Errorf("answers for a child = %v; want the two later ones gone", map[string]string(a))
	}
	if got := f.Derive(a, time.Date(2027, 5, 5, 23, 0, 0, 0, apply.China))["child_age"]; got != "8" {
		t.Errorf("the day before the birthday: %s; want 8", got)
	}
	if got := f.Derive(a, time.Date(2027, 5, 5, 16, 0, 0, 0, time.UTC))["child_age"]; got != "9" {
		t.Errorf("on the birthday, by China's clock: %s; want 9", got)
	}
}

// TestLeapDay counts the years of who is born on 29 February: in other years February ends
// the year of age (Civil Code, 民法典, article 202), so that 1 March begins the next.
func TestLeapDay(t *testing.T) {
	f := sample(t)
	born := apply.Answers{"child_id": "442000201202290021"}
	for day, want := range map[string]string{"2026-02-28": "13", "2026-03-01": "14", "2028-02-28": "15", "2028-02-29": "16", "2030-02-28": "17", "2030-03-01": "18"} {
		today, err := time.ParseInLocation(time.DateTime, day+" 00:00:00", apply.China)
		if err != nil {
			t.Fatal(err)
		}
		if got := f.Derive(born, today)["child_age"]; got != want {
			t.Errorf("on %s: %s; want %s", day, got, want)
		}
	}
}

func TestInvalidKeepsEverything(t *testing.T) {
	f := sample(t)
	posted := apply.Answers{"guardian_name": "测试乙", "guardian_relation": "other", "phone": "88888888", "town": "", "address": "石岐"}
	a, invalid := f.Check("family", apply.Answers{"child_name": "测试甲"}, posted, today)
	var fields []string
	for _, p := range invalid {
		fields = append(fields, p.Field)
	}
	if want := []string{"phone", "town", "address"}; !slices.Equal(fields, want) {
		t.Errorf("fields = %v; want %v in form order", fields, want)
	}
	if a["phone"] != "88888888" || a["address"] != "石岐" || a["child_name"] != "测试甲" {
		t.Errorf("something typed was lost: %v", map[string]string(a))
	}
	saved := invalid.Except(a)
	if saved["phone"] != "" || saved["guardian_name"] != "测试乙" {
		t.Errorf("Except = %v", map[string]string(saved))
	}
	if strings.Contains(invalid.Error(), "88888888") {
		t.Error("the error shows a value")
	}
}

// TestPermitIsConfirmed takes eight digits for a permit once somebody has looked again, and
// then as long as they stay the same.
func TestPermitIsConfirmed(t *testing.T) {
	f := sample(t)
	const eight = "88201124"
	checked := apply.CheckedField("child_id")
	_, invalid := f.Check("child", nil, apply.Answers{"child_id": eight}, today)
	if p, _ := invalid.Field("child_id"); p.Key != apply.KeyIDEight || !p.Confirm {
		t.Fatalf("eight digits: %v; want to be asked", p)
	}
	a, invalid := f.Check("child", nil, apply.Answers{"child_id": eight, checked: eight}, today)
	if p, bad := invalid.Field("child_id"); bad {
		t.Fatalf("a confirmed permit is refused: %v", p)
	}
	_, invalid = f.Check("child", a, apply.Answers{"child_id": "88201125", checked: eight}, today)
	if _, bad := invalid.Field("child_id"); !bad {
		t.Error("the confirmation of one number counted for another")
	}
}

func TestBankAccountCanBeConfirmed(t *testing.T) {
	f := sample(t)
	const odd = "6222021234567890129"
	checked := apply.CheckedField("bank_account")
	_, invalid := f.Check("money", nil, apply.Answers{"bank_account": odd}, today)
	if p, _ := invalid.Field("bank_account"); !p.Confirm {
		t.Fatal("the failing check digit cannot be confirmed")
	}
	a, invalid := f.Check("money", nil, apply.Answers{"bank_account": odd, checked: odd}, today)
	if len(invalid) > 0 {
		t.Fatalf("confirmed account refused: %v", invalid)
	}
	if _, invalid := f.Complete(a, today); len(invalid) > 0 {
		if p, bad := invalid.Field("bank_account"); bad {
			t.Errorf("the confirmation was forgotten: %v", p)
		}
	}
	_, invalid = f.Check("money", a, apply.Answers{"bank_account": "6222021234567890127", checked: odd}, today)
	if _, bad := invalid.Field("bank_account"); !bad {
		t.Error("the confirmation of one number counted for another")
	}
}

func TestNothingPersonalIsPrinted(t *testing.T) {
	f := sample(t)
	a := complete(t, f)
	a.Code = "12345678"
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "application", a, "answers", a.Answers, "code", a.Code, "ref", a.Reference, "consent", apply.Consent{Guardian: "测试乙"})
	out := log.String() + fmt.Sprintf("%v %+v %#v %s %v %#v", a, a, a, a.Answers, a.Code, a.Code)
	for _, secret := range []string{childID, "测试甲", "测试乙", "12345678", "13800138000", string(a.Reference)} {
		if strings.Contains(out, secret) {
			t.Errorf("%q stands in %s", secret, out)
		}
	}
}

func TestMask(t *testing.T) {
	q := &content.Question{Type: "resident-id"}
	if got, want := apply.Mask(q, childID), "**************0012"; got != want {
		t.Errorf("Mask = %q; want %q", got, want)
	}
	if got := apply.Mask(&content.Question{Type: "phone"}, "123"); got != "***" {
		t.Errorf("Mask of a short number = %q", got)
	}
}

func FuzzCheckSection(f *testing.F) {
	form := sample(f)
	f.Add("测试甲", adultID, "fulltime", "中山一中", "+852 6123 4567", "6222 0212 3456 7890 129")
	f.Add("A·B", "44000020180506001x", "", "０", "0760-88888888", "一")
	f.Add("\xff\u200f", "4420001", "none", "\u2028", "86138", "１２３４５６７８９０１２")
	f.Fuzz(func(t *testing.T, name, id, school, text, phone, account string) {
		posted := apply.Answers{
			"child_name": name, "child_id": id, "in_school": school, "school": text, "own_phone": phone,
			"guardian_name": text, "guardian_relation": school, "phone": phone, "town": text, "address": text,
			"bank_account": account, apply.CheckedField("bank_account"): account,
			"income": account, "people": account, "since": id, "poor": school, "note": text,
		}
		answers := apply.Answers{}
		for _, s := range form.Policy.Questions {
			var invalid apply.Invalid
			answers, invalid = form.Check(s.Section, answers, posted, today)
			for _, p := range invalid {
				if !slices.Contains(apply.MessageKeys(), p.Key) {
					t.Errorf("%s has the unlisted key %q", p.Field, p.Key)
				}
			}
			clean := invalid.Except(answers)
			again, invalid := form.Check(s.Section, clean, clean, today)
			if !cmp.Equal(map[string]string(clean), map[string]string(again)) {
				t.Errorf("clean answers changed: %q, then %q", map[string]string(clean), map[string]string(again))
			}
			for _, p := range invalid {
				if p.Key != apply.KeyRequired && p.Key != apply.KeyChoose {
					t.Errorf("clean answer to %s is refused: %s", p.Field, p.Key)
				}
			}
			answers = clean
		}
	})
}
