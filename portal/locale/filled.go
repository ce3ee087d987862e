package locale

import (
	"regexp"
	"strconv"
	"strings"
)

// filled is a message in one form with places for arguments: what stands before each of
// its places, the names there, and what stands behind the last. Pages have some dozens
// of them, and to choose a form and execute a template takes a hundred times as long as
// to put the pieces together.
type filled struct {
	before []string
	names  []string
	after  string
}

var place = regexp.MustCompile(`\{\{ ?\.([A-Za-z]\w*) ?\}\}`)

// filled is those messages that have only places in them. One that counts has forms.
func (m messages) filled() map[string]filled {
	out := map[string]filled{}
	for id, message := range m {
		f := filled{after: message.Other}
		for at := place.FindStringSubmatchIndex(f.after); at != nil; at = place.FindStringSubmatchIndex(f.after) {
			f.before, f.names = append(f.before, f.after[:at[0]]), append(f.names, f.after[at[2]:at[3]])
			f.after = f.after[at[1]:]
		}
		if message.One == "" && len(f.names) > 0 && !strings.Contains(strings.Join(f.before, "")+f.after, "{{") {
			out[id] = f
		}
	}
	return out
}

// with returns the message with names and values that come in turn; false where they
// take more than to be put there.
func (f filled) with(args []any) (string, bool) {
	if len(args)%2 != 0 {
		return "", false
	}
	for i := 0; i < len(args); i += 2 {
		if name, ok := args[i].(string); !ok || name == countKey {
			return "", false
		}
	}
	var b strings.Builder
	for i, name := range f.names {
		value, ok := argument(args, name)
		if !ok {
			return "", false
		}
		b.WriteString(f.before[i])
		b.WriteString(value)
	}
	b.WriteString(f.after)
	return b.String(), true
}

// argument returns the value that was given last under a name, if it is a text or a
// whole number.
func argument(args []any, name string) (string, bool) {
	for i := len(args) - 2; i >= 0; i -= 2 {
		if args[i] != name {
			continue
		}
		switch v := args[i+1].(type) {
		case string:
			return v, true
		case int:
			return strconv.Itoa(v), true
		}
		return "", false
	}
	return "", false
}
