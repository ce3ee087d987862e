package web

import (
	"bytes"
	"io/fs"
	"testing"
	"testing/fstest"

	"golang.org/x/net/html"

	"huitong/content"
)

// patched is the site's content with one file changed.
func patched(t testing.TB, name, old, instead string) *content.Library {
	t.Helper()
	files := fstest.MapFS{}
	err := fs.WalkDir(content.Embedded(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(content.Embedded(), path)
		files[path] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	changed := bytes.Replace(files[name].Data, []byte(old), []byte(instead), 1)
	if bytes.Equal(changed, files[name].Data) {
		t.Fatalf("%s has no %q", name, old)
	}
	files[name].Data = changed
	library, err := content.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	return library
}

// TestDateByKeys gives a date by large keys, the year, the month and the day; each time
// the page says what comes next, without a script.
func TestDateByKeys(t *testing.T) {
	d := newDesk(t)
	current := *d.server.content()
	current.Library = patched(t, "questions.yaml", "  note:\n    type: long-text", "  note:\n    type: date")
	d.server.content = func() *Content { return &current }
	b := d.beginInElderMode("grandmother")
	b.open(applied+"/payment/note").asksFor("note").wants(200, "先按年份", "农历")
	wants := []string{"先按年份", "先按年份", "先按年份", "2017年。再按月份", "2017年。再按月份", "2017年03月。再按几号", "2017年03月。再按几号", "2017年03月02日。对了", "2017年03月02日。对了"}
	for i, key := range []string{"2", "0", "1", "7", "0", "3", "0", "2", "9"} { // a ninth changes nothing
		b.says(b.form(b.here()).Get("note"), keyPressed, key).wants(200, wants[i])
	}
	b.says(b.form(b.here()).Get("note")).wants(200, "材料照片")
	b.open(applied + "/payment/note")
	if got := b.form(b.here()).Get("note"); got != "2017-03-02" {
		t.Errorf("saved is %q; want 2017-03-02", got)
	}
	b.says("2017-03-02", keyPressed, keyErase).wants(200, "2017年03月。再按几号")
	b.says("20170230").wants(422, "有1处要改一改")
	if said := find(b.doc, func(n *html.Node) bool { return attr(n, "class") == "keypad__said" }); len(said) != 1 || attr(said[0], "data-done") == "" {
		t.Error("the script of the keypad has no words to show")
	}
}
