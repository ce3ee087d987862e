package content

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"sort"
	"strings"
	"time"
)

// Check reports what [Load] accepts but an editor should mend: links that lead
// nowhere, facts and policies past their review date, the same question answered
// in two ways. Problems come sorted by file and line; those that are [Problem.Due]
// are reminders.
func (l *Library) Check(today time.Time) []Problem {
	c := &lint{problems: slices.Clone(l.notes), today: today}
	for _, f := range l.Facts.All {
		c.due(f.ReviewBy.Time, "facts.yaml", at(f.line), fmt.Sprintf("fact %q is to be reviewed by %s", f.Name, f.ReviewBy), "confirm the value and move reviewBy")
	}
	asked := map[string]*Policy{} // in any language
	for _, p := range l.Policies {
		c.due(p.ReviewBy.Time, p.file, p.src.place("reviewBy"), "policy is to be reviewed by "+p.ReviewBy.String(), "read it again and move reviewBy")
		l.checkLinks(p.file, p.Sections, c)
		l.checkFAQ(p, asked, c)
		p.checkForm(c)
		for _, lang := range sortedKeys(p.translations) {
			t := p.translations[lang]
			l.checkLinks(t.file, t.Sections, c)
			l.checkFAQ(t, asked, c)
		}
	}
	for _, p := range slices.Concat(l.Help, l.Replies) {
		c.due(p.ReviewBy.Time, p.file, p.src.place("reviewBy"), "page is to be reviewed by "+p.ReviewBy.String(), "read it again and move reviewBy")
		l.checkLinks(p.file, p.Sections, c)
		for _, lang := range sortedKeys(p.translations) {
			t := p.translations[lang]
			l.checkLinks(t.file, t.Sections, c)
		}
	}
	for _, f := range l.Assessments {
		if f.ReviewDue(today) {
			c.add(f.file, f.src.line("reviewBy"), "form was to be reviewed by "+f.ReviewBy.String(), "read it again and move reviewBy")
		}
		l.checkLinks(f.file, f.Sections, c)
	}
	l.checkUnused(c)
	l.checkStarters(asked, c)
	l.checkAssistant(c)
	l.checkDialogue(c)
	l.checkHolidays(c)
	l.checkReferralFields(c)
	sort.SliceStable(c.problems, func(i, j int) bool {
		a, b := c.problems[i], c.problems[j]
		return a.File < b.File || a.File == b.File && a.Line < b.Line
	})
	return c.problems
}

type lint struct {
	problems []Problem
	today    time.Time
}

// What a day makes due is called to mind this long before, and is a fault only this
// long after: nobody's work shall stop from one day to the next though nobody erred.
const (
	remindAhead = 4 * 7 * 24 * time.Hour
	remindAfter = 8 * 7 * 24 * time.Hour
)

// due adds what must be done by a day, if there is one, once that is near. Its line is
// asked for only then, see [source].
func (c *lint) due(by time.Time, file string, line func() int, what, fix string) {
	if by.IsZero() || c.today.Before(by.Add(-remindAhead)) {
		return
	}
	c.problems = append(c.problems, Problem{File: file, Line: line(), What: what, Fix: fix, Due: c.today.Before(by.Add(remindAfter))})
}

// at is a line that is known.
func at(line int) func() int { return func() int { return line } }

func (c *lint) add(file string, line int, what, fix string) {
	c.problems = append(c.problems, Problem{File: file, Line: line, What: what, Fix: fix})
}

// checkLinks finds links that lead nowhere, and passes on what was noted of the
// sections when they were read.
func (l *Library) checkLinks(file string, sections []Section, c *lint) {
	for _, s := range sections {
		c.problems = append(c.problems, s.notes...)
		for _, link := range s.Links {
			if !l.linkLeads(sections, link) {
				c.add(file, s.Line, fmt.Sprintf("link to %q in section %q leads nowhere", link, s.ID), "link to /policies/<slug>#<section> of an existing section, or to another page that exists")
			}
		}
	}
}

// linkLeads reports whether a link inside a page with these sections leads to
// something that exists.
func (l *Library) linkLeads(here []Section, target string) bool {
	if strings.HasPrefix(target, "tel:") || strings.HasPrefix(target, "https://") {
		return true
	}
	address, anchor, _ := strings.Cut(target, "#")
	if address != "" {
		if sitePages[address] {
			return anchor == "" || address == "/policies" && l.Category(anchor).Slug != ""
		}
		var ok bool
		if here, ok = l.sectionsAt(address); !ok {
			return false
		}
	}
	if anchor == "" {
		return address != ""
	}
	_, ok := sectionOf(here, anchor)
	return ok
}

// sectionsAt returns the sections of the policy, help page or reply at an address.
func (l *Library) sectionsAt(address string) ([]Section, bool) {
	dir, name := path.Split(address)
	switch dir {
	case "/policies/":
		if p, ok := l.Policy(name); ok {
			return p.Sections, true
		}
	case "/help/":
		if p, ok := l.HelpPage(name); ok {
			return p.Sections, true
		}
	case "/replies/":
		if p, ok := l.Reply(name); ok {
			return p.Sections, true
		}
	}
	return nil, false
}

// sitePages are the pages outside the content's own that it may link to.
var sitePages = map[string]bool{
	"/": true, "/policies": true, "/ask": true, "/check": true, "/apply": true, "/track": true, "/search": true,
	"/accessibility": true, "/privacy": true, "/privacy/fields": true, "/help": true, "/replies": true, "/glossary": true, "/sitemap": true,
}

func (l *Library) checkFAQ(p *Policy, asked map[string]*Policy, c *lint) {
	for i, f := range p.FAQ {
		for _, q := range append([]string{f.Q}, f.Alt...) {
			key := questionKey(q)
			if other, twice := asked[key]; twice && other.Slug != p.Slug {
				c.add(p.file, p.src.line("faq", i), fmt.Sprintf("question %q is answered by %s too", q, other.Slug), "keep it in one policy and link there")
			}
			asked[key] = p
		}
	}
}

// checkStarters finds questions to begin with that no FAQ answers.
func (l *Library) checkStarters(asked map[string]*Policy, c *lint) {
	for _, q := range slices.Concat(l.Assistant.Popular, l.Assistant.PopularEN) {
		if asked[questionKey(q)] == nil {
			c.add("assistant.yaml", 0, fmt.Sprintf("question to begin with %q stands in no FAQ", q), "use the q or an alt of a FAQ")
		}
	}
}

// questionKey is the same for questions that differ only in case and full stop.
func questionKey(q string) string { return strings.ToLower(strings.TrimRight(q, "？?。 ")) }

// checkUnused finds facts that no file names any more.
func (l *Library) checkUnused(c *lint) {
	for _, f := range l.Facts.All {
		if !l.Facts.used[f.Name] && f.Kind != "phone" {
			c.add("facts.yaml", f.line, fmt.Sprintf("fact %q is not used", f.Name), "name it in a policy or delete it")
		}
	}
}

// checkPlain finds sentences that are too long, and places that were never filled
// in since the file was made by Scaffold.
func checkPlain(file string, text []byte, plain Plainness, c *collector) {
	if len(plain.Long) == 0 && !bytes.Contains(text, []byte(unfilled)) {
		return
	}
	lines := splitLines(text)
	for _, s := range plain.Long {
		c.note(file, lineOf(lines, s), fmt.Sprintf("sentence of more than %d characters: %s", MaxSentence, s), "split it in two")
	}
	for i, line := range lines {
		if strings.Contains(line, unfilled) {
			c.note(file, i+1, "not filled in", "write what belongs there instead of "+unfilled)
		}
	}
}

// lineOf returns the line of the file in which a sentence begins; the first one
// if facts or markup in it hide it.
func lineOf(lines []string, sentence string) int {
	start := []rune(sentence)
	if len(start) > 12 {
		start = start[:12]
	}
	for i, line := range lines {
		if strings.Contains(line, string(start)) {
			return i + 1
		}
	}
	return 1
}

// everyForm are the questions that every form has to ask where questions.yaml has them,
// each with what is lost without it.
var everyForm = []struct{ name, lost string }{
	{"child_name", "nobody knows which child it is for"},
	{"guardian_phone", "nobody can call the family"},
	{"town", "no town sees the applications"},
}

// checkForm finds questions that no answers lead to, rules that need an answer which the
// form never gets, and forms that nobody could deal with.
func (p *Policy) checkForm(c *lint) {
	if !p.Online() {
		return
	}
	known := p.checkAsked(c)
	for _, q := range everyForm {
		if _, shared := p.questions[q.name]; shared && !known[q.name] {
			c.add(p.file, p.src.line("questions"), fmt.Sprintf("the form does not ask %q: %s", q.name, q.lost), "ask it in questions")
		}
	}
	for i, cond := range p.Eligibility {
		for _, name := range cond.Expr.names {
			if !known[name] {
				c.add(p.file, p.src.line("eligibility", i, "expr"), fmt.Sprintf("the form never asks %q, which condition %q needs", name, cond.Name), "ask it in questions")
			}
		}
	}
}

// checkAsked goes through the questions of the form and returns the names that it gets
// to know.
func (p *Policy) checkAsked(c *lint) map[string]bool {
	known := map[string]bool{}
	for i, section := range p.Questions {
		for j, a := range section.Ask {
			known[a.Name] = true
			for derived := range a.Derives {
				known[derived] = true
			}
			if a.Why == "" {
				c.add(p.file, p.src.line("questions", i, "ask", j), fmt.Sprintf("question %q does not say what it is for", a.Name), "write why: in a short sentence, it is published")
			}
			if p.Asked(a.Question, Answers{}) == False {
				c.add(p.file, p.src.line("questions", i, "ask", j), fmt.Sprintf("question %q is never asked", a.Name), "its when is false for all answers; mend or delete it")
			}
		}
	}
	return known
}
