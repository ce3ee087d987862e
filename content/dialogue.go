package content

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// Dialogue is how the bot understands what families say in a dialogue.
type Dialogue struct {
	Words    map[string][]string `yaml:"words"`    // whole messages, by what they mean; see dialogueWords
	Filler   []string            `yaml:"filler"`   // dropped before comparing whole messages
	Padding  []string            `yaml:"padding"`  // around the words of an answer, without adding to it
	Whether  []string            `yaml:"whether"`  // asks whether a child can get something
	Begin    []string            `yaml:"begin"`    // asks the bot to see for itself
	Asking   []string            `yaml:"asking"`   // marks a message as a question
	Follows  []string            `yaml:"follows"`  // begins a question that leans on the one before
	Trails   []string            `yaml:"trails"`   // ends one
	Points   []string            `yaml:"points"`   // points at what was said before
	Not      []string            `yaml:"not"`      // before a word of an answer: it is denied
	Subjects map[string][]string `yaml:"subjects"` // words that name a question, by its name
	Spans    []string            `yaml:"spans"`    // lengths of time
	Long     []string            `yaml:"long"`     // of them, those of six months or more
	Numbers  []string            `yaml:"numbers"`  // words for 0, 1, 2 … where the digits are not folded to
	Change   []string            `yaml:"change"`   // before the words of a question: to answer it anew
	Lives    []string            `yaml:"lives"`    // said around the name of the place where one lives
	Whose    []string            `yaml:"whose"`    // asks whose a telephone number is, said around it
	Meant    []string            `yaml:"meant"`    // says that another child is meant, around a word of Siblings
	Siblings []string            `yaml:"siblings"` // which child
	Alike    [][]string          `yaml:"alike"`    // sections that say the same of different policies
	Account  []Account           `yaml:"account"`
	Answers  []SpokenAnswers     `yaml:"answers"`
}

// SpokenAnswers are everyday words for the options of some questions.
type SpokenAnswers struct {
	Questions []string            `yaml:"questions"`
	Options   map[string][]string `yaml:"options"` // by value
	Near      []NearAnswer        `yaml:"near"`
}

// NearAnswer are words that may mean several options, which the bot then asks.
type NearAnswer struct {
	Words   []string `yaml:"words"`
	Options []string `yaml:"options"`
}

// Account are words of questions about one's own application, and the page#section
// that answers them.
type Account struct {
	Sure    bool     `yaml:"sure"` // the words are enough; otherwise only where nothing else answers
	Section string   `yaml:"section"`
	Words   []string `yaml:"words"`
	And     []string `yaml:"and"` // one of them has to be there too, if there are any
	Not     []string `yaml:"not"` // none of them may be: they speak of something else
}

// dialogueWords names the whole messages that the bot acts on.
var dialogueWords = []string{
	"yes", "no", "unknown", "stop", "back", "again", "resume", "neither",
	"first", "second", "third", "fourth", "last", "whatever", "thanks", "hello", "who", "person",
	"repeat", "plainer", "source", "grounds", "phone", "other",
}

// Place is a town or subdistrict of the city.
type Place struct {
	ID   string   `yaml:"id"` // the value of its option in the question "town"
	ZH   string   `yaml:"zh"`
	EN   string   `yaml:"en"`
	Also []string `yaml:"also"` // former and everyday names
}

// Name returns the place's name in lang; Chinese for any language but English.
func (p Place) Name(lang string) string { return Words{p.ZH, p.EN}.In(lang) }

const (
	dialogueFile = "dialogue.yaml"
	placesFile   = "places.yaml"
	townQuestion = "town"
)

func loadDialogue(fsys fs.FS, c *collector) Dialogue {
	b, err := fs.ReadFile(fsys, dialogueFile)
	if err != nil {
		c.add(dialogueFile, 0, "cannot be read: "+err.Error(), "create the file")
		return Dialogue{}
	}
	var doc struct {
		Dialogue Dialogue `yaml:"dialogue"`
	}
	parseYAML(dialogueFile, b, nil, &doc, c)
	return doc.Dialogue
}

// checkDialogue finds words for what nobody asks, and places that no application
// can name.
func (l *Library) checkDialogue(c *lint) {
	bad := func(what, fix string) { c.add(dialogueFile, 0, what, fix) }
	for _, name := range dialogueWords {
		if len(l.Dialogue.Words) > 0 && len(l.Dialogue.Words[name]) == 0 {
			bad(fmt.Sprintf("no words for %q", name), "list at least one")
		}
	}
	meant := map[string]string{}
	for _, name := range sortedKeys(l.Dialogue.Words) {
		for _, w := range l.Dialogue.Words[name] {
			if other := meant[w]; other != "" {
				bad(fmt.Sprintf("%q means %q and %q", w, other, name), "keep it under one of them")
			}
			meant[w] = name
		}
		if !slices.Contains(dialogueWords, name) {
			bad(fmt.Sprintf("nothing is done on words of %q", name), "remove them")
		}
	}
	asked := l.asked()
	for _, name := range sortedKeys(l.Dialogue.Subjects) {
		if asked[name] == nil {
			bad(fmt.Sprintf("subject %q is no question", name), "use the name of a question")
		}
	}
	for _, a := range l.Dialogue.Answers {
		for _, name := range a.Questions {
			a.check(name, asked[name], bad)
		}
	}
	for _, a := range l.Dialogue.Account {
		if page, section, _ := strings.Cut(a.Section, "#"); !l.hasSection(page, section) {
			bad(fmt.Sprintf("account words lead to %q, which is no section", a.Section), "give page#section")
		}
	}
	l.checkPlaces(asked[townQuestion], c)
}

func (a SpokenAnswers) check(name string, q *Question, bad func(what, fix string)) {
	if q == nil {
		bad(fmt.Sprintf("answers to %q, which is no question", name), "use the name of a question")
		return
	}
	values := sortedKeys(a.Options)
	for _, near := range a.Near {
		values = append(values, near.Options...)
	}
	for _, v := range values {
		if !q.Accepts(v) {
			bad(fmt.Sprintf("%q is no option of question %q", v, name), "use the value of an option")
		}
	}
}

// checkPlaces holds the places against the options of the question where an
// application is handled.
func (l *Library) checkPlaces(q *Question, c *lint) {
	seen := map[string]bool{}
	for _, p := range l.Places {
		if p.ZH == "" || p.EN == "" || seen[p.ID] || q != nil && !q.Accepts(p.ID) {
			c.add(placesFile, 0, fmt.Sprintf("place %q lacks a name, stands twice or is no option of the question %q", p.ID, townQuestion), "give id, zh and en as the question has them")
		}
		seen[p.ID] = true
	}
	if q == nil {
		return
	}
	for _, o := range q.Options {
		if !seen[o.Value] {
			c.add(placesFile, 0, fmt.Sprintf("place %q is missing", o.Value), "add it")
		}
	}
}

// asked returns the questions of all policies by name.
func (l *Library) asked() map[string]*Question {
	out := map[string]*Question{}
	for _, p := range l.Policies {
		for name, q := range p.questions {
			out[name] = q
		}
	}
	for _, p := range l.Policies {
		for _, q := range p.own {
			out[q.Name] = q
		}
	}
	return out
}

func (p Place) untranslated() []string { return emptyOf("en", p.EN) }
