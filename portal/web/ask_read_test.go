package web

import (
	"encoding/json"
	"testing"
)

var askedBodies = []string{
	``, `{`, `{}`, `null`, `[]`, `"x"`, `{"question":"孤儿"}`, `{"question": "孤儿", "lang": "en", "conversation": "a.b"}`,
	`{"question":"孤儿","question":"二"}`, `{"question":"a\"b"}`, `{"question":"\u5b64"}`, "{\"question\":\"a\xff\"}", "{\"question\":\"a\nb\"}",
	`{"QUESTION":"a"}`, `{"question":null}`, `{"question":1}`, `{"question":"a","more":"b"}`, `{"question":"a",}`, `{,"question":"a"}`,
	`{"question":"a"} x`, `{"question":"a"} `, ` {"question":"a"}`, `{"question" :"a"}`, `{"question":"a" ,"lang":"en"}`, `{"question":"a"}}`, `{"question":"a"`, `{"":"a"}`,
}

// FuzzReadAsked holds what is read beside what encoding/json reads.
func FuzzReadAsked(f *testing.F) {
	for _, body := range askedBodies {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var want askRequest
		wrong := json.Unmarshal(body, &want)
		got, err := readAsked(body)
		if (err != nil) != (wrong != nil) || err == nil && got != want {
			t.Errorf("%q: got %+v, %v; want %+v, %v", body, got, err, want, wrong)
		}
	})
}

// TestReadPlainly reads what programs send without encoding/json.
func TestReadPlainly(t *testing.T) {
	for _, body := range []string{`{"question":"孤儿每月多少钱"}`, `{"question": "孤儿", "lang": "en", "conversation": "a.b"}`} {
		if _, ok := plainAsked(body); !ok {
			t.Errorf("%s is left to encoding/json", body)
		}
	}
}
