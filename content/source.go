package content

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

// source is a YAML document that still knows the line of every value. Lines are
// asked for when there is a problem to report, so a file without one is never turned
// into a tree, which would take ten times the room of its text.
type source struct {
	file string
	text string
	once sync.Once
	root *yaml.Node // see tree
}

// tree returns the document as nodes. The text has been decoded before.
func (s *source) tree() *yaml.Node {
	s.once.Do(func() {
		var doc yaml.Node
		if err := yaml.Unmarshal([]byte(s.text), &doc); err != nil || len(doc.Content) == 0 {
			doc.Content = []*yaml.Node{{}}
		}
		s.root = doc.Content[0]
	})
	return s.root
}

// parseYAML decodes b into out strictly (an unknown key is a problem) after facts
// have been put in, and returns the source for later line look-ups; nil on failure.
// Line numbers count from the start of b, so callers keep leading lines in place.
func parseYAML(file string, b []byte, facts *Facts, out any, c *collector) *source {
	text := string(b) // which the values that are decoded are parts of
	if !decodeTidy(text, out) {
		dec := yaml.NewDecoder(bytes.NewReader(b))
		dec.KnownFields(true)
		switch err := dec.Decode(out); {
		case err == io.EOF:
			c.add(file, 1, "empty", "fill it in or delete it")
			return nil
		case err != nil:
			addYAML(file, err, c)
			return nil
		}
	}
	if facts != nil && strings.Contains(text, "${") {
		filled := &source{file: file, text: text}
		filled.fillFacts(filled.tree(), facts, c)
		if err := filled.root.Decode(out); err != nil {
			addYAML(file, err, c)
			return nil
		}
	}
	return &source{file: file, text: text}
}

var yamlLine = regexp.MustCompile(`line (\d+): (.*)`)

func addYAML(file string, err error, c *collector) {
	found := yamlLine.FindAllStringSubmatch(err.Error(), -1)
	if len(found) == 0 {
		c.add(file, 0, err.Error(), "mend the YAML")
	}
	for _, m := range found {
		n, _ := strconv.Atoi(m[1])
		c.add(file, n, m[2], "mend the YAML or the key's name")
	}
}

// fillFacts replaces ${name} in every scalar below n by the fact's plain text.
func (s *source) fillFacts(n *yaml.Node, facts *Facts, c *collector) {
	if n.Kind == yaml.ScalarNode && strings.Contains(n.Value, "${") {
		n.Value = facts.fill(n.Value, Fact.Text, func(offset int, what string) {
			c.add(s.file, n.Line+strings.Count(n.Value[:offset], "\n"), what, "name a fact of facts.yaml that has a source and dates")
		})
	}
	for _, child := range n.Content {
		s.fillFacts(child, facts, c)
	}
}

// line returns the line of the value at path (keys and indexes); where the path
// ends early, the line of the deepest value that exists.
func (s *source) line(path ...any) int {
	n := s.tree()
	for _, step := range path {
		child := descend(n, step)
		if child == nil {
			break
		}
		n = child
	}
	return n.Line
}

// place is line for whoever may not need it.
func (s *source) place(path ...any) func() int { return func() int { return s.line(path...) } }

func descend(n *yaml.Node, step any) *yaml.Node {
	switch key := step.(type) {
	case int:
		if n.Kind == yaml.SequenceNode && key < len(n.Content) {
			return n.Content[key]
		}
	case string:
		for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == key {
				return n.Content[i+1]
			}
		}
	}
	return nil
}

// entry is one of a list that the site shows in two languages.
type entry interface {
	untranslated() []string // keys of English texts that it lacks
}

// loadList reads a file whose single top key holds a list, and notes what is not
// in English.
func loadList[T entry](fsys fs.FS, name, key string, c *collector) []T {
	b, err := fs.ReadFile(fsys, name)
	if err != nil {
		c.add(name, 0, "cannot be read: "+err.Error(), "create the file")
		return nil
	}
	var doc map[string][]T
	src := parseYAML(name, b, nil, &doc, c)
	if src == nil {
		return nil
	}
	for i, e := range doc[key] {
		for _, missing := range e.untranslated() {
			c.note(name, src.line(key, i), missing+" is missing", "give the text in English")
		}
	}
	if _, ok := doc[key]; !ok || len(doc) != 1 {
		c.add(name, 1, fmt.Sprintf("the one top key must be %q", key), "rename it")
	}
	return doc[key]
}
