package web

import "huitong/portal/apply"

// Choices that the content lists are read out as one text of a fixed name.
const (
	reportKindsPart = "report-kinds"
	programmesPart  = "programmes"
)

// spokenChoices reads a list of choices from the content: what a report may be of, and
// what can be applied for on the site.
func (s *Server) spokenChoices(part, lang string) (string, bool) {
	lib, t := s.content().Library, s.views.words[lang]
	var lines []string
	switch part {
	case reportKindsPart:
		for _, k := range lib.Reporting.Kinds {
			lines = append(lines, k.Label.In(lang))
		}
	case programmesPart:
		lines = append(lines, t("household.programmes"))
		for _, p := range lib.Policies {
			if p.Online() {
				lines = append(lines, p.Title(lang))
			}
		}
	}
	return spokenLines(lines...), len(lines) > 0
}

// hearAlso is hearOwn for a field whose choices the content lists, and for problems of
// which some are told to the eye alone: then the field is heard without them.
func (s *Server) hearAlso(f *field, p page, name, key string, more ...passage) passage {
	p.ContentLang = p.Lang.Code
	at := joint(append([]passage{words(fieldPrefix + name)}, more...)...)
	wrong := passage{}
	if key != "" && s.canSay(voicesFor(p.Lang.Code), wordsSlug, wrongAt(wordsSlug, name, key).Part) {
		wrong = wrongAt(wordsSlug, name, key)
	}
	s.hearField(f, p, at, wrong)
	return wrong
}

// keyOf is the key of what is wrong with a field; "" if nothing is.
func keyOf(invalid apply.Invalid, name string) string {
	wrong, _ := invalid.Field(name)
	return wrong.Key
}

// hearReport lets the questions of a report be heard.
func (p *reportPage) hearReport(s *Server, invalid apply.Invalid) {
	p.Scripts = append(p.Scripts, "speech.js")
	for i := range p.Fields {
		f := &p.Fields[i]
		var more []passage
		if f.Name == "kind" {
			more = append(more, words(reportKindsPart))
		}
		key := ""
		if f.Error != "" {
			if key = keyOf(invalid, f.Name); key == "" {
				key = keyOf(invalid, "town") // told at the place
			}
		}
		wrong := s.hearAlso(f, p.page, "report-"+f.Name, key, more...)
		for j := range p.Problems {
			if p.Problems[j].Field == f.ID() {
				p.Problems[j].Heard = wrong
			}
		}
	}
}

// hearNotify lets the fields of the page on messages be heard, what is agreed to as well.
func (p *notifyPage) hearNotify(s *Server, invalid apply.Invalid) {
	p.Scripts = append(p.Scripts, "speech.js")
	s.hearAlso(&p.Channel, p.page, "channel", keyOf(invalid, "channel"))
	s.hearAlso(&p.Address, p.page, "contact", keyOf(invalid, "address"))
	t := s.views.words[p.Lang.Code]
	p.HeardWhat = s.heardHere(p.Lang, words("notify-what"), t("track.notify.what"), p.Lang.Code, "section")
	p.HeardConsent = s.heardHere(p.Lang, words("notify-consent"), t("track.notify.consent.title"), p.Lang.Code, "section")
}
