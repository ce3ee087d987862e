package content

import (
	"io/fs"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// bodies are at the edge of what is read without the parser.
var bodies = []string{
	"## 谁 {#who}\n\n第一段。\n\n第二段，2026年。\n",
	"\n\n## 谁 {#who}\n\n\n\n第一段。\n## 给什么 {#gives}\n\nABC 和 1.5%（约）。",
	"## 谁 {#who}\n一段。\n两行。\n\n## 给 {#gives}\n",
	"## 谁 {#who}\n\n一段。\n两行。\n",
	"## 谁 {#who}\n\n- 一\n- 二\n\n## 给 {#gives}\n\n  缩进\n",
	"## 谁 {#who}\n\n1. 一\n\n## 给 {#gives}\n\n2026年\n",
	"## 谁 {#who}\n\n一段。\n---\n\n一段。\n===\n",
	"## 谁 {#who}\n\n[甲][乙]\n\n## 给 {#gives}\n\n[乙]: /x\n",
	"## 谁 {#who}\n\n```\n## 不是 {#not}\n\n一\n```\n",
	"## 谁 {#who}\n\n<div>\n## 不是 {#not}\n\n一\n",
	"## 谁 {#who}\n\n> 引\n## 给 {#gives}\n\n*强* **调** `码` [链](/policies) https://example.org\n",
	"## 谁 {#who}\n\n|一|二|\n|-|-|\n|三|四|\n\n## 给 {#gives}\n\n一|二\n",
	"## 谁\n\n一。\n\n## {#who}\n\n二。\n\n##  谁 {#a}\n\n## 谁  {#b}\n\n## 谁 # {#c}\n\n## 谁 {#d .e}\n",
	"# 一 {#one}\n\n二\n", "前\n\n## 谁 {#who}\n", "", "\n", "##", "## ", "谁 {#who}", "## 谁 {#who", "## 谁 {#who}\n\n### 小 {#small}\n\n一\n",
	"## 谁 {#who}\n\n全\u3000角\u3000\n\n\u3000\u3000段首\n\n不\u00a0断\n\n零\u200b宽\n", "## 谁 {#who}\n\n一 \n\n二  \n\n \n三\n", "## 谁 {#who}\r\n\r\n一\r\n",
	"## 谁 {#who}\n\n“引号”——破折号……省略·点\n\n她说：\"好\" & 'x'\n", "## 谁 {#who}\n\n坏\xe4\xb8\n\n坏\xff\n",
}

func TestParagraphs(t *testing.T) {
	for _, body := range bodies {
		compareBodies(t, body)
	}
	for _, pattern := range []string{"policies/*.md", "help/*.md", "replies/*.md"} {
		names, err := fs.Glob(Embedded(), pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			b, err := fs.ReadFile(Embedded(), name)
			if err != nil {
				t.Fatal(err)
			}
			_, body, _, _ := splitFront(name, b, &collector{})
			compareBodies(t, string(body))
		}
	}
}

func FuzzParagraphs(f *testing.F) {
	for _, body := range bodies {
		f.Add(body)
	}
	f.Fuzz(compareBodies)
}

// compareBodies reads a body as it is read and with the parser alone.
func compareBodies(t *testing.T, body string) {
	t.Helper()
	// No facts here, and nothing but UTF-8: the parser may panic at the rest.
	body = strings.ToValidUTF8(strings.ReplaceAll(body, "${", ""), "")
	got, want := &collector{}, &collector{}
	sections := parseBody("a.md", 7, []byte(body), nil, got)
	whole := bodyReader{file: "a.md", firstLine: 7, md: markdown(), out: new(draft), c: want, pictures: true}
	if !whole.read([]byte(body)) {
		whole.sections = nil
	} else if len(whole.sections) == 0 {
		want.add("a.md", 7, "no section", "write at least one ## 标题 {#id}")
	}
	if slices.ContainsFunc(whole.sections, func(s Section) bool { return s.Title == "" }) {
		return // a fault in both, of which the parser alone does not know the line
	}
	if len(sections) != len(whole.sections) || !reflect.DeepEqual(got, want) {
		t.Fatalf("%q: %d sections, %+v; want %d, %+v", body, len(sections), got, len(whole.sections), want)
	}
	for i, s := range sections {
		w := whole.sections[i]
		if s.HTML() != w.HTML() || !reflect.DeepEqual(s, w) {
			t.Fatalf("%q: %+v %q; want %+v %q", body, s, s.HTML(), w, w.HTML())
		}
	}
}
