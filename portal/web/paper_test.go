package web

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"huitong/portal/casework"
)

// wantsPaper wants the page to ask for exactly one document: this one.
func (b *browser) wantsPaper(name string) *browser {
	b.t.Helper()
	b.wants(200)
	got := paperNames(b)
	if !slices.Equal(got, []string{name}) {
		b.t.Fatalf("%s asks for %v; want %s alone", b.address, got, name)
	}
	return b
}

// gives sends the page of one document, with the fields and files given.
func (b *browser) gives(fields map[string]string, files ...chosen) *browser {
	b.t.Helper()
	form := b.form(b.here())
	for name, value := range fields {
		form.Set(name, value)
	}
	return b.post(b.here(), form, files...)
}

// onPapers says of one document after the other that it comes on paper.
func (b *browser) onPapers() *browser {
	b.t.Helper()
	for range 20 {
		names := paperNames(b)
		if len(names) == 0 {
			return b
		}
		b.wantsPaper(names[0]).gives(map[string]string{"paper": names[0]})
	}
	b.t.Fatalf("no end of the documents: %s", b.address)
	return b
}

// TestOneDocumentAPage gives each document on its own page in elder mode: what is missing
// is told there and nowhere else, what was given stays, and one can go back.
func TestOneDocumentAPage(t *testing.T) {
	d := newDesk(t)
	b := d.begin("family")
	all := paperNames(b)
	if len(all) < 5 {
		t.Fatalf("the page of all asks for %v", all)
	}
	b.cookies["mode"] = modeElder
	b.open(papersAt).wantsPaper(all[0]).wants(200, "用手机把材料拍下来", "可以交照片")
	b.gives(nil).wants(422, "有1处要改一改", "请上传照片，或者选")
	checkPageShape(t, b.doc, languages[0], modeElder)
	b.gives(map[string]string{"-stay": all[0]}, chosen{doc(all[0]), shot(t, 10)}).wantsPaper(all[0]).wants(200, "照片1")
	b.gives(nil).wantsPaper(all[1]).lacks("可以交照片")
	b.gives(map[string]string{"paper": all[1], "-back": "1"}).wantsPaper(all[0]).wants(200, "照片1")
	b.gives(nil).wantsPaper(all[1])
	if got := b.form(b.here()).Get("paper"); got != all[1] {
		t.Errorf("the tick of %s is %q on the way back; want it kept", all[1], got)
	}
	b.gives(nil).wantsPaper(all[2])
	b.gives(map[string]string{"-way": "home"}).wants(200, "要离开这份申请吗", "都存好了")
	b.open(papersAt).wantsPaper(all[2]) // on with what is still wanted
	for _, name := range all[2:] {
		b.wantsPaper(name).gives(map[string]string{"paper": name})
	}
	b.wants(200, "核对并提交").readTo("已传1个文件")
	if links := b.links(); !slices.Contains(links, papersAt+"/"+all[2]+"?to=review") {
		t.Errorf("the review links to %v; want a change of %s alone", links, all[2])
	}
	b.open(papersAt + "/" + all[2] + "?to=review").wantsPaper(all[2])
	form := b.form(b.here())
	form.Del("paper")
	b.post(b.here(), form).wants(422, "请上传照片，或者选")
	b.gives(map[string]string{"paper": all[2]}).wants(200, "核对并提交").submit()
}

// TestAskedPapersComeOneAPage gives what the office asks for in elder mode: a few documents to
// choose from, each on its own page, and back to the leaf that lists it.
func TestAskedPapersComeOneAPage(t *testing.T) {
	d := newDesk(t)
	family := d.begin("family")
	form := family.form(papersAt)
	form["paper"] = paperNames(family)
	family.post(papersAt, form).wants(200, "核对并提交").submit().open("/track/status")
	number, _ := family.pass()
	path := "/staff/applications/" + ungrouped(number)
	o := d.staff(casework.Officer, "")
	o.open(path+"/ask-more").send(path+"/ask-more", map[string]string{"reason": "请补一张照片。"})
	all := paperNames(family.open("/track/documents"))
	family.cookies["mode"] = modeElder
	var listed []string
	for page := "/track/documents"; page != ""; {
		family.open(page).wants(200, "要补哪一种材料", "都交好了，回到上一页")
		checkPageShape(t, family.doc, languages[0], modeElder)
		choices := find(find(family.doc, tag(atom.Main))[0], func(n *html.Node) bool {
			return n.Data == "a" && strings.HasPrefix(attr(n, "href"), "/track/") && !strings.Contains(attr(n, "class"), "crumb")
		})
		if len(choices) > choicesAtOnce {
			t.Errorf("%s offers %d choices; want at most %d", page, len(choices), choicesAtOnce)
		}
		next := ""
		for _, a := range choices {
			if name, ok := strings.CutPrefix(attr(a, "href"), "/track/documents/"); ok && attr(a, "rel") == "" {
				listed = append(listed, name)
			}
			if attr(a, "rel") == "next" {
				next = attr(a, "href")
			}
		}
		page = next
	}
	if !slices.Equal(listed, all) {
		t.Errorf("elder mode lists %v; want %v", listed, all)
	}
	last := all[len(all)-1]
	family.open("/track/documents/"+last).wants(200, "好了，看别的材料").lacks("步，共")
	checkPageShape(t, family.doc, languages[0], modeElder)
	family.attach(chosen{doc(last), shot(t, 60)}).wants(200, "要补哪一种材料", "已传1个文件")
	family.open("/track/documents/no-such").wants(404)
	family.cookies["mode"] = "standard"
	family.open("/track/documents/page/2").wants(200, "在这里补交材料的照片")
	family.open("/track/documents/"+last).wants(200, "在这里补交材料的照片")
}

// paperNames lists the documents that the page asks for.
func paperNames(b *browser) []string {
	var out []string
	for _, n := range find(b.doc, func(n *html.Node) bool { return attr(n, "data-upload") != "" }) {
		out = append(out, strings.TrimPrefix(attr(n, "data-upload"), "document-"))
	}
	return out
}

// TestPaperInOtherModes leads from the address of one document to its place among all,
// and refuses what the policy does not ask for.
func TestPaperInOtherModes(t *testing.T) {
	d := newDesk(t)
	b := d.begin("family")
	b.open(papersAt+"/photo?to=review").wants(200, "材料照片", "户口本")
	if n := len(paperNames(b)); n < 5 {
		t.Errorf("out of elder mode the page has %d documents; want all", n)
	}
	b.open(papersAt + "/nothing").wants(404)
	b.cookies["mode"] = modeElder
	b.open(papersAt+"/photo").gives(map[string]string{"-stay": "photo"}, chosen{doc("photo"), shot(t, 10)}).wants(200, "照片1")
	form := b.form(b.here())
	form.Set("-stay", "1")
	b.do("POST", b.here()+"?mode=standard", form)
	if n := len(paperNames(b)); n < 5 {
		t.Errorf("after the mode changed the page has %d documents; want all", n)
	}
}
