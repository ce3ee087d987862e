package locale

import (
	"errors"
	"fmt"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/nicksnyder/go-i18n/v2/i18n/template"
)

// countKey is the argument that chooses between the forms of a message.
const countKey = "Count"

// Printer gives the texts of one language. It is safe for concurrent use.
type Printer struct {
	language Language
	catalog  *Catalog
	plain    map[string]string
	filled   map[string]filled
	local    *i18n.Localizer
}

// Language is the language of the printer.
func (p *Printer) Language() Language { return p.language }

// T returns the text of a message. Its placeholders come from args: names and
// values in turn, or one map[string]any; "Count" also chooses the form.
//
//	p.T("search.hits", "Count", 3)
//
// An id that only zh-Hans has is given in Chinese, one that nobody has comes
// back as ⟦id⟧; both are told to Catalog.OnProblem.
func (p *Printer) T(id string, args ...any) string {
	if text, ok := p.plain[id]; ok {
		return text
	}
	if f, ok := p.filled[id]; ok {
		if text, ok := f.with(args); ok {
			return text
		}
	}
	data, err := arguments(args)
	if err != nil {
		return p.problem("", id, err)
	}
	text, tag, err := p.local.LocalizeWithTag(&i18n.LocalizeConfig{
		MessageID:      id,
		TemplateData:   data,
		PluralCount:    data[countKey],
		TemplateParser: &template.TextParser{Option: "missingkey=error"},
	})
	if err == nil && tag.String() != p.language.Tag { // a language without any messages
		err = &i18n.MessageNotFoundErr{Tag: tag, MessageID: id}
	}
	if err != nil {
		return p.problem(text, id, err)
	}
	return text
}

// problem reports err and returns what can be shown all the same.
func (p *Printer) problem(text, id string, err error) string {
	if p.catalog.OnProblem != nil {
		p.catalog.OnProblem(p.language.Tag, id, err)
	}
	if _, missing := errors.AsType[*i18n.MessageNotFoundErr](err); missing && text != "" {
		return text
	}
	return "⟦" + id + "⟧"
}

func arguments(args []any) (map[string]any, error) {
	if len(args) == 1 {
		if data, ok := args[0].(map[string]any); ok {
			return data, nil
		}
	}
	if len(args)%2 != 0 {
		return nil, errors.New("arguments are neither one map[string]any nor names and values in turn")
	}
	data := make(map[string]any, len(args)/2)
	for i := 0; i < len(args); i += 2 {
		name, ok := args[i].(string)
		if !ok {
			return nil, fmt.Errorf("argument %d is not a name", i+1)
		}
		data[name] = args[i+1]
	}
	return data, nil
}
