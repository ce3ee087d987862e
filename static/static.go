// Package static holds what the browser downloads: style sheets, small scripts
// and images, all embedded.
//
// [URL] names a file with a hash of its content in the address, so that it can be
// cached for ever; [Lookup] finds the file by the last part of such an address.
// The style sheet site.css is all files of css/ in the order of sheets joined
// into one: there is no build step.
//
// The package refuses to know HTTP.
package static

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"sync"
)

// Prefix is the path that every address of this package starts with.
const Prefix = "/static/"

//go:embed css js img
var files embed.FS

// Asset is one file as it is served.
type Asset struct {
	Name string // as given to URL, for example site.css
	URL  string
	Type string // media type
	Body []byte
}

// sheets are the parts of site.css in cascade order. A * stands for every file
// there by name; components do not depend on each other's order.
var sheets = []string{"css/tokens.css", "css/base.css", "css/layout.css", "css/components/*.css", "css/modes.css", "css/print.css"}

// viewSheets are the parts of view.css, which only pages load that are shown in the
// accessible mode or with settings of their reader's own.
var viewSheets = []string{"css/view/*.css"}

// deskSheets are the parts of desk.css, which only pages of the case desk load.
var deskSheets = []string{"css/desk/*.css"}

// picture is how a style sheet names a file of img/.
var picture = regexp.MustCompile(`url\("([a-z-]+\.svg)"\)`)

var types = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
	".png": "image/png",
}

type table struct {
	byName map[string]*Asset
	byFile map[string]*Asset
}

// assets is built on first use; the files are part of the binary, so that a
// failure is a programmer's mistake.
var assets = sync.OnceValue(func() table {
	t := table{map[string]*Asset{}, map[string]*Asset{}}
	for _, pattern := range []string{"js/*", "img/*"} {
		for _, name := range match(pattern) {
			t.add(path.Base(name), read(name))
		}
	}
	t.add("site.css", styleSheet(sheets))
	t.add("desk.css", styleSheet(deskSheets))
	t.add("view.css", picture.ReplaceAllFunc(styleSheet(viewSheets), func(m []byte) []byte {
		return []byte(`url("` + t.byName[string(picture.FindSubmatch(m)[1])].URL + `")`)
	}))
	return t
})

func (t table) add(name string, body []byte) {
	sum := sha256.Sum256(body)
	ext := path.Ext(name)
	file := strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:5]) + ext
	a := &Asset{Name: name, URL: Prefix + file, Type: types[ext], Body: body}
	t.byName[name], t.byFile[file] = a, a
}

// asides are what a style sheet says to its readers alone: comments, and how far lines stand in.
var asides = regexp.MustCompile(`(?s)/\*.*?\*/|\n[ \t]+`)

// styleSheet joins the files that match, without what browsers skip: a sixth of the way to a
// telephone.
func styleSheet(parts []string) []byte {
	var b bytes.Buffer
	for _, pattern := range parts {
		for _, name := range match(pattern) {
			b.Write(asides.ReplaceAllFunc(read(name), func(aside []byte) []byte {
				if aside[0] == '\n' {
					return aside[:1]
				}
				return nil
			}))
		}
	}
	return b.Bytes()
}

// URL returns the address of the named file. It panics if there is none: the
// names stand in our own templates.
func URL(name string) string {
	a, ok := assets().byName[name]
	if !ok {
		panic("static: no file " + name)
	}
	return a.URL
}

// Lookup returns the asset whose address ends in file.
func Lookup(file string) (Asset, bool) {
	a, ok := assets().byFile[file]
	if !ok {
		return Asset{}, false
	}
	return *a, true
}

func match(pattern string) []string {
	names, err := fs.Glob(files, pattern)
	if err != nil {
		panic(err)
	}
	return names
}

func read(name string) []byte {
	b, err := files.ReadFile(name)
	if err != nil {
		panic(err)
	}
	return b
}
