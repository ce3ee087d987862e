// Package content holds what the site says and the rules it applies: policies,
// facts, shared questions, categories and the glossary.
//
// Everything comes from one tree of files (embedded, or a directory given with
// --content). [Load] reads the tree strictly and returns a [Library] that never
// changes; a new version of the content is a new Library. A [Policy] is one
// Markdown file whose front matter declares who is eligible, what is given,
// which documents and questions an application needs and who decides, so that
// page, search, bot, checker, form and review all derive from it.
//
// The package refuses to know HTTP, SQL, the interface language and the clock:
// callers pass the day when it matters.
package content

import (
	"cmp"
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"time"

	"github.com/fsnotify/fsnotify"
)

//go:embed *.yaml *.txt examples policies help replies assessments
var embedded embed.FS

// Embedded returns the content that is built into the binary.
func Embedded() fs.FS { return embedded }

// Library is one consistent version of the whole content.
type Library struct {
	Policies    []*Policy         // by category, then order, then slug
	Categories  []Category        // in display order
	Help        []*Page           // how to use the site, by slug
	Replies     []*Page           // official replies, newest first
	Assessments []*AssessmentForm // of children's care at home, by slug
	Glossary    []Term
	Facts       *Facts
	Assistant   Assistant
	Dialogue    Dialogue
	Places      []Place // towns and subdistricts
	Holidays    Holidays
	Referrals   []ReferralTask         // what other departments are asked for, in the order of the file
	CaseFields  map[string][]CaseField // what of a case that no form asks they can be given, by kind of case
	Reporting   Reporting
	CallBack    CallBack
	Examples    []TextFile // sentences the bot learns from, see examples/urgent.txt; this package does not read them
	Synonyms    string     // search data, see synonyms.txt; this package does not read it
	Words       []string   // that no heading is broken within, see words.txt
	Lexicon     string     // bot data, see lexicon.txt; this package does not read it
	Version     string     // changes whenever any file changes

	bySlug map[string]*Policy
	place  map[string]int // of a slug in Policies
	notes  []Problem      // found on loading, for Check to report
	parts  parts          // for Reload
}

// Problem is one fault in the content, with the place and the way to mend it.
type Problem struct {
	File string
	Line int // 1-based; 0 when the fault belongs to the file as a whole
	What string
	Fix  string
	Due  bool // no edit made it one but the calendar, and there is time left to mend it
}

// Error formats the problem as file:line: what (fix).
func (p Problem) Error() string {
	s := p.File
	if p.Line > 0 {
		s = fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	s += ": " + p.What
	if p.Fix != "" {
		s += " — " + p.Fix
	}
	return s
}

// Problems lists the single problems inside an error that [Load] returned.
func Problems(err error) []Problem {
	var out []Problem
	var one Problem
	if errors.As(err, &one) {
		if joined, ok := err.(interface{ Unwrap() []error }); ok {
			for _, e := range joined.Unwrap() {
				out = append(out, Problems(e)...)
			}
			return out
		}
		out = append(out, one)
	}
	return out
}

// Policy returns the policy with the given slug.
func (l *Library) Policy(slug string) (*Policy, bool) {
	p, ok := l.bySlug[slug]
	return p, ok
}

// Category returns the category with the given slug; the zero Category if unknown.
func (l *Library) Category(slug string) Category {
	for _, c := range l.Categories {
		if c.Slug == slug {
			return c
		}
	}
	return Category{}
}

// Neighbours returns the policies before and after p on the list; nil at the ends.
func (l *Library) Neighbours(p *Policy) (prev, next *Policy) {
	i, ok := l.place[p.Slug]
	if !ok {
		return nil, nil
	}
	if i > 0 {
		prev = l.Policies[i-1]
	}
	if i+1 < len(l.Policies) {
		next = l.Policies[i+1]
	}
	return prev, next
}

func (l *Library) sortPolicies() {
	rank := map[string]int{}
	for i, c := range l.Categories {
		rank[c.Slug] = i
	}
	type ranked struct {
		rank int
		*Policy
	}
	all := make([]ranked, len(l.Policies))
	for i, p := range l.Policies {
		all[i] = ranked{rank[p.Category], p}
	}
	slices.SortFunc(all, func(a, b ranked) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.Order, b.Order), cmp.Compare(a.Slug, b.Slug))
	})
	l.place = make(map[string]int, len(all))
	for i, p := range all {
		l.Policies[i], l.place[p.Slug] = p.Policy, i
	}
}

// crossCheck finds references between files that lead nowhere, and questions of two
// policies that a family would be asked twice.
func (l *Library) crossCheck(c *collector) {
	asks := map[string]*Policy{}
	l.checkMoved(c)
	for _, p := range l.Policies {
		for _, q := range p.own {
			if other := asks[q.Name]; other != nil {
				c.add(p.file, p.src.line("questions"), fmt.Sprintf("question %q stands in %s too", q.Name, other.file), "move it to questions.yaml, or name it otherwise if it asks something else")
			}
			asks[q.Name] = p
		}
		if l.Category(p.Category).Slug == "" {
			c.add(p.file, p.src.line("category"), fmt.Sprintf("unknown category %q", p.Category), "use a slug of categories.yaml")
		}
		for i, cond := range p.Eligibility {
			for _, slug := range cond.Instead {
				if _, ok := l.bySlug[slug]; !ok {
					c.add(p.file, p.src.line("eligibility", i, "instead"), fmt.Sprintf("no policy %q to look at instead", slug), "name an existing policy or leave it out")
				}
			}
		}
	}
}

// Watch loads dir again whenever a file in it changes and passes the outcome on:
// a new Library, or the error with a nil Library, in which case the caller keeps
// the one it has, which current returns and whose unchanged parts are taken over.
// It returns when ctx ends.
func Watch(ctx context.Context, dir string, current func() *Library, changed func(*Library, error)) error {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("watch content: %w", err)
	}
	defer func() { _ = w.Close() }()
	for _, d := range []string{dir, path.Join(dir, "policies"), path.Join(dir, "examples")} {
		if err := w.Add(d); err != nil {
			return fmt.Errorf("watch content %s: %w", d, err)
		}
	}
	watchOptional(w, dir)
	// Editors save in several steps; one quiet moment stands for one save.
	const quiet = 50 * time.Millisecond
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case e := <-w.Events:
			if e.Has(fsnotify.Create) {
				watchOptional(w, dir)
			}
			timer.Reset(quiet)
		case err := <-w.Errors:
			changed(nil, fmt.Errorf("watch content: %w", err))
		case <-timer.C:
			changed(current().Reload(os.DirFS(dir)))
		}
	}
}

// watchOptional watches the directories that a tree need not have; one that is
// made later is added when its parent tells of it.
func watchOptional(w *fsnotify.Watcher, dir string) {
	for _, d := range []string{"help", "replies"} {
		_ = w.Add(path.Join(dir, d)) // absent, or watched already
	}
}

// TextFile is a data file that this package only carries.
type TextFile struct {
	Name string // path in the content tree
	Text string
}

// collector gathers problems so that one load reports them all.
type collector struct {
	problems []error
	notes    []Problem // what Load accepts and Check reports
}

func (c *collector) add(file string, line int, what, fix string) {
	c.problems = append(c.problems, Problem{File: file, Line: line, What: what, Fix: fix})
}

func (c *collector) note(file string, line int, what, fix string) {
	c.notes = append(c.notes, Problem{File: file, Line: line, What: what, Fix: fix})
}

// take adds what another collector has found.
func (c *collector) take(found collector) {
	c.problems = append(c.problems, found.problems...)
	c.notes = append(c.notes, found.notes...)
}

func (c *collector) err() error { return errors.Join(c.problems...) }

func readText(fsys fs.FS, name string, c *collector) string {
	b, err := fs.ReadFile(fsys, name)
	if err != nil {
		c.add(name, 0, "cannot be read: "+err.Error(), "create the file; it may be empty")
		return ""
	}
	return string(b)
}

// readTexts reads the text files of a directory, by name.
func readTexts(fsys fs.FS, dir string, c *collector) []TextFile {
	names, err := fs.Glob(fsys, dir+"/*.txt")
	if err != nil || len(names) == 0 {
		c.add(dir, 0, "holds no text file", "put at least one .txt file there; it may be empty")
	}
	var out []TextFile
	for _, name := range names {
		out = append(out, TextFile{name, readText(fsys, name, c)})
	}
	return out
}
