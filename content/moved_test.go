package content

import (
	"strings"
	"testing"
)

// moved is the sample with another policy beside it, which has had another name.
func moved(front string) map[string]string {
	return map[string]string{"policies/renamed.md": strings.NewReplacer("slug: sample", "slug: renamed", "status: in-force", front).Replace(samplePolicy)}
}

func TestFormerNames(t *testing.T) {
	l, err := Load(tree(moved("formerly: [old-name]\nreplacedBy: sample\nstatus: ended")))
	if err != nil {
		t.Fatal(err)
	}
	for slug, want := range map[string]string{"sample": "sample", "renamed": "renamed", "old-name": "renamed", "never": ""} {
		p, ok := l.CurrentPolicy(slug)
		if got := ok && p.Slug == want; got != (want != "") {
			t.Errorf("%s leads to %v; want %q", slug, p, want)
		}
	}
	for name, c := range map[string]struct{ front, want string }{
		"taken":        {"formerly: [sample]\nstatus: in-force", "is no slug, or is taken"},
		"no slug":      {"formerly: [Old Name]\nstatus: in-force", "is no slug, or is taken"},
		"no successor": {"replacedBy: gone\nstatus: ended", "is no other policy"},
		"not over":     {"replacedBy: sample\nstatus: in-force", "has not ended"},
	} {
		if _, err := Load(tree(moved(c.front))); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v; want %q", name, err, c.want)
		}
	}
}

func TestFAQKeys(t *testing.T) {
	p := &Policy{FAQ: []FAQ{{Q: "几多钱？"}, {Q: "点申请？", Alt: []string{"怎么办？"}}}}
	for question, want := range map[string]int{"几多钱？": 0, "点申请？": 1, "怎么办？": 1, "别的": -1} {
		if got, ok := p.FAQByKey(faqKey(question)); got != want || ok != (want >= 0) {
			t.Errorf("%s: question %d, %v; want %d", question, got, ok, want)
		}
	}
}
