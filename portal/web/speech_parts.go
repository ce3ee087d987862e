package web

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"huitong/content"
	"huitong/portal/apply"
)

// What forms, verdicts and the way of an application say is put together from
// published texts, each with a name of its own. A name is made of what editors and
// programmers wrote: a policy, a question, a condition, the key of a message. What a
// family typed has no name, so it can neither be asked for nor be kept.

// Names of texts of a policy, beside its sections. What follows a prefix is the name
// or the number of the thing in the policy's file.
const (
	titlePart       = "title"
	wrongPrefix     = "wrong-"     // <question>.<key of the message>
	introPrefix     = "form-"      // page of the form
	conditionPrefix = "condition-" // <condition>-<yes, no or unknown>
	confirmPrefix   = "confirm-"
	outcomePrefix   = "outcome-"
	givePrefix      = "give-"
	documentPrefix  = "document-"
	stepPrefix      = "step-"
	decidesPart     = "decides"
	grantedPart     = "granted"
	deniedPart      = "denied"
	fieldPrefix     = "field-"  // of a field that is no question of a policy
	statePrefix     = "state-"  // of an application
	eventPrefix     = "event-"  // in its history
	resultPrefix    = "result-" // of a check
)

// Several parts are heard as one: their names stand one after the other.
const (
	partsApart  = "~"
	maxParts    = 40
	maxAtOnce   = 4000 // characters; what the program takes at once, too
	problemKeys = "error."
)

// passage is where a published text stands among what can be heard.
type passage struct{ Slug, Part string }

func words(part string) passage { return passage{wordsSlug, part} }

// joint is several places as one; the texts of the interface are found below each policy.
func joint(places ...passage) passage {
	out := passage{Slug: wordsSlug}
	var parts []string
	for _, p := range places {
		if p.Part == "" {
			return passage{}
		}
		if p.Slug != wordsSlug {
			out.Slug = p.Slug
		}
		parts = append(parts, p.Part)
	}
	out.Part = strings.Join(parts, partsApart)
	return out
}

// spokenAll returns the published texts that are named by slug and parts, in the
// language of a voice.
func (s *Server) spokenAll(slug, parts, voice string) ([]string, bool) {
	var texts []string
	length := 0
	for part := range strings.SplitSeq(parts, partsApart) {
		text, ok := s.spoken(slug, part, voice)
		length += utf8.RuneCountInString(text)
		if !ok || len(texts) == maxParts || len(texts) > 0 && length > maxAtOnce {
			return nil, false
		}
		texts = append(texts, text)
	}
	return texts, true
}

// spokenOfPolicy returns a text of the policy, or of the interface.
func (s *Server) spokenOfPolicy(p *content.Policy, part, lang string) (string, bool) {
	if text, ok := spokenOf(p.Sections, p.FAQ, part); ok {
		return text, true
	}
	switch part {
	case titlePart:
		return p.Title(lang), true
	case summaryPart:
		t := s.views.words[lang]
		return spokenLines(p.Title(lang), p.Summary, t("status.label")+t("status."+p.Status)), true
	case scriptPart:
		return s.spokenPitch(p, part, lang)
	case decidesPart:
		return p.Decides.Text, p.Decides.Text != ""
	case grantedPart:
		return p.Decides.Granted, p.Decides.Granted != ""
	case deniedPart:
		return p.Decides.Refused, p.Decides.Refused != ""
	}
	if strings.HasPrefix(part, scriptPart+"-") {
		return s.spokenPitch(p, part, lang)
	}
	for prefix, read := range map[string]func(p *content.Policy, name, lang string) (string, bool){
		questionPrefix: spokenQuestion, wrongPrefix: s.spokenWrong, introPrefix: spokenIntro,
		conditionPrefix: s.spokenCondition, confirmPrefix: spokenConfirm, outcomePrefix: spokenOutcome,
		givePrefix: spokenGive, documentPrefix: spokenDocument, stepPrefix: s.spokenStep,
	} {
		if name, ok := strings.CutPrefix(part, prefix); ok {
			if text, ok := read(p, name, lang); ok {
				return text, true
			}
		}
	}
	return s.spokenWords(part, lang)
}

// spokenWrong reads what is wrong with a field, after its name.
func (s *Server) spokenWrong(p *content.Policy, name, lang string) (string, bool) {
	field, key, _ := strings.Cut(name, ".")
	said, ok := s.spokenProblem(key, lang)
	if !ok {
		return "", false
	}
	if p != nil {
		if q, ok := policyQuestion(p, field); ok {
			return q.Label + "\n" + said, true
		}
		if d, ok := documentOf(p, field); ok {
			return d.Title + "\n" + said, true
		}
	}
	label := heardWords[fieldPrefix+field]
	if len(label) == 0 {
		return said, field == ""
	}
	return s.views.words[lang](label[0]) + "\n" + said, true
}

// spokenProblem reads a message of what is wrong. Counts of what was typed are left to
// the page: the sound has words without them.
func (s *Server) spokenProblem(key, lang string) (string, bool) {
	t := s.views.words[lang]
	if id, ok := uncounted[problemKeys+key]; ok {
		return t(id), true
	}
	if slices.Contains(apply.MessageKeys(), problemKeys+key) {
		return t(problemKeys + key), true
	}
	if slices.Contains(otherProblems, problemKeys+key) {
		return t(problemKeys + key), true
	}
	return t(key), slices.Contains(otherProblems, key)
}

// uncounted are the words for the ear of problems whose words for the eye count.
var uncounted = map[string]string{
	apply.KeyTextLong:     "aloud.long",
	apply.KeyMessageLong:  "aloud.long",
	apply.KeyAddressShort: "aloud.address.short",
	apply.KeyNameShort:    "aloud.name.short",
	apply.KeyNameLong:     "aloud.name.long",
	apply.KeyIDLength:     "aloud.resident-id.length",
	apply.KeyPhoneLength:  "aloud.phone.length",
	apply.KeyNumberSmall:  "aloud.number.small",
	apply.KeyNumberLarge:  "aloud.number.large",
	apply.KeyBankLength:   "aloud.bank-account.length",
	apply.KeyFilesMany:    "aloud.files.many",
	apply.KeyFilesAll:     "aloud.files.many",
	"error.file.large":    "aloud.file.large",
}

// otherProblems are what the pages find wrong by themselves.
var otherProblems = []string{"check.choose", "check.number", "track.wrong", "track.wrong.number", "track.wrong.code", "track.locked", "hand-over.wrong", "error.report.kind", "error.report.place", "household.for.choose", "household.programme.choose"}

// wrongAt is where the problem of a field can be heard; field is a question, a
// document or the name of one of the heardWords.
func wrongAt(slug, field, key string) passage {
	return passage{slug, wrongPrefix + field + "." + strings.TrimPrefix(key, problemKeys)}
}

func policyQuestion(p *content.Policy, name string) (*content.Question, bool) {
	if q, ok := p.Question(name); ok {
		return q, true
	}
	i := slices.IndexFunc(p.Screen(), func(q *content.Question) bool { return q.Name == name })
	if i < 0 {
		return nil, false
	}
	return p.Screen()[i], true
}

func documentOf(p *content.Policy, name string) (content.Document, bool) {
	i := slices.IndexFunc(p.Documents, func(d content.Document) bool { return d.Name == name })
	if i < 0 {
		return content.Document{}, false
	}
	return p.Documents[i], true
}

// spokenQuestion reads a question of a form or checker with its help and choices.
func spokenQuestion(p *content.Policy, name, _ string) (string, bool) {
	q, ok := policyQuestion(p, name)
	if !ok {
		return "", false
	}
	lines := []string{q.Label, q.Help}
	for _, o := range q.Options {
		lines = append(lines, o.Label, o.Help)
	}
	return spokenLines(lines...), true
}

// spokenLines leaves out what a policy does not say.
func spokenLines(lines ...string) string {
	return strings.Join(slices.DeleteFunc(lines, func(line string) bool { return line == "" }), "\n")
}

func spokenIntro(p *content.Policy, name, _ string) (string, bool) {
	for _, page := range p.Questions {
		if page.Section == name {
			return spokenLines(page.Title, page.Intro), true
		}
	}
	return "", false
}

func (s *Server) spokenCondition(p *content.Policy, name, lang string) (string, bool) {
	for _, c := range p.Eligibility {
		for _, t := range []content.Truth{content.True, content.False, content.Unknown} {
			if name == c.Name+"-"+t.String() {
				return s.views.words[lang]("check.reason."+t.String()) + c.Text(t), true
			}
		}
	}
	return "", false
}

func spokenConfirm(p *content.Policy, name, _ string) (string, bool) {
	r, ok := numbered(p.Confirm, name)
	return r.Text, ok
}

func spokenOutcome(p *content.Policy, name, _ string) (string, bool) {
	r, ok := numbered(p.Outcomes, name)
	return r.Text, ok
}

func spokenGive(p *content.Policy, name, _ string) (string, bool) {
	g, ok := numbered(p.Gives, name)
	return spokenLines(g.Title, g.Text), ok
}

func spokenDocument(p *content.Policy, name, _ string) (string, bool) {
	d, ok := documentOf(p, name)
	return spokenLines(d.Title, d.Text), ok
}

// spokenStep reads who does what in how many days; the day itself is somebody's own.
func (s *Server) spokenStep(p *content.Policy, name, lang string) (string, bool) {
	d, ok := numbered(p.Decides.Steps, name)
	if !ok {
		return "", false
	}
	t := s.views.words[lang]
	return t("level."+d.Who) + t("punctuation.colon") + d.Does + "\n" + daysOf(d, t), true
}

// numbered returns the thing with this number, written as numberOf does.
func numbered[T any](list []T, number string) (T, bool) {
	var none T
	i, err := strconv.Atoi(number)
	if err != nil || i < 1 || i > len(list) || numberOf(i-1) != number {
		return none, false
	}
	return list[i-1], true
}

func numberOf(i int) string { return strconv.Itoa(i + 1) }
