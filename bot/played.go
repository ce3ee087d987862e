package bot

import (
	"bufio"
	"context"
	_ "embed" // for the conversations
	"fmt"
	"io"
	"slices"
	"strings"
)

//go:embed testdata/conversations.txt
var developmentConversations string

// DevelopmentConversations returns the conversations that the bot is tuned on.
func DevelopmentConversations() string { return developmentConversations }

// Conversation is turns that belong together.
type Conversation struct{ Turns []Turn }

// Turn is what a visitor says, and what the reply must be.
type Turn struct {
	Line int
	Lang string // empty: Chinese
	Text string
	Want []Property
}

// Property is one thing that a reply must have; see testdata/conversations.txt.
type Property struct{ Name, Value string }

// ParseConversations reads conversations in the format that testdata/conversations.txt
// explains.
func ParseConversations(r io.Reader) ([]Conversation, error) {
	var out []Conversation
	var current Conversation
	lang := ""
	end := func() {
		if len(current.Turns) > 0 {
			out = append(out, current)
		}
		current, lang = Conversation{}, ""
	}
	scanner := bufio.NewScanner(r)
	for n := 1; scanner.Scan(); n++ {
		name, value, _ := strings.Cut(strings.TrimSpace(scanner.Text()), " ")
		last := len(current.Turns) - 1
		switch {
		case strings.HasPrefix(name, "#"):
		case name == "":
			end()
		case name == ">":
			current.Turns = append(current.Turns, Turn{Line: n, Lang: lang, Text: value})
		case last < 0 || !slices.Contains(propertyNames, name):
			return nil, fmt.Errorf("line %d: want \"> question\" or a property of the reply", n)
		case name == "lang":
			lang, current.Turns[last].Lang = value, value
		default:
			current.Turns[last].Want = append(current.Turns[last].Want, Property{name, value})
		}
	}
	end()
	return out, scanner.Err()
}

var propertyNames = []string{
	"lang", "outcome", "policy", "section", "says", "notes", "choices", "asks", "given", "verdict", "offers", "link",
}

// Played is how conversations came out.
type Played struct {
	Conversations, Turns, Right int
	Faults                      []string // each with its line
}

// Accuracy returns the share of turns that came out as expected.
func (p Played) Accuracy() float64 { return ratio(p.Right, p.Turns) }

// Print writes the figures and every fault.
func (p Played) Print(w io.Writer) {
	fmt.Fprintf(w, "conversations          %d\n", p.Conversations)
	fmt.Fprintf(w, "turns                  %d\n", p.Turns)
	fmt.Fprintf(w, "conversation accuracy  %.3f\n", p.Accuracy())
	for _, fault := range p.Faults {
		fmt.Fprintln(w, fault)
	}
}

// Play holds the conversations and compares each reply with what it must be.
func (b *Bot) Play(ctx context.Context, conversations []Conversation) (Played, error) {
	p := Played{Conversations: len(conversations)}
	for _, c := range conversations {
		token := ""
		for _, turn := range c.Turns {
			r, err := b.Ask(ctx, Question{Text: turn.Text, Lang: turn.Lang, Conversation: token})
			if err != nil {
				return Played{}, fmt.Errorf("line %d: %w", turn.Line, err)
			}
			token = r.Conversation
			faults := turn.faults(r)
			p.Faults = append(p.Faults, faults...)
			p.Turns++
			if len(faults) == 0 {
				p.Right++
			}
		}
	}
	return p, nil
}

// faults lists what is not as it must be.
func (t Turn) faults(r Reply) []string {
	var out []string
	for _, w := range t.Want {
		if got := propertyOf(r, w.Name); !w.fits(got) {
			out = append(out, fmt.Sprintf("line %d: %s: %s = %q; want %q", t.Line, t.Text, w.Name, got, w.Value))
		}
	}
	return out
}

// fits reports whether what came is what is wanted: a part of a text, one of a list,
// or any of several joined by |.
func (p Property) fits(got []string) bool {
	return slices.ContainsFunc(got, func(g string) bool {
		switch p.Name {
		case "says", "notes", "choices":
			return strings.Contains(g, p.Value)
		}
		return slices.Contains(strings.Split(p.Value, "|"), g)
	})
}

// propertyOf returns the values that a reply has of a property.
func propertyOf(r Reply, name string) []string {
	var out []string
	switch name {
	case "outcome":
		if r.Outcome == Remark { // says nothing of any policy, as a refusal does
			return []string{string(Remark), string(Refuse)}
		}
		return []string{string(r.Outcome)}
	case "says":
		out = []string{r.Answer}
		if r.Check != nil && r.Check.Verdict != nil {
			for _, reason := range r.Check.Verdict.Reasons {
				out = append(out, reason.Text)
			}
		}
	case "notes":
		return append(r.Notes, r.Waiting)
	case "choices":
		for _, c := range r.Choices {
			out = append(out, c.Label)
		}
		return append(out, r.Suggestions...)
	case "link":
		for _, l := range r.Links {
			out = append(out, l.URL)
		}
	case "policy", "section", "offers":
		return quoted(r, name)
	case "asks", "given", "verdict":
		return checked(r.Check, name)
	}
	return out
}

func quoted(r Reply, name string) []string {
	switch {
	case name == "policy" && r.Check != nil && len(r.Citations) == 0:
		return []string{r.Check.Policy}
	case len(r.Citations) == 0, name == "offers" && r.Offer == "":
		return nil
	case name == "section":
		return []string{r.Citations[0].Section}
	}
	return []string{r.Citations[0].Policy}
}

func checked(c *Check, name string) []string {
	switch {
	case c == nil, name == "verdict" && c.Verdict == nil:
		return nil
	case name == "asks":
		return []string{c.Asks}
	case name == "verdict":
		return []string{c.Verdict.Result}
	}
	var out []string
	for _, g := range c.Given {
		out = append(out, g.Name+"="+g.Value)
	}
	return out
}
