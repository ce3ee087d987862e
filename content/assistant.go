package content

import (
	"io/fs"
	"strings"
)

// Assistant is what the bot says on its own account; answers come from policies.
type Assistant struct {
	Urgent    Words    `yaml:"urgent"`
	Refuse    Words    `yaml:"refuse"`
	Clarify   Words    `yaml:"clarify"`
	Popular   []string `yaml:"popular"` // questions to begin with
	PopularEN []string `yaml:"popularEn"`
}

// Starters returns questions to begin with in lang; Chinese for any language but
// English.
func (a Assistant) Starters(lang string) []string {
	if lang == "en" && len(a.PopularEN) > 0 {
		return a.PopularEN
	}
	return a.Popular
}

// Words are a text in Chinese and English.
type Words struct {
	ZH string `yaml:"zh"`
	EN string `yaml:"en"`
}

// In returns the text in lang; Chinese for any language but English.
func (w Words) In(lang string) string {
	if lang == "en" {
		return w.EN
	}
	return w.ZH
}

func loadAssistant(fsys fs.FS, facts *Facts, c *collector) Assistant {
	const file = "assistant.yaml"
	b, err := fs.ReadFile(fsys, file)
	if err != nil {
		c.add(file, 0, "cannot be read: "+err.Error(), "create the file")
		return Assistant{}
	}
	var doc struct {
		Assistant Assistant `yaml:"assistant"`
	}
	src := parseYAML(file, b, facts, &doc, c)
	a := doc.Assistant
	for key, w := range map[string]Words{"urgent": a.Urgent, "refuse": a.Refuse, "clarify": a.Clarify} {
		if src != nil && (w.ZH == "" || w.EN == "") {
			c.add(file, src.line("assistant", key), key+" is missing in a language", "give zh and en")
		}
		if src != nil && strings.ContainsFunc(w.EN, isHan) {
			c.note(file, src.line("assistant", key, "en"), "English of "+key+" has Chinese in it", "a fact in it must be a bare number")
		}
	}
	return a
}
