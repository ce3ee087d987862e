package web

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
)

// field is one question of a form as the field component shows it.
type field struct {
	Name     string
	Lang     string // of label, help and options where it is not the page's
	Label    string
	Help     string
	Value    string
	Error    string // in the page's language
	Optional bool
	Options  []content.Option

	InputType    string // text, tel, search …
	InputMode    string
	Autocomplete string
	MaxLength    int
	Width        string // short or medium; "" is the full measure
	Long         bool   // several lines
	Rows         int    // of a long one; 0 is 5
	Keypad       bool   // is also given by large keys, see keypad.go
	X            bool   // one of them is the letter of ID numbers
	Date         *dateWords
	Form, Action string // id of the form that other buttons of the field post, and their address; see turn.go
	Bare         bool   // the heading of the page is the label

	grouping                  // of the choices, see groups.go
	OwnGroups bool            // turned by buttons of its own: the page has another long list
	Kept      *content.Option // the chosen one, where it is in another group

	Heard heard // the question, and what is wrong; the zero value is not read by the server
}

// ID returns the id of the control an error leads to: the first choice of a list.
func (f field) ID() string {
	if n := len(f.Options); n > 0 && n <= maxRadios {
		return f.OptionID(0)
	}
	return "f-" + f.Name
}

// OptionID returns the id of the i-th choice.
func (f field) OptionID(i int) string { return "f-" + f.Name + "-" + strconv.Itoa(i) }

// HelpID returns the id of the help under the label.
func (f field) HelpID() string { return "f-" + f.Name + "-help" }

// ErrorID returns the id of what is wrong.
func (f field) ErrorID() string { return "f-" + f.Name + "-error" }

// DescribedBy lists the ids of help and error.
func (f field) DescribedBy() string {
	var ids []string
	if f.Help != "" {
		ids = append(ids, f.HelpID())
	}
	if f.Error != "" {
		ids = append(ids, f.ErrorID())
	}
	return strings.Join(ids, " ")
}

// Listed reports whether the choices are too many for radio buttons.
func (f field) Listed() bool { return len(f.Options) > maxRadios }

// maxRadios is the longest list of choices that is shown as radio buttons.
const maxRadios = 14

// problem is one line of the error summary: what is wrong, where to mend it, and
// where it can be heard without what was typed.
type problem struct {
	Field, Text string
	Heard       passage
}

// problemOf is the line of the summary about the field of this label.
func (s *Server) problemOf(c *fiber.Ctx, id, label, wrong string) problem {
	return problem{Field: id, Text: labelled(label, s.words(c)("punctuation.colon"), wrong)}
}

// labelled puts the label of a field before what is wrong with it. Away from its field a
// line such as “this is needed” says nothing; one that has the label within needs no more.
func labelled(label, colon, wrong string) string {
	label = strings.TrimRight(label, "？?。.")
	if label == "" || strings.Contains(strings.ToLower(wrong), strings.ToLower(label)) {
		return wrong
	}
	return label + colon + wrong
}

// summaryRow is one line of a summary list. Change is the address of the form
// page, complete with its prefix; "" shows none. Lang is that of question and
// answer where it is not the page's.
type summaryRow struct{ Key, Value, Change, Lang string }

// step is one station of a way. State is done, now, wrong or next.
type step struct{ Title, Text, Note, State, Lang string }

// inputs says how each type of question is typed.
var inputs = map[string]field{
	"text":         {InputType: "text", MaxLength: 100},
	"name":         {InputType: "text", MaxLength: 50, Width: "medium"},
	"resident-id":  {InputType: "text", MaxLength: 24, Width: "medium"},
	"date":         {InputType: "text", MaxLength: 12, Width: "short", InputMode: "numeric"},
	"phone":        {InputType: "tel", MaxLength: 20, Width: "medium"},
	"address":      {InputType: "text", MaxLength: 200},
	"number":       {InputType: "text", MaxLength: 6, Width: "short", InputMode: "numeric"},
	"amount":       {InputType: "text", MaxLength: 12, Width: "short", InputMode: "decimal"},
	"bank-account": {InputType: "text", MaxLength: 30, Width: "medium", InputMode: "numeric"},
	"long-text":    {Long: true, MaxLength: 1000},
}

// newField shows a question of the page's content with an answer and, if it is
// wrong, why. Names of fields are the names of questions.
func (s *Server) newField(p page, q *content.Question, value, wrong string) field {
	l := p.Lang
	f := inputs[q.Type]
	f.Name, f.Value, f.Error, f.Optional, f.Autocomplete = q.Name, value, wrong, !q.Required, q.Autocomplete
	f.Label, f.Help = s.views.content(l, q.Label), s.views.content(l, q.Help)
	f.X = q.Type == "resident-id"
	if p.Foreign() {
		f.Lang = p.ContentLang
	}
	for _, o := range q.Options {
		f.Options = append(f.Options, content.Option{Value: o.Value, Label: s.views.content(l, o.Label), Help: s.views.content(l, o.Help)})
	}
	return f
}
