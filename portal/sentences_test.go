package main

import (
	"regexp"
	"strings"
	"testing"

	"huitong/content"
	"huitong/portal/speech"
)

// pauses are what a voice makes of the end of a sentence, of which the marks may differ.
var pauses = regexp.MustCompile(`[\s.。;；!?！？]+`)

// TestSentencesSayWhatTextsSay wants every published text to be said in the same words
// when its sentences are read one by one, which lets the one that is heard be marked.
func TestSentencesSayWhatTextsSay(t *testing.T) {
	lib, err := content.Load(content.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	number := 0
	check := func(text, lang string) {
		voices := []speech.Voice{speech.Mandarin, speech.Cantonese}
		if lang == "en" {
			voices = []speech.Voice{speech.English}
		}
		for _, v := range voices {
			number++
			var one strings.Builder
			for _, s := range speech.Sentences(text, v) {
				one.WriteString(speech.Readable(s, v) + " ")
			}
			got, want := pauses.ReplaceAllString(one.String(), "."), pauses.ReplaceAllString(speech.Readable(text, v), ".")
			if strings.Trim(got, ".") != strings.Trim(want, ".") {
				t.Errorf("%s: sentences are said %q; want %q", v, got, want)
			}
		}
	}
	for _, p := range lib.Policies {
		for _, lang := range []string{"zh-Hans", "en"} {
			p, ok := p.In(lang)
			if !ok {
				continue
			}
			for _, s := range p.Sections {
				check(s.Title+"\n"+s.Text, lang)
			}
			for _, f := range p.FAQ {
				check(f.Q+"\n"+f.A, lang)
			}
		}
	}
	if number < 200 {
		t.Errorf("%d texts; want 200 or more", number)
	}
}
