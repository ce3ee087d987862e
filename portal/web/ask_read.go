package web

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// readAsked reads what a program asks as encoding/json does. Nearly every one sends texts
// without escapes under our names: those are read as they stand.
func readAsked(body []byte) (askRequest, error) {
	if q, ok := plainAsked(string(body)); ok {
		return q, nil
	}
	var q askRequest
	err := json.Unmarshal(body, &q)
	return q, err
}

// plainAsked reads an object of our fields; false says that it may be one all the same.
func plainAsked(s string) (q askRequest, ok bool) {
	sign := byte('{')
	for sign != '}' {
		var name, value string
		if s, ok = cutSign(s, sign); !ok {
			return q, false
		}
		if name, s, ok = cutText(s); !ok {
			return q, false
		}
		if s, ok = cutSign(s, ':'); !ok {
			return q, false
		}
		if value, s, ok = cutText(s); !ok {
			return q, false
		}
		switch name {
		case "question":
			q.Question = value
		case "lang":
			q.Lang = value
		case "conversation":
			q.Conversation = value
		default:
			return q, false
		}
		if sign = ','; strings.HasPrefix(s, "}") {
			sign = '}'
		}
	}
	return q, s == "}"
}

// cutSign takes a sign and the spaces behind it.
func cutSign(s string, sign byte) (rest string, ok bool) {
	if s == "" || s[0] != sign {
		return s, false
	}
	return strings.TrimLeft(s[1:], " "), true
}

// cutText takes a string without escapes.
func cutText(s string) (text, rest string, ok bool) {
	if s == "" || s[0] != '"' {
		return "", s, false
	}
	text, rest, ok = strings.Cut(s[1:], `"`)
	for i := range len(text) {
		if text[i] < ' ' || text[i] == '\\' {
			return "", s, false
		}
	}
	return text, rest, ok && utf8.ValidString(text)
}
