package locale_test

import (
	"bufio"
	"os"
	"strconv"
	"strings"
	"testing"

	"huitong/portal/locale"
)

// testdata/convert.txt: simplified text, a tab, what it must become.
func TestConvert(t *testing.T) {
	c := load(t)
	f, err := os.Open("testdata/convert.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		if line := lines.Text(); line != "" && !strings.HasPrefix(line, "#") {
			from, want, ok := strings.Cut(line, "\t")
			if got := c.Convert(from); got != want || !ok {
				t.Errorf("convert.txt:%d: Convert(%q) = %q; want %q", n, from, got, want)
			}
		}
	}
	if err := lines.Err(); err != nil {
		t.Error(err)
	}
}

func TestConvertKeepsTheRest(t *testing.T) {
	c := load(t)
	for _, text := range []string{
		"",
		"Plain English & <b>tags</b>",
		`<a href="/policies/tomorrow-plan#gives">1,950.00</a>`,
		"👶🏽 é ñ “ ” — … ℃",
		"\xe4\xb8 broken \xff",
		"頭髮已經是繁體",
	} {
		if got := c.Convert(text); got != text {
			t.Errorf("Convert(%q) = %q; want it unchanged", text, got)
		}
	}
	from, want := `<p class="发">发展 <b>头发</b></p>{{.Name}}`, `<p class="發">發展 <b>頭髮</b></p>{{.Name}}`
	if got := c.Convert(from); got != want {
		t.Errorf("Convert(%q) = %q; want %q", from, got, want)
	}
}

func TestWordsPreferTheLonger(t *testing.T) {
	c, err := locale.Load(site(map[string]string{"words.toml": "\"網\" = \"一\"\n\"網絡\" = \"二\"\n\"網絡安全\" = \"三\""}))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := c.Convert("网络安全的网络和网"), "三的二和一"; got != want {
		t.Errorf("Convert = %q; want %q", got, want)
	}
}

func TestConvertMoreThanItKeeps(t *testing.T) {
	c := load(t)
	text := strings.Repeat("<br>", 1<<20)
	for i := range 10 {
		if got := c.Convert(text + strconv.Itoa(i)); got != text+strconv.Itoa(i) {
			t.Fatal("long text changed")
		}
	}
	if got, want := c.Convert("发展"), "發展"; got != want {
		t.Errorf("Convert = %q; want %q", got, want)
	}
}

// BenchmarkConvert measures text seen for the first time, and again.
func BenchmarkConvert(b *testing.B) {
	c := load(b)
	page := strings.Repeat("<p>具有中山市户籍的困境儿童，由监护人向户籍所在地的村（居）民委员会提出申请，并提交户口簿和身份证复印件。</p>\n", 200)
	b.Run("first", func(b *testing.B) {
		b.SetBytes(int64(len(page)))
		for n := 0; b.Loop(); n++ {
			c.Convert(page + strconv.Itoa(n))
		}
	})
	b.Run("again", func(b *testing.B) {
		b.SetBytes(int64(len(page)))
		for b.Loop() {
			c.Convert(page)
		}
	})
}
