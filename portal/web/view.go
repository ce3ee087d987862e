package web

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
)

// view is how somebody wants the pages shown, beside the mode. The zero value is
// what the mode itself does. It is comparable, and small enough to be copied.
type view struct {
	Size      string // of the type in percent, one of sizes; "" is 100
	Scheme    string // of the colours, one of schemes; "" is the mode's own
	Caption   string // the bar with the text that is pointed at: captionOn, captionPinyin or ""
	Pointer   bool   // a large one
	Ruler     bool   // a band over the line that is read
	Crosshair bool   // two lines that cross at what is pointed at
	Pointed   bool   // what is pointed at is read aloud
	Pinyin    bool   // stands over the text
	Plain     bool   // no pictures and nothing decorative
}

// sizes are the steps of the size of type, in percent.
var sizes = []string{"100", "125", "150", "175", "200", "250", "300"}

// schemes are the sets of colours, named text first; css/schemes.css has them.
var schemes = []string{"black-white", "white-black", "yellow-black", "yellow-blue", "black-cream"}

const (
	captionOn     = "caption"
	captionPinyin = "caption-pinyin"
)

// viewSwitch is a setting that is on or off, and the word that stands for it in
// cookie and address.
type viewSwitch struct {
	word string
	of   func(*view) *bool
}

var switches = []viewSwitch{
	{"pointer", func(v *view) *bool { return &v.Pointer }},
	{"ruler", func(v *view) *bool { return &v.Ruler }},
	{"crosshair", func(v *view) *bool { return &v.Crosshair }},
	{"pointed", func(v *view) *bool { return &v.Pointed }},
	{"pinyin", func(v *view) *bool { return &v.Pinyin }},
	{"plain", func(v *view) *bool { return &v.Plain }},
}

// take makes the setting that a word stands for. A word that stands for none changes
// nothing, so that one of an older or newer site costs nobody the others.
func (v *view) take(word string) {
	switch {
	case word == sizes[0]:
		v.Size = ""
	case slices.Contains(sizes, word):
		v.Size = word
	case slices.Contains(schemes, word):
		v.Scheme = word
	case word == captionOn, word == captionPinyin:
		v.Caption = word
	}
	for _, s := range switches {
		if s.word == word {
			*s.of(v) = true
		}
	}
}

// words lists the settings in their one order; none of them is a visitor's own text.
func (v view) words() []string {
	var out []string
	for _, word := range []string{v.Size, v.Scheme, v.Caption} {
		if word != "" {
			out = append(out, word)
		}
	}
	for _, s := range switches {
		if *s.of(&v) {
			out = append(out, s.word)
		}
	}
	return out
}

// Percent returns the size of the type, 100 where none is chosen.
func (v view) Percent() string {
	if v.Size == "" {
		return sizes[0]
	}
	return v.Size
}

// Words returns the settings as one word, as the page carries them; "" where nothing
// is set.
func (v view) Words() string { return strings.Join(v.words(), ".") }

// choice is a mode and the settings: what a visitor has chosen of how pages look. It
// is what the cookie remembers, and what links carry where cookies are refused.
type choice struct {
	Mode string
	view
}

// longestChoice is more than every setting together takes.
const longestChoice = 128

// noSettings says in an address that everything beside the mode goes back to what
// the mode does. A mode alone leaves the settings of a visitor who is in it already:
// it is what links from outside have.
const noSettings = "reset"

// parseChoice reads a cookie or a parameter. Only words that are listed count; without
// a mode in front there is no choice. A mode alone is a choice, too: it is all that
// cookies had at first. alone says that the mode stands by itself.
func parseChoice(s string) (c choice, alone bool) {
	if s == "" || len(s) > longestChoice {
		return choice{}, false
	}
	return readChoice(s)
}

func readChoice(s string) (c choice, alone bool) {
	mode, words, more := strings.Cut(s, ".")
	if c.Mode = modeOr(mode, ""); c.Mode == "" {
		return choice{}, false
	}
	for more {
		var word string
		word, words, more = strings.Cut(words, ".")
		c.take(word)
	}
	return c, mode == s
}

// String returns the choice as the cookie has it: accessible.150.yellow-black.pinyin,
// or the mode alone.
func (c choice) String() string {
	if c.view == (view{}) {
		return c.Mode
	}
	return c.Mode + "." + c.Words()
}

// param is String for an address, which says that there are no settings where a mode
// alone would leave them.
func (c choice) param() string {
	if c.view == (view{}) {
		return c.Mode + "." + noSettings
	}
	return c.String()
}

// drawing matches the pictures of a rendered page: icons, and files with what they
// show in words.
var (
	drawing = regexp.MustCompile(`(?s)<svg .*?</svg>|<img [^>]*>`)
	inWords = regexp.MustCompile(` alt="([^"]*)"`)
)

// withoutPictures puts what pictures say in their place and leaves out those that
// say nothing. What stands in the page is escaped already.
func withoutPictures(body []byte) []byte {
	return drawing.ReplaceAllFunc(body, func(m []byte) []byte {
		if alt := inWords.FindSubmatch(m); bytes.HasPrefix(m, []byte("<img")) && alt != nil {
			return alt[1]
		}
		return nil
	})
}
