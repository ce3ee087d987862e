package web

import (
	"slices"
	"strconv"
	"strings"

	"huitong/content"
)

// What can be heard, beside the sections of policies, help pages and replies: texts by
// fixed names, so that no address has a visitor's words in it.
const (
	glossarySlug   = "glossary"  // parts are the anchors of the terms
	wordsSlug      = "words"     // parts are heardWords
	summaryPart    = "summary"   // of a policy or a text
	questionPrefix = "question-" // of a policy, and the name of the question
	termPrefix     = "term-"
)

// heardWords are texts of the interface that are read aloud, as one, by their part.
var heardWords = map[string][]string{
	"home":            {"home.question", "home.lead", "home.door.read", "home.door.read.about", "home.door.ask", "home.door.ask.about", "home.door.apply", "home.door.apply.about"},
	"error-stale":     {"error.stale.title", "error.stale.text"},
	"error-notfound":  {"error.notfound.title", "error.notfound.text"},
	"error-bad":       {"error.bad.title", "error.bad.text"},
	"error-forbidden": {"error.forbidden.title", "error.forbidden.text"},
	"error-large":     {"error.large.title", "error.large.text"},
	"error-busy":      {"error.busy.title", "error.busy.text"},
	"error-conflict":  {"error.conflict.title", "error.conflict.text"},
	"error-ours":      {"error.ours.title", "error.ours.text"},
	"result-yes":      {"check.result.yes", "check.result.yes.about"},
	"result-no":       {"check.result.no", "check.result.no.about"},
	"result-perhaps":  {"check.result.perhaps", "check.result.perhaps.about"},
}

// spoken returns the published text at slug and part in the language of a voice.
func (s *Server) spoken(slug, part, voice string) (string, bool) {
	lang := languages[0].Code
	if voice == "en" {
		lang = voice
	}
	lib := s.content().Library
	switch slug {
	case wordsOfBot:
		words, ok := botWords(lib.Assistant)[part]
		return words.In(lang), ok
	case wordsSlug:
		return s.spokenWords(part, lang)
	case glossarySlug:
		return spokenTerm(lib.Glossary, part, lang)
	}
	if p, ok := lib.Policy(slug); ok {
		if name, ok := strings.CutPrefix(part, questionPrefix); ok {
			return spokenQuestion(p, name, lang)
		}
		if p, ok = p.In(lang); !ok {
			return "", false
		}
		if part == summaryPart {
			return p.Title(lang) + "\n" + p.Summary, true
		}
		return spokenOf(p.Sections, p.FAQ, part)
	}
	for _, t := range slices.Concat(lib.Help, lib.Replies) {
		if t.Slug != slug {
			continue
		}
		if t, ok := t.In(lang); ok {
			if part == summaryPart {
				return t.Title + "\n" + t.Summary, true
			}
			return spokenOf(t.Sections, nil, part)
		}
	}
	return "", false
}

func spokenOf(sections []content.Section, faq []content.FAQ, part string) (string, bool) {
	for _, one := range sections {
		if one.ID == part {
			return one.Title + "\n" + one.Text, true
		}
	}
	for i, f := range faq {
		if faqPart(i) == part {
			return f.Q + "\n" + f.A, true
		}
	}
	return "", false
}

func (s *Server) spokenWords(part, lang string) (string, bool) {
	var lines []string
	for _, id := range heardWords[part] {
		lines = append(lines, s.views.words[lang](id))
	}
	return strings.Join(lines, "\n"), len(lines) > 0
}

func spokenTerm(terms []content.Term, part, lang string) (string, bool) {
	number, found := strings.CutPrefix(part, termPrefix)
	i, err := strconv.Atoi(number)
	if !found || err != nil || i < 1 || i > len(terms) || termID(i-1) != part {
		return "", false
	}
	term := terms[i-1]
	about, translated := term.Meaning(lang)
	if !translated {
		return "", false
	}
	name := term.ZH
	if lang == "en" {
		name = term.EN
	}
	return name + "\n" + about, true
}

// spokenQuestion reads a question of a form or checker with its help and choices.
func spokenQuestion(p *content.Policy, name, lang string) (string, bool) {
	p, ok := p.In(lang)
	if !ok {
		return "", false
	}
	q, ok := p.Question(name)
	if !ok {
		i := slices.IndexFunc(p.Screen(), func(q *content.Question) bool { return q.Name == name })
		if i < 0 {
			return "", false
		}
		q = p.Screen()[i]
	}
	lines := []string{q.Label}
	if q.Help != "" {
		lines = append(lines, q.Help)
	}
	for _, o := range q.Options {
		lines = append(lines, o.Label)
		if o.Help != "" {
			lines = append(lines, o.Help)
		}
	}
	return strings.Join(lines, "\n"), true
}
