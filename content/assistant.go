package content

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// Assistant is what the bot says on its own account; answers come from policies.
type Assistant struct {
	Urgent    Words         `yaml:"urgent"`
	Refuse    Words         `yaml:"refuse"`
	Clarify   Words         `yaml:"clarify"`
	Says      map[Cue]Words `yaml:"says"` // in a dialogue
	Leads     []Lead        `yaml:"leads"`
	Popular   []string      `yaml:"popular"` // questions to begin with
	PopularEN []string      `yaml:"popularEn"`
}

// Cue names what the bot says at one point of a dialogue.
type Cue string

// The cues.
const (
	SayClose       Cue = "close"   // several policies are close
	SayDanger      Cue = "danger"  // the number to call, before a reply to what may be danger
	SayWhether     Cue = "whether" // is a child in danger? Where nothing that is published answers
	SayInDanger    Cue = "in-danger"
	SayNoDanger    Cue = "no-danger"
	SayDoubtful    Cue = "doubtful" // what follows may not be what was asked
	SayUnclear     Cue = "unclear"  // asked back once already
	SayOffer       Cue = "offer"    // to see if a child qualifies; text of a button
	SayBegin       Cue = "begin"    // the first question of a check is next
	SayNoted       Cue = "noted"    // followed by a question and the answer understood
	SayCorrected   Cue = "corrected"
	SayNarrow      Cue = "narrow"  // an answer fits several options
	SayUnheard     Cue = "unheard" // an answer was not understood
	SayWaiting     Cue = "waiting" // a question of a check is still open
	SayStopped     Cue = "stopped"
	SayDeclined    Cue = "declined"
	SayNothing     Cue = "nothing" // nothing is open that could be stopped
	SayHello       Cue = "hello"
	SayWho         Cue = "who"    // what the bot is and can do
	SayPerson      Cue = "person" // somebody wants to talk to people
	SayYes         Cue = "verdict-yes"
	SayNo          Cue = "verdict-no"
	SayUnknown     Cue = "verdict-unknown"
	SayNotSure     Cue = "not-sure" // label of the answer that is no option of the question
	SayAgeHelp     Cue = "age-help"
	SayEnded       Cue = "ended"
	SayUnconfirmed Cue = "unconfirmed"
	SayTown        Cue = "town"    // with {place}
	SayOther       Cue = "other"   // something else was wanted
	SayPlainer     Cue = "plainer" // before the plain words of a section
	SayAnother     Cue = "another" // another child is meant
	SayForeign     Cue = "foreign" // what is quoted is not in the visitor's language yet
)

var cues = []Cue{
	SayClose, SayDanger, SayWhether, SayInDanger, SayNoDanger, SayDoubtful, SayUnclear, SayOffer, SayBegin, SayNoted, SayCorrected, SayNarrow, SayUnheard, SayWaiting, SayStopped,
	SayDeclined, SayNothing, SayHello, SayWho, SayPerson, SayYes, SayNo, SayUnknown, SayNotSure, SayAgeHelp, SayEnded, SayUnconfirmed, SayTown,
	SayOther, SayPlainer, SayAnother, SayForeign,
}

// Lead is where an answer from a section leads on this site.
type Lead struct {
	Section string `yaml:"section"` // page#section
	Path    string `yaml:"path"`    // rooted, without language
	Words   `yaml:",inline"`
}

// Say returns what the bot says in lang.
func (a Assistant) Say(cue Cue, lang string) string { return a.Says[cue].In(lang) }

// Starters returns questions to begin with in lang; Chinese for any language but
// English.
func (a Assistant) Starters(lang string) []string {
	if lang == "en" && len(a.PopularEN) > 0 {
		return a.PopularEN
	}
	return a.Popular
}

// Words are a text in Chinese and English.
type Words struct {
	ZH string `yaml:"zh"`
	EN string `yaml:"en"`
}

// In returns the text in lang; Chinese for any language but English.
func (w Words) In(lang string) string {
	if lang == "en" {
		return w.EN
	}
	return w.ZH
}

const assistantFile = "assistant.yaml"

func loadAssistant(fsys fs.FS, facts *Facts, c *collector) Assistant {
	const file = assistantFile
	b, err := fs.ReadFile(fsys, file)
	if err != nil {
		c.add(file, 0, "cannot be read: "+err.Error(), "create the file")
		return Assistant{}
	}
	var doc struct {
		Assistant Assistant `yaml:"assistant"`
	}
	src := parseYAML(file, b, facts, &doc, c)
	a := doc.Assistant
	for key, w := range map[string]Words{"urgent": a.Urgent, "refuse": a.Refuse, "clarify": a.Clarify} {
		if src != nil && (w.ZH == "" || w.EN == "") {
			c.add(file, src.line("assistant", key), key+" is missing in a language", "give zh and en")
		}
		if src != nil && strings.ContainsFunc(w.EN, isHan) {
			c.note(file, src.line("assistant", key, "en"), "English of "+key+" has Chinese in it", "a fact in it must be a bare number")
		}
	}
	for _, cue := range sortedKeys(a.Says) {
		if src != nil && !slices.Contains(cues, cue) {
			c.add(file, src.line("assistant", "says", string(cue)), fmt.Sprintf("nothing is said under %q", cue), "use one of the names in assistant.go")
		}
	}
	return a
}

// checkAssistant finds what the bot would have no words for, and leads to nowhere.
// A library whose bot says nothing in a dialogue has none.
func (l *Library) checkAssistant(c *lint) {
	for _, cue := range cues {
		if w := l.Assistant.Says[cue]; len(l.Assistant.Says) > 0 && (w.ZH == "" || w.EN == "") {
			c.add(assistantFile, 0, fmt.Sprintf("says %q is missing in a language", cue), "give zh and en")
		}
	}
	for _, lead := range l.Assistant.Leads {
		page, section, _ := strings.Cut(lead.Section, "#")
		if !l.hasSection(page, section) || !strings.HasPrefix(lead.Path, "/") || lead.ZH == "" || lead.EN == "" {
			c.add(assistantFile, 0, fmt.Sprintf("lead from %q is not complete", lead.Section), "give page#section, path, zh and en")
		}
	}
}

// hasSection reports whether a policy or page has the section.
func (l *Library) hasSection(slug, section string) bool {
	if p, ok := l.Policy(slug); ok {
		_, ok = p.Section(section)
		return ok
	}
	for _, p := range slices.Concat(l.Help, l.Replies) {
		if _, ok := p.Section(section); ok && p.Slug == slug {
			return true
		}
	}
	return false
}
