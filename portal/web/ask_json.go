package web

import (
	"encoding/json"
	"strconv"
	"unicode/utf8"

	"huitong/bot"
)

// appendReply adds a reply as encoding/json writes it, to the byte, without looking up each
// field by reflection: an answer of the bot is what programs ask for most.
func appendReply(b []byte, r *bot.Reply) []byte {
	o := jsonObject{b: append(b, '{')}
	o.text("outcome", string(r.Outcome))
	o.text("answer", r.Answer)
	o.given("original", r.Original)
	o.key("citations")
	o.b = appendList(o.b, r.Citations, func(b []byte, c *bot.Citation) []byte {
		o := jsonObject{b: append(b, '{')}
		o.text("policy", c.Policy)
		o.text("section", c.Section)
		o.text("title", c.Title)
		o.text("url", c.URL)
		return append(o.b, '}')
	})
	o.key("suggestions")
	o.b = appendList(o.b, r.Suggestions, appendText)
	o.key("confidence")
	o.b = appendNumber(o.b, r.Confidence)
	if r.Danger {
		o.key("danger")
		o.b = append(o.b, "true"...)
	}
	o.text("conversation", r.Conversation)
	o.given("entry", r.Entry)
	if len(r.Notes) > 0 {
		o.key("notes")
		o.b = appendList(o.b, r.Notes, appendText)
	}
	o.given("waiting", r.Waiting)
	o.ways(r)
	o.given("place", r.Place)
	return append(o.b, '}')
}

// ways adds what a reply leads to.
func (o *jsonObject) ways(r *bot.Reply) {
	if len(r.Choices) > 0 {
		o.key("choices")
		o.b = appendList(o.b, r.Choices, func(b []byte, c *bot.Choice) []byte {
			o := jsonObject{b: append(b, '{')}
			o.text("label", c.Label)
			o.given("help", c.Help)
			return append(o.b, '}')
		})
	}
	if len(r.Links) > 0 {
		o.key("links")
		o.b = appendList(o.b, r.Links, func(b []byte, l *bot.Link) []byte {
			o := jsonObject{b: append(b, '{')}
			o.text("label", l.Label)
			o.text("url", l.URL)
			return append(o.b, '}')
		})
	}
	o.given("offer", r.Offer)
	if r.Check != nil { // seldom
		o.key("check")
		o.b = append(o.b, marshalled(r.Check)...)
	}
}

// jsonObject is an object that grows by one field after the other.
type jsonObject struct{ b []byte }

// key begins a field; names are ours and need no escaping.
func (o *jsonObject) key(name string) {
	if o.b[len(o.b)-1] != '{' {
		o.b = append(o.b, ',')
	}
	o.b = append(append(append(o.b, '"'), name...), '"', ':')
}

func (o *jsonObject) text(name, value string) {
	o.key(name)
	o.b = appendText(o.b, &value)
}

// given adds a text that is not empty.
func (o *jsonObject) given(name, value string) {
	if value != "" {
		o.text(name, value)
	}
}

func appendList[T any](b []byte, list []T, one func([]byte, *T) []byte) []byte {
	if list == nil {
		return append(b, "null"...)
	}
	b = append(b, '[')
	for i := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = one(b, &list[i])
	}
	return append(b, ']')
}

// appendText adds a text. What has to be escaped is left to encoding/json.
func appendText(b []byte, s *string) []byte {
	if !verbatim(*s) {
		return append(b, marshalled(*s)...)
	}
	return append(append(append(b, '"'), *s...), '"')
}

// verbatim reports whether a text stands in JSON as it is: valid, without what ends or
// escapes a string, what is a tag in HTML, and the two ends of lines that a script breaks at.
func verbatim(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c < ' ', c == '"', c == '\\', c == '<', c == '>', c == '&':
			return false
		case c == 0xe2 && i+2 < len(s) && s[i+1] == 0x80 && s[i+2]&^1 == 0xa8: // U+2028, U+2029
			return false
		}
	}
	return utf8.ValidString(s)
}

// appendNumber adds a number; what JSON has only with an exponent is left to encoding/json.
func appendNumber(b []byte, f float64) []byte {
	if f != 0 && (f < 1e-6 || f >= 1e21) || f != f {
		return append(b, marshalled(f)...)
	}
	return strconv.AppendFloat(b, f, 'f', -1, 64)
}

// marshalled returns what encoding/json makes of what it takes in any case.
func marshalled(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		return []byte("null")
	}
	return b
}
