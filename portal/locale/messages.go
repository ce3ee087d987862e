package locale

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"text/template"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
)

// messages are those of one language, by id.
type messages map[string]*i18n.Message

// readMessages reads messages/<lang>.toml. A line is either a text,
//
//	"site.name" = "惠童"
//
// or its forms for one and for several of something:
//
//	"search.hits" = { one = "{{.Count}} result", other = "{{.Count}} results" }
//
// The id stands in quotation marks: without them TOML would see a table per
// dot, and no id could be the beginning of another.
func readMessages(fsys fs.FS, lang string) (messages, error) {
	name := fileOf(lang)
	text, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, fmt.Errorf("load messages: %w", err)
	}
	var lines map[string]any
	if err := decodeTOML(text, &lines); err != nil {
		return nil, fmt.Errorf("load %s: %w", name, err)
	}
	out := make(messages, len(lines))
	for _, id := range slices.Sorted(maps.Keys(lines)) {
		if out[id], err = newMessage(id, lines[id]); err != nil {
			return nil, fmt.Errorf("load %s: %q: %w", name, id, err)
		}
	}
	return out, nil
}

// lines says where the messages of one file stand.
type lines map[string]int

var idLine = regexp.MustCompile(`^"?([a-z0-9.-]+)"?\s*=`)

func readLines(fsys fs.FS, lang string) (lines, error) {
	text, err := fs.ReadFile(fsys, fileOf(lang))
	if err != nil {
		return nil, fmt.Errorf("load messages: %w", err)
	}
	out := lines{}
	for i, line := range strings.Split(string(text), "\n") {
		if m := idLine.FindStringSubmatch(line); m != nil {
			out[m[1]] = i + 1
		}
	}
	return out, nil
}

// place returns file and line of a message, or the file where it is not written down.
func (l lines) place(lang, id string) string {
	if n := l[id]; n > 0 {
		return fmt.Sprintf("%s:%d", fileOf(lang), n)
	}
	return fileOf(lang)
}

func fileOf(lang string) string { return "messages/" + lang + ".toml" }

// decodeTOML gives the line and the reason in one sentence.
func decodeTOML(text []byte, v any) error {
	err := toml.Unmarshal(text, v)
	if parse, ok := errors.AsType[toml.ParseError](err); ok {
		return fmt.Errorf("line %d: %s", parse.Position.Line, parse.Message)
	}
	return err
}

var idPattern = regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)*$`)

func newMessage(id string, value any) (*i18n.Message, error) {
	if !idPattern.MatchString(id) {
		return nil, errors.New(`an id is small letters, digits, "-" and single dots`)
	}
	m := &i18n.Message{ID: id}
	switch v := value.(type) {
	case string:
		m.Other = v
	case map[string]any:
		if !strings.Contains(id, ".") {
			return nil, errors.New("an id with dots must stand in quotation marks")
		}
		for form, text := range v {
			s, ok := text.(string)
			switch {
			case ok && form == "one" && s != "":
				m.One = s
			case ok && form == "other":
				m.Other = s
			default:
				return nil, fmt.Errorf(`form %q: a message has "other" and may have "one", both texts`, form)
			}
		}
	default:
		return nil, errors.New("neither a text nor its forms")
	}
	if strings.TrimSpace(m.Other) == "" {
		return nil, errors.New("no text")
	}
	for _, text := range []string{m.One, m.Other} {
		if !strings.Contains(text, "{{") {
			continue // as nearly all, and to read one takes long
		}
		if _, err := template.New(id).Parse(text); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// converted is the messages in traditional characters, exceptions as given.
func (m messages) converted(c *converter, exceptions messages) messages {
	out := make(messages, len(m))
	for id, from := range m {
		out[id] = &i18n.Message{ID: id, One: c.convert(from.One), Other: c.convert(from.Other)}
	}
	maps.Copy(out, exceptions)
	return out
}

// plain is those messages that need no arguments.
func (m messages) plain() map[string]string {
	out := make(map[string]string, len(m))
	for id, message := range m {
		if message.One == "" && !strings.Contains(message.Other, "{{") {
			out[id] = message.Other
		}
	}
	return out
}

var placeholder = regexp.MustCompile(`\{\{[^{}]*\}\}`)
var field = regexp.MustCompile(`\.([A-Za-z]\w*)`)

// placeholders lists the names that a message takes, in order.
func placeholders(m *i18n.Message) []string {
	var names []string
	for _, action := range placeholder.FindAllString(m.One+" "+m.Other, -1) {
		for _, f := range field.FindAllStringSubmatch(action, -1) {
			names = append(names, f[1])
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
