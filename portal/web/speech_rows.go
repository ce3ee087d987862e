package web

import (
	"slices"

	"huitong/content"
)

// heardHere offers published texts to the ear on a page that is somebody's own, or the
// answer to a post: leaving it for a sound could lose what was typed, so it is played
// there. The browser reads what the block shows, the server the texts at the place.
func (s *Server) heardHere(l language, at passage, name, lang, block string) heard {
	h := s.listening(l, at.Slug, at.Part, "", lang)
	h.Name, h.Hears, h.Stays = name, block, true
	return h
}

// heardShown is heardHere for a block with days, numbers or words of people in it: a browser
// with a voice reads all of it, and only where there is none the server is asked.
func (s *Server) heardShown(l language, at passage, name, lang, block string) heard {
	h := s.heardHere(l, at, name, lang, block)
	h.Said = ""
	return h
}

// hearField lets a field be heard, after what is wrong with it. It stands at slug under
// that name; key is that of the problem, "" if there is none.
func (s *Server) hearField(f *field, p page, at passage, wrong passage) {
	if wrong.Part != "" {
		at = joint(wrong, at)
	}
	f.Heard = s.heardHere(p.Lang, at, f.Label, p.ContentLang, ".field")
}

// hearAsked is hearField for a question of a policy. It returns where the problem with
// this key can be heard.
func (s *Server) hearAsked(f *field, p page, slug, key string) passage {
	wrong := passage{}
	if key != "" {
		wrong = wrongAt(slug, f.Name, key)
	}
	s.hearField(f, p, passage{slug, questionPrefix + f.Name}, wrong)
	return wrong
}

// hearOwn is hearField for a field of the interface: one of the heardWords.
func (s *Server) hearOwn(f *field, p page, name, key string) passage {
	p.ContentLang = p.Lang.Code
	wrong := passage{}
	if key != "" {
		wrong = wrongAt(wordsSlug, name, key)
	}
	s.hearField(f, p, words(fieldPrefix+name), wrong)
	return wrong
}

// hearProblems reads the error summary, if all of it has been published.
func (s *Server) hearProblems(l language, problems []problem) heard {
	at := []passage{words("problems")}
	for _, p := range problems {
		at = append(at, p.Heard)
	}
	lang := l.Code
	if slug := joint(at...).Slug; slug != "" && slug != wordsSlug {
		if p, ok := s.content().Library.Policy(slug); ok {
			p, _ = p.In(l.Code)
			lang = l.shows(p.Lang)
		}
	}
	return s.heardHere(l, joint(at...), "", lang, ".error-summary")
}

// verdictPlaces are where a verdict of a policy can be heard: what kind of yes it is,
// why, and what the office has to check.
func verdictPlaces(p *content.Policy, v content.Verdict) []passage {
	var out []passage
	add := func(part string) { out = append(out, passage{p.Slug, part}) }
	if i := slices.IndexFunc(p.Outcomes, func(r content.Remark) bool { return v.Outcome != "" && r.Text == v.Outcome }); i >= 0 {
		add(outcomePrefix + numberOf(i))
	}
	for _, r := range v.Conditions {
		add(conditionPrefix + r.Name + "-" + r.Result.String())
	}
	for i, r := range p.Confirm {
		if slices.Contains(v.Confirm, r.Text) {
			add(confirmPrefix + numberOf(i))
		}
	}
	return out
}

// papersPlace is where the documents that are needed can be heard.
func papersPlace(p *content.Policy, documents []content.Document) passage {
	at := []passage{words("papers")}
	for _, d := range documents {
		at = append(at, passage{p.Slug, documentPrefix + d.Name})
	}
	return joint(at...)
}

// stepPlaces are where the steps of a decision can be heard, without their days.
func stepPlaces(p *content.Policy) []passage {
	var out []passage
	for i := range p.Decides.Steps {
		out = append(out, passage{p.Slug, stepPrefix + numberOf(i)})
	}
	return out
}

// pastPlace is where the history of an application can be heard, without its days and
// what people wrote.
func pastPlace(events []string) passage {
	at := []passage{words("past")}
	for _, e := range events {
		at = append(at, words(eventPrefix+e))
	}
	return joint(append(at, words("unsaid"))...)
}

// slugOf is where the texts of the policy are found; those of the interface alone where
// it is not published any more.
func slugOf(p *content.Policy) string {
	if p == nil {
		return wordsSlug
	}
	return p.Slug
}

// hearWay lets the state of an application, what is ahead of it and what has been done
// be heard.
func (p *statusPage) hearWay(s *Server, events []string) {
	t := s.views.words[p.Lang.Code]
	now := []passage{words(statePrefix + p.State)}
	if p.Needs != "" || p.Decided.Words != "" {
		now = append(now, words("unsaid"))
	}
	p.Heard = s.heardShown(p.Lang, joint(now...), t("track.state."+p.State), p.Lang.Code, ".status")
	p.HeardPast = s.heardShown(p.Lang, pastPlace(events), t("track.past"), p.Lang.Code, "section")
	if p.Policy != nil {
		ahead := append([]passage{words("ahead")}, stepPlaces(p.Policy)...)
		p.HeardAhead = s.heardShown(p.Lang, joint(append(ahead, words("unsaid"))...), t("track.ahead"), p.ContentLang, "section")
	}
}

// hearReceipt lets the receipt be heard, without the number and the code on it.
func (p *receiptPage) hearReceipt(s *Server) {
	t := s.views.words[p.Lang.Code]
	next := append([]passage{words("done-next")}, stepPlaces(p.Policy)...)
	next = append(next, words("done-call"))
	if p.Decision != "" {
		next = append(next, passage{p.Policy.Slug, decidesPart})
	}
	p.Heard = s.heardShown(p.Lang, words("done"), p.Heading, p.Lang.Code, ".receipt")
	p.HeardNext = s.heardShown(p.Lang, joint(next...), t("apply.done.next"), p.ContentLang, "section")
	p.HeardReturn = s.heardHere(p.Lang, words("done-return"), t("apply.done.return"), p.Lang.Code, "section")
}

// hearDecision lets a decision be heard, without its day and its reason.
func (p *decisionPage) hearDecision(s *Server) {
	t := s.views.words[p.Lang.Code]
	next := []passage{words("next")}
	if p.Next != "" {
		part := deniedPart
		if p.Approved {
			part = grantedPart
		}
		next = append(next, passage{slugOf(p.Policy), part})
	}
	if !p.Approved {
		next = append(next, words("next-refused"))
	} else if p.Next == "" {
		next = append(next, words("next-approved"))
	}
	p.Heard = s.heardShown(p.Lang, joint(words("decision-"+p.State), words("unsaid")), p.Title, p.Lang.Code, ".receipt")
	p.HeardNext = s.heardHere(p.Lang, joint(next...), t("apply.done.next"), p.ContentLang, "section")
	p.HeardObject = s.heardHere(p.Lang, words("object"), t("decision.object"), p.Lang.Code, "section")
}
