package web

import (
	"encoding/json"
	"reflect"
	"testing"

	"huitong/bot"
)

// filled puts something into every field, in whatever depth, so that a field that is added
// to a reply is not forgotten.
func filled(v reflect.Value, text string) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		filled(v.Elem(), text)
	case reflect.Struct:
		for i := range v.NumField() {
			filled(v.Field(i), text)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		filled(v.Index(0), text)
		filled(v.Index(1), text+"二")
	case reflect.String:
		v.SetString(text)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Float64:
		v.SetFloat(0.8125)
	case reflect.Int:
		v.SetInt(3)
	}
}

func sameJSON(t *testing.T, r bot.Reply) {
	t.Helper()
	want, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(appendReply(nil, &r)); got != string(want) {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// oddTexts are what a string of JSON cannot hold as it stands, and what is next to that.
var oddTexts = []string{
	"", "孤儿每月多少钱？", `"`, `\`, "a\nb\t\r\x00\x1f\x7f", "<b>&</b>", "一\u2028二\u2029", "\u2027\u202a…“”", "\xe2", "\xe2\x80", "\xe2\x80\xa8", "\xff孤\xf0\x9f", "😀", "\ufffd", "\ufeff",
}

func TestRepliesAsJSON(t *testing.T) {
	sameJSON(t, bot.Reply{})
	sameJSON(t, bot.Reply{Citations: []bot.Citation{}, Suggestions: []string{}, Notes: []string{}, Choices: []bot.Choice{}, Links: []bot.Link{}})
	for _, text := range oddTexts {
		var r bot.Reply
		filled(reflect.ValueOf(&r).Elem(), text)
		sameJSON(t, r)
	}
	for _, n := range []float64{0, 1, 0.1, 1.0 / 3, 0.9999999999, 1e-6, 9.9e-7, 5e-324, 123456789, 1e20, 1e21, -0.5, -1e-9} {
		sameJSON(t, bot.Reply{Confidence: n})
	}
}

func FuzzReplyAsJSON(f *testing.F) {
	for _, text := range oddTexts {
		f.Add(text, 0.5)
	}
	f.Fuzz(func(t *testing.T, text string, n float64) {
		r := bot.Reply{Answer: text, Confidence: n, Suggestions: []string{text}}
		if n != n || n > 1e300 || n < -1e300 {
			r.Confidence = 0
		}
		sameJSON(t, r)
	})
}
