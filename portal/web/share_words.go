package web

import (
	"strings"

	"huitong/content"
	"huitong/portal/outreach"
)

// How long the parts of what is said about a policy are, in Chinese characters. What is
// longer ends with its last whole sentence.
const (
	factLasts   = 60
	leadLasts   = 80
	answerLasts = 110
	scriptLasts = 240 // read aloud, a minute
	scriptPart  = "script"
)

// fact is one of the three things that a poster says.
type fact struct{ Name, Text string }

// pitch is how something is told in a few words, in one language. Everything in it
// stands in the content: amounts are facts, with their year.
type pitch struct {
	Title, Lead string
	Facts       []fact
	Script      string
	Slug, Part  string // where the script can be heard
	Lang        string // of the texts
}

// pitchOf tells what a link leads to. The texts are as the content has them, not
// converted.
func (s *Server) pitchOf(l language, to goal, kind outreach.Kind) pitch {
	if to.Help != nil {
		p, _ := to.Help.In(l.Code)
		return helpPitch(p, s.views.words[p.Lang])
	}
	p, _ := to.Policy.In(l.Code)
	t := s.views.words[p.Lang] // so that all of it is in one language
	out := pitch{Title: p.Short(p.Lang), Lead: brief(p.Summary, leadLasts), Facts: policyFacts(p, t), Slug: p.Slug, Part: scriptPart, Lang: p.Lang}
	out.Script = policyScript(p, t)
	switch {
	case to.FAQ >= 0:
		f := p.FAQ[to.FAQ]
		out.Title, out.Lead = f.Q, brief(f.A, leadLasts)
		out.Script, out.Part = faqScript(f, t), scriptPart+"-"+faqPart(to.FAQ)
	case kind == outreach.Form:
		out.Title = t("kit.form.of", "Policy", out.Title)
	case kind == outreach.Check:
		out.Title = t("kit.check.of", "Policy", out.Title)
	}
	return out
}

// policyFacts are who, what and how: the first of those it is for, the first that it
// gives, and the plain words of how one applies.
func policyFacts(p *content.Policy, t func(string, ...any) string) []fact {
	out := []fact{{Name: t("card.who")}, {Name: t("policy.gives")}, {t("card.how"), wayOf(p, t)}}
	if len(p.Audience) > 0 {
		out[0].Text = brief(p.Audience[0], factLasts)
	}
	if len(p.Gives) > 0 {
		out[1].Text = brief(p.Gives[0].Text, factLasts)
	}
	return out
}

// wayOf is how one gets it, in plain words.
func wayOf(p *content.Policy, t func(string, ...any) string) string {
	for _, id := range []string{"how", "first", "contact"} {
		if how, ok := p.Section(id); ok && how.Plain != "" {
			return brief(how.Plain, factLasts)
		}
	}
	return t("card.how.person")
}

// policyScript is what is read out in a minute.
func policyScript(p *content.Policy, t func(string, ...any) string) string {
	parts := []string{t("kit.script.begin", "Policy", p.Short(p.Lang)), brief(p.Summary, leadLasts)}
	if len(p.Gives) > 0 {
		parts = append(parts, brief(p.Gives[0].Text, factLasts))
	}
	return spokenScript(append(parts, wayOf(p, t)), t)
}

func faqScript(f content.FAQ, t func(string, ...any) string) string {
	return spokenScript([]string{t("kit.script.asked", "Question", f.Q), brief(f.A, answerLasts)}, t)
}

// spokenScript joins as many of the sentences as fit, and says whom to ask.
func spokenScript(parts []string, t func(string, ...any) string) string {
	end := t("kit.script.end")
	for ; len(parts) > 1; parts = parts[:len(parts)-1] {
		if all := joined(append(parts[:len(parts):len(parts)], end)); width(all) <= scriptLasts {
			return all
		}
	}
	return joined([]string{parts[0], end})
}

// joined puts sentences one after the other, each ended.
func joined(parts []string) string {
	var b strings.Builder
	for _, p := range parts {
		p = strings.TrimSpace(p)
		if p == "" {
			continue
		}
		last := []rune(p)[len([]rune(p))-1]
		latin := last < 0x250
		if b.WriteString(p); !strings.ContainsRune("。！？；.!?", last) {
			b.WriteString(map[bool]string{true: ".", false: "。"}[latin])
		}
		if latin {
			b.WriteByte(' ')
		}
	}
	return strings.TrimSpace(b.String())
}

func helpPitch(p *content.Page, t func(string, ...any) string) pitch {
	out := pitch{Title: p.Title, Lead: brief(p.Summary, leadLasts), Slug: p.Slug, Part: scriptPart, Lang: p.Lang}
	parts := []string{p.Title, out.Lead}
	for _, one := range firstOf(p.Sections, 3) {
		text := brief(one.Plain, factLasts)
		if text == "" {
			continue
		}
		out.Facts = append(out.Facts, fact{one.Title, text})
		parts = append(parts, text)
	}
	out.Script = spokenScript(parts, t)
	return out
}

// spokenPitch is the script of a policy or of one of its questions.
func (s *Server) spokenPitch(p *content.Policy, part, lang string) (string, bool) {
	t := s.views.words[lang]
	if part == scriptPart {
		return policyScript(p, t), true
	}
	for i, f := range p.FAQ {
		if part == scriptPart+"-"+faqPart(i) {
			return faqScript(f, t), true
		}
	}
	return "", false
}

// chatText is what is put into a chat: what it is, a sentence, the link and whom to ask.
func (s *Server) chatText(l language, p pitch, link, village string) string {
	t := s.views.words[l.Code]
	show := func(text string) string { return s.views.content(l, text) }
	end := t("kit.chat.end")
	if village != "" {
		end = t("kit.chat.end.village", "Village", village)
	}
	return t("kit.chat.title", "Title", show(p.Title)) + "\n" + show(brief(p.Lead, factLasts)) + "\n" + link + "\n" + end
}
