package bot

import (
	"strings"
	"testing"

	"huitong/content"
)

func TestParseExamples(t *testing.T) {
	got, err := parseExamples(strings.NewReader("# 标题\n\na|b\t一\na|gone\t二\ngone\t三\nurgent\t四\na#who|a#how\t五\n"), []string{"a", "b"})
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, s := range got {
		lines = append(lines, strings.TrimSpace(strings.Join(s.labels, "|")+" "+s.text+" "+strings.Join(s.sections, "|")))
	}
	if want := "a|b 一,a 二,urgent 四,a 五 a#who|a#how"; strings.Join(lines, ",") != want {
		t.Errorf("got %v; want %s", lines, want)
	}
	if _, err := readExamples([]content.TextFile{{Name: "examples/a.txt", Text: "a\t一\n坏\n"}}, []string{"a"}); err == nil || !strings.Contains(err.Error(), "examples/a.txt line 2") {
		t.Errorf("error %v; want one that names file and line", err)
	}
	for _, bad := range []string{"没有标签", "a|\t一", "A\t一", "a#\t一"} {
		if _, err := parseExamples(strings.NewReader("a\t零\n"+bad), []string{"a"}); err == nil || !strings.Contains(err.Error(), "line 2") {
			t.Errorf("%q: error %v; want one that names line 2", bad, err)
		}
	}
}
