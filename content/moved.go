package content

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
)

// CurrentPolicy returns the policy that has this slug or once had it, so that what was
// printed under an old name still leads somewhere.
func (l *Library) CurrentPolicy(slug string) (*Policy, bool) {
	if p, ok := l.bySlug[slug]; ok {
		return p, true
	}
	for _, p := range l.Policies {
		if slices.Contains(p.Formerly, slug) {
			return p, true
		}
	}
	return nil, false
}

// CurrentHelp returns the help page that has this slug or once had it.
func (l *Library) CurrentHelp(slug string) (*Page, bool) {
	if p, ok := l.HelpPage(slug); ok {
		return p, true
	}
	return pageWhere(l.Help, func(p *Page) bool { return slices.Contains(p.Formerly, slug) })
}

// Key names the question whatever its place in the file. Who words a question anew
// keeps the old words among the other phrasings, by which the old key is found.
func (f FAQ) Key() string { return faqKey(f.Q) }

func faqKey(question string) string {
	sum := sha256.Sum256([]byte(question))
	return hex.EncodeToString(sum[:4])
}

// FAQByKey returns the number of the question with this key, or with a phrasing that
// has it.
func (p *Policy) FAQByKey(key string) (int, bool) {
	i := slices.IndexFunc(p.FAQ, func(f FAQ) bool { return f.Key() == key })
	if i < 0 {
		i = slices.IndexFunc(p.FAQ, func(f FAQ) bool {
			return slices.ContainsFunc(f.Alt, func(q string) bool { return faqKey(q) == key })
		})
	}
	return i, i >= 0
}

// checkMoved finds old names that lead to two things, and successors that are none.
func (l *Library) checkMoved(c *collector) {
	taken := map[string]string{}
	for _, p := range l.Policies {
		taken[p.Slug] = p.file
	}
	for _, p := range l.Policies {
		checkFormer(p.Formerly, taken, p.file, p.src, c)
		_, known := l.bySlug[p.ReplacedBy]
		if p.ReplacedBy != "" && (!known || p.ReplacedBy == p.Slug || !p.Ended()) {
			c.add(p.file, p.src.line("replacedBy"), fmt.Sprintf("replacedBy %q is no other policy, or this one has not ended", p.ReplacedBy), "name the policy that came after, and set status: ended")
		}
	}
	taken = map[string]string{}
	for _, p := range l.Help {
		taken[p.Slug] = p.file
	}
	for _, p := range l.Help {
		checkFormer(p.Formerly, taken, p.file, p.src, c)
	}
}

func checkFormer(formerly []string, taken map[string]string, file string, src *source, c *collector) {
	for i, slug := range formerly {
		if other := taken[slug]; other != "" || !slugForm.MatchString(slug) {
			c.add(file, src.line("formerly", i), fmt.Sprintf("former name %q is no slug, or is taken: %s", slug, other), "each name leads to one page; leave it out here or there")
		}
		taken[slug] = file
	}
}
