package web

import (
	"bytes"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
)

// kit is what the pages of one language are made from.
type kit struct {
	base   *template.Template // layout and components
	funcs  template.FuncMap
	escape escapers
}

// parse returns the layout. It fails if that or a page does not parse, which no language
// has a part in.
func (k kit) parse() (*template.Template, error) {
	layout, err := template.New("layout.html").Funcs(k.funcs).ParseFS(templateFiles, "templates/layout.html", "templates/components/*.html")
	if err != nil {
		return nil, fmt.Errorf("parse layout: %w", err)
	}
	if _, err := template.New("").Funcs(k.funcs).ParseFS(templateFiles, pageFiles); err != nil {
		return nil, fmt.Errorf("parse pages: %w", err)
	}
	return layout, nil
}

const pageFiles = "templates/pages/*.html"

// pages returns the pages by their names.
func (k kit) pages() (map[string]pageTemplate, error) {
	files, err := fs.Glob(templateFiles, pageFiles)
	if err != nil {
		return nil, fmt.Errorf("list pages: %w", err)
	}
	out := map[string]pageTemplate{}
	for _, file := range files {
		name := strings.TrimSuffix(path.Base(file), ".html")
		out[name] = k.page(name, file)
	}
	return out, nil
}

// pressed are the pages that are printed most: of published texts, which there may be many
// of, and of what is found. They have a press. Forms, answers and the desk are executed.
var pressed = []string{"ask", "ask-more", "card", "check", "check-all", "glossary", "home", "offline", "policies", "policy", "search", "sitemap", "statement", "text", "texts"}

// pageTemplate is one page in one language.
type pageTemplate struct {
	parse func() (*template.Template, error) // as it is written
	set   func() (*template.Template, error) // folded
	press func() (*press, error)             // nil where the page has none
}

func (k kit) page(name, file string) pageTemplate {
	p := pageTemplate{parse: func() (*template.Template, error) {
		set, err := k.base.Clone()
		if err != nil {
			return nil, fmt.Errorf("clone layout: %w", err)
		}
		return set.ParseFS(templateFiles, file)
	}}
	p.set = sync.OnceValues(func() (*template.Template, error) {
		set, err := p.parse()
		if err != nil {
			return nil, err
		}
		return set, fold(set)
	})
	if slices.Contains(pressed, name) {
		p.press = sync.OnceValues(func() (*press, error) {
			set, err := p.set()
			if err != nil {
				return nil, err
			}
			return newPress(set, k.funcs, k.escape)
		})
	}
	return p
}

// print executes the page, by its press where that can do it, and gives it to take, which
// must not keep it.
func (t pageTemplate) print(data any, take func(page []byte)) error {
	if t.press != nil {
		p, err := t.press()
		if err != nil {
			return err
		}
		if p.print(data, take) == nil {
			return nil
		}
	}
	set, err := t.set()
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := set.Execute(&b, data); err != nil {
		return err
	}
	take(b.Bytes())
	return nil
}
