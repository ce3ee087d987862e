package content

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// reloadTree has two policies, one of them translated, and a help page.
func reloadTree(t *testing.T) map[string]string {
	t.Helper()
	files := translatedPages(t)
	files["policies/other.md"] = strings.NewReplacer("slug: sample", "slug: other", "q: 多少钱", "q: 给多少", "${rate}", "${phone-12345}").Replace(samplePolicy)
	return files
}

// TestReload changes one thing at a time: what comes of it is what a first load
// gives, and only what the change touches has been read again.
func TestReload(t *testing.T) {
	cases := []struct {
		name  string
		file  string
		text  func(old string) string // "" deletes the file
		again []string                // what was read again
	}{
		{"nothing", "facts.yaml", func(s string) string { return s }, nil},
		{"search data", "synonyms.txt", func(string) string { return "孤儿 = 孤" }, nil},
		{"a policy", "policies/sample.md", func(s string) string { return strings.Replace(s, "summary: ", "summary: 新。", 1) }, []string{"sample"}},
		{"a policy is made", "policies/third.md", func(string) string {
			return strings.NewReplacer("slug: sample", "slug: third", "q: 多少钱", "q: 第三个").Replace(samplePolicy)
		}, []string{"third"}},
		{"a policy is deleted", "policies/other.md", func(string) string { return "" }, nil},
		{"a translation is made", "policies/sample.en.md", func(string) string { return "---\ntitle: Sample\n---\n## How much {#amount}\n\nMoney.\n" }, []string{"sample"}},
		{"a translation is deleted", "help/first-steps.en.md", func(string) string { return "" }, []string{"first-steps"}},
		{"a fact", "facts.yaml", func(s string) string { return strings.Replace(s, "100元", "200元", 1) }, []string{"2021001", "first-steps", "other", "sample"}},
		{"a shared question", "questions.yaml", func(s string) string { return strings.Replace(s, "label: 几岁", "label: 多大", 1) }, []string{"2021001", "first-steps", "other", "sample"}},
		{"a mistake", "policies/sample.md", func(s string) string { return strings.Replace(s, "summary:", "abstract:", 1) }, nil},
		{"a mistake elsewhere", "policies/other.md", func(s string) string { return strings.Replace(s, "{#amount}", "", 1) }, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			files := reloadTree(t)
			before, err := Load(tree(files))
			if err != nil {
				t.Fatal(err)
			}
			later := tree(files)
			old := ""
			if f := later[c.file]; f != nil {
				old = string(f.Data)
			}
			if text := c.text(old); text != "" {
				later[c.file] = &fstest.MapFile{Data: []byte(text)}
			} else if delete(later, c.file); old == "" {
				t.Fatalf("%s is not there", c.file)
			}
			got, gotErr := before.Reload(later)
			want, wantErr := Load(later)
			if fmt.Sprint(gotErr) != fmt.Sprint(wantErr) {
				t.Fatalf("error %v; want %v", gotErr, wantErr)
			}
			if wantErr != nil {
				return
			}
			if got, want := described(got), described(want); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			if again := readAgain(before, got); !slices.Equal(again, c.again) {
				t.Errorf("%v were read again; want %v", again, c.again)
			}
		})
	}
}

// described tells what a library says in every language and what is wrong with it.
func described(l *Library) string {
	var b strings.Builder
	fmt.Fprintln(&b, l.Version, slices.Sorted(maps.Keys(l.Facts.used)), l.Synonyms)
	for _, p := range l.Policies {
		en, _ := p.In("en")
		q, _ := p.Question("child_age")
		fmt.Fprintln(&b, p.Slug, p.Summary, p.Sections, en.Lang, en.Title("en"), en.Sections, q.Label)
	}
	for _, p := range slices.Concat(l.Help, l.Replies) {
		en, _ := p.In("en")
		fmt.Fprintln(&b, p.Path(), p.Summary, p.Sections, en.Lang, en.Sections)
	}
	for _, p := range l.Check(today) {
		fmt.Fprintln(&b, p)
	}
	return b.String()
}

// readAgain names the policies and pages of the later library that are not those of
// the one before.
func readAgain(before, later *Library) []string {
	var out []string
	for _, p := range later.Policies {
		if old, _ := before.Policy(p.Slug); old != p {
			out = append(out, p.Slug)
		}
	}
	for _, p := range slices.Concat(later.Help, later.Replies) {
		if !slices.Contains(slices.Concat(before.Help, before.Replies), p) {
			out = append(out, p.base())
		}
	}
	slices.Sort(out)
	return out
}

// TestWords reads the words that no heading is broken within; content without the list has none.
func TestWords(t *testing.T) {
	files := reloadTree(t)
	if l, err := Load(tree(files)); err != nil || len(l.Words) != 0 {
		t.Errorf("without the list: %q, %v", l.Words, err)
	}
	files["words.txt"] = "# words\n医疗 康复\n\n认定\n"
	if l, err := Load(tree(files)); err != nil || !slices.Equal(l.Words, []string{"医疗", "康复", "认定"}) {
		t.Errorf("%q, %v", l.Words, err)
	}
}
