package content

import "strings"

// Category groups policies on the list page and filters searches.
type Category struct {
	Slug    string `yaml:"slug"`
	ZH      string `yaml:"zh"`
	EN      string `yaml:"en"`
	About   string `yaml:"about"`
	AboutEN string `yaml:"aboutEn"`
}

// Title returns the category's name in lang; Chinese for any language but English.
func (c Category) Title(lang string) string {
	if lang == "en" && c.EN != "" {
		return c.EN
	}
	return c.ZH
}

// Description returns what the category holds in lang, and whether it is in that
// language; Chinese where there is no English.
func (c Category) Description(lang string) (string, bool) { return inEnglish(lang, c.AboutEN, c.About) }

// inEnglish picks the English text where lang asks for it and there is one.
func inEnglish(lang, en, zh string) (text string, ok bool) {
	if lang == "en" && en != "" {
		return en, true
	}
	return zh, strings.HasPrefix(lang, "zh")
}

func (c Category) untranslated() []string { return emptyOf("en", c.EN, "aboutEn", c.AboutEN) }

// emptyOf returns the keys, each followed by its text, whose text is empty.
func emptyOf(pairs ...string) []string {
	var out []string
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			out = append(out, pairs[i])
		}
	}
	return out
}

// Term is one entry of the glossary: a policy term and its agreed English name.
type Term struct {
	ZH      string   `yaml:"zh"`
	EN      string   `yaml:"en"`
	About   string   `yaml:"about"`
	AboutEN string   `yaml:"aboutEn"`
	Names   []string `yaml:"names"`
}

// Meaning returns what the term means in lang, and whether it is in that language;
// Chinese where there is no English.
func (t Term) Meaning(lang string) (string, bool) { return inEnglish(lang, t.AboutEN, t.About) }

func (t Term) untranslated() []string { return emptyOf("en", t.EN, "aboutEn", t.AboutEN) }
