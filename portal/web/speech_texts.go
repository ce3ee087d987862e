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
	numberPart     = "number-first" // with any of them: whom to call if a child is in danger
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
	"papers":          {"check.documents"},
	"problems":        {"aloud.problems"},

	// Fields that are no questions of a policy; the first message names the field.
	"field-number":           {"track.number", "track.number.help"},
	"field-code":             {"track.code", "track.code.help"},
	"field-hand-over":        {"hand-over.code", "hand-over.code.help"},
	"field-text":             {"track.supply.label", "track.supply.help"},
	"field-withdraw":         {"track.withdraw.reason"},
	"field-consent_name":     {"apply.consent.name", "apply.consent.name.help"},
	"field-consent_relation": {"apply.consent.relation"},
	"field-consent":          {"apply.consent.title"},

	"field-for-child":       {"household.for", "aloud.names", "household.for.new"},
	"field-channel":         {"track.notify.channel", "track.notify.channel.sms", "track.notify.channel.email"},
	"field-contact":         {"track.notify.address", "track.notify.address.help"},
	"field-feedback":        {"feedback.text", "feedback.help"},
	"field-report-kind":     {"report.kind"},
	"field-report-town":     {"report.town", "report.town.help"},
	"field-report-village":  {"report.village"},
	"field-report-place":    {"report.place", "report.place.help"},
	"field-report-danger":   {"report.danger", "report.danger.now", "report.danger.unsure", "report.danger.no"},
	"field-report-words":    {"report.words"},
	"field-report-child":    {"report.child", "report.child.help"},
	"field-report-contact":  {"report.contact", "report.contact.help"},
	"field-report-involved": {"report.involved", "report.involved.help", "report.involved.no", "report.involved.yes"},
	"notify-what":           {"track.notify.what", "track.notify.changes", "track.notify.changes.about", "track.notify.pass", "track.notify.pass.about"},
	"notify-consent":        {"track.notify.consent.title", "track.notify.consent.about", "track.notify.consent"},

	// What is agreed to before one applies.
	"notice":  {"apply.notice.title", "apply.notice.why", "apply.notice.why.text", "apply.notice.where", "apply.notice.where.text", "apply.notice.safe", "apply.notice.safe.text", "apply.notice.refuse", "apply.notice.refuse.text", "apply.notice.complain", "apply.notice.complain.text", "apply.notice.correct", "apply.notice.correct.text"},
	"consent": {"apply.consent.title", "apply.consent.about", "apply.consent"},

	// The way of an application. Numbers, days and what people wrote are on the page
	// alone, and the sound says so.
	"done":              {"apply.done.title", "aloud.pass"},
	"done-next":         {"apply.done.next"},
	"done-call":         {"apply.done.call"},
	"done-return":       {"apply.done.return", "apply.done.return.about"},
	"ahead":             {"track.ahead"},
	"past":              {"track.past"},
	"unsaid":            {"aloud.unsaid"},
	"state-draft":       {"track.state.draft", "track.state.draft.about"},
	"state-submitted":   {"track.state.submitted", "track.state.submitted.about"},
	"state-accepted":    {"track.state.accepted", "track.state.accepted.about"},
	"state-more-needed": {"track.state.more-needed", "track.state.more-needed.about"},
	"state-approved":    {"track.state.approved", "track.state.approved.about"},
	"state-refused":     {"track.state.refused", "track.state.refused.about"},
	"state-withdrawn":   {"track.state.withdrawn", "track.state.withdrawn.about"},
	"state-objected":    {"track.state.objected", "track.state.objected.about"},
	"event-object":      {"track.event.object"},
	"event-start":       {"track.event.start"},
	"event-submit":      {"track.event.submit"},
	"event-accept":      {"track.event.accept"},
	"event-ask-more":    {"track.event.ask-more"},
	"event-supply":      {"track.event.supply"},
	"event-approve":     {"track.event.approve"},
	"event-refuse":      {"track.event.refuse"},
	"event-withdraw":    {"track.event.withdraw"},
	"event-referred":    {"track.event.referred"},
	"event-answered":    {"track.event.answered"},
	"event-recalled":    {"track.event.recalled"},
	"event-result":      {"track.event.result"},
	"event-held":        {"track.event.held"},
	"event-decided":     {"track.event.decided"},
	"decision-approved": {"decision.title", "decision.approved"},
	"decision-refused":  {"decision.title", "decision.refused"},
	"next":              {"apply.done.next"},
	"next-refused":      {"decision.next.refused"},
	"next-approved":     {"decision.next.approved"},
	"object":            {"decision.object", "decision.object.ask", "decision.object.ways", "decision.object.confirm", "decision.paper"},
}

// spokenIn is the language of the texts that a voice reads.
func spokenIn(voice string) string {
	if voice == "en" {
		return voice
	}
	return languages[0].Code
}

// spoken returns the published text at slug and part in the language of a voice.
func (s *Server) spoken(slug, part, voice string) (string, bool) {
	lang := spokenIn(voice)
	lib := s.content().Library
	if part == numberPart {
		return lib.Assistant.Say(content.SayDanger, lang), lib.Assistant.Says != nil
	}
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
		if p, ok = p.In(lang); !ok {
			return "", false
		}
		return s.spokenOfPolicy(p, part, lang)
	}
	for _, t := range slices.Concat(lib.Help, lib.Replies) {
		if t.Slug != slug {
			continue
		}
		if t, ok := t.In(lang); ok {
			if part == summaryPart {
				return t.Title + "\n" + t.Summary, true
			}
			if part == scriptPart {
				return helpPitch(t, s.views.words[lang]).Script, true
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

// canSpeak reports whether spokenOf has a text, without putting it together.
func canSpeak(sections []content.Section, faq []content.FAQ, part string) bool {
	for i := range sections {
		if sections[i].ID == part {
			return true
		}
	}
	n, found := strings.CutPrefix(part, faqPrefix)
	i, err := strconv.Atoi(n)
	return found && err == nil && 1 <= i && i <= len(faq) && faqPart(i-1) == part
}

func (s *Server) spokenWords(part, lang string) (string, bool) {
	if name, ok := strings.CutPrefix(part, wrongPrefix); ok {
		return s.spokenWrong(nil, name, lang)
	}
	if text, ok := s.spokenChoices(part, lang); ok {
		return text, true
	}
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
