package web

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

const relief = "/apply/medical-insurance-relief"

// TestHousehold walks from the check over all policies to two children with two
// policies each, on two browsers, and submits them twice.
func TestHousehold(t *testing.T) {
	d := newDesk(t)
	b := d.household("family")
	b.wants(200, "我家的申请", "第1个孩子", "有2份还没有提交")
	b.offersToHear("/speech/words/field-for-child")
	number, code := b.pass()

	// A second child, with the same two; then the first child's answers, each once.
	b.send("/household", map[string]string{"for-child": "new"}).wants(422, "请至少选一项")
	b.offersToHear("/speech/words/wrong-for-child.household.programme.choose~field-for-child", "/speech/words/problems~wrong-for-child.household.programme.choose")
	b.together("new", bothOf...).wants(200, "第2个孩子", "有4份还没有提交")
	fillChild := func(b *browser, child int, name, id string) {
		t.Helper()
		q := fmt.Sprint("?child=", child)
		for _, f := range family {
			answers := map[string]string{}
			for k, v := range f.answers {
				answers[k] = v
			}
			if f.section == "child" {
				answers["child_name"], answers["child_id"] = name, id
			}
			b.open(applied+"/"+f.section+q).wants(200, "这份申请是给").send(applied+"/"+f.section+q, answers)
		}
		b.open(applied + "/documents" + q).onPaper()
		b.open(relief+"/child"+q).wants(200, name)
		if got := b.form(relief + "/child" + q); got.Get("child_id") != id || got.Get("hukou") != "zhongshan" {
			t.Errorf("asked again for child %d: %v", child, got)
		}
		b.send(relief+"/child"+q, map[string]string{"recognition": "orphan"})
		b.open(relief+"/need"+q).send(relief+"/need"+q, map[string]string{"ill_now": "no", "insured": "yes"})
	}
	fillChild(b, 1, "金丝雀", "44200020170302002X")

	// Another browser goes on with the household's number.
	other := d.browser("other")
	other.open("/track").send("/track", map[string]string{"number": number, "code": code}).wants(200, "看这一家的全部申请")
	other.open(applied + "/guardian?child=2")
	if got := other.form(applied + "/guardian?child=2").Get("guardian_name"); got != "画眉鸟" {
		t.Errorf("the guardian is asked again: %q", got)
	}
	fillChild(other, 2, "百灵鸟", validID("44200020190302001"))
	other.open("/household").wants(200, "金丝雀", "百灵鸟")
	other.finish(t)
	other.open("/household").wants(200, "4份都填好了").open("/household/review").wants(200, "一共4份", "金丝雀", "百灵鸟").lacks("44200020170302002X")
	other.send("/household/review", nil).wants(422, "请先在“单独同意”前面打勾")
	form := other.form("/household/review")
	form.Set("consent", noticeVersion)
	for range 2 {
		other.do("POST", "/household/review", form)
		other.wants(200, "已经一起提交成功", "等镇街收", number)
	}
	b.open("/household").wants(200, "等镇街收").lacks("还没有提交")
	ref, _ := apply.ParseReference(number)
	all, err := d.store.Household(t.Context(), ref)
	if err != nil || len(all) != 4 {
		t.Fatalf("%d applications, %v; want 4", len(all), err)
	}
	for _, a := range all {
		if a.State != apply.Submitted || len(a.Events) != 1 || a.Consent.Guardian != "画眉鸟" {
			t.Errorf("%v, %d events, consent by %q", a, len(a.Events), a.Consent.Guardian)
		}
	}
	// The office asks for more of one of the four: whoever opens the household meets it.
	o := d.staff(casework.Officer, "")
	path := "/staff/applications/" + string(all[3].Reference)
	o.open(path+"/ask-more").send(path+"/ask-more", map[string]string{"reason": "请补一张户口本的照片。"})
	later := d.browser("later")
	later.open("/track").send("/track", map[string]string{"number": number, "code": code}).wants(200, "镇街请您补充")
	later.open("/household").wants(200, "镇街请您补充")
	chief := find(later.doc, func(n *html.Node) bool { return strings.Contains(attr(n, "class"), "button--chief") })
	if len(chief) != 1 {
		t.Fatalf("%d chief buttons on the household; want the one that leads to what is asked for", len(chief))
	}
	later.open(attr(chief[0], "href")).open("/track/status").wants(200, "请补一张户口本的照片。")

	stranger := d.browser("stranger")
	stranger.open("/household").wants(200, "查进度").lacks(secrets...)
	stranger.open(applied + "/child?child=1").lacks(secrets...)
}

// finish brings the papers of whatever the overview still lists as lacking.
func (b *browser) finish(t *testing.T) {
	t.Helper()
	for range 12 {
		b.open("/household")
		next := ""
		for _, l := range b.links() {
			if strings.Contains(l, "/documents?child=") {
				next = l
			}
		}
		if next == "" {
			return
		}
		b.open(next).onPaper()
	}
	t.Error("the household never gets complete")
}

// TestPhotoOfABrother looks at a photo of one child after another tab went on to the other: it
// is shown, the browser stays with the other, and nobody else sees it.
func TestPhotoOfABrother(t *testing.T) {
	d := newDesk(t)
	two := func(name string) *browser {
		b := d.browser(name)
		return b.open(applied).send(applied, map[string]string{"-start": "1"}).together("new", "basic-living-allowance")
	}
	b := two("family")
	at := papersAt + "?child=1"
	b.open(at).post(at, b.form(at), chosen{doc("photo"), shot(t, 10)})
	b.open(at)
	photos := b.pictures()
	if len(photos) != 1 {
		t.Fatalf("the page shows %v; want one photo", photos)
	}
	b.open(applied+"/child?child=2").send(applied+"/child?child=2", map[string]string{"child_name": "百灵鸟"})
	before := b.cookies["case"]
	if b.open(photos[0]); b.status != 200 || b.cookies["case"] != before {
		t.Errorf("the photo: status %d, the browser went elsewhere: %v", b.status, b.cookies["case"] != before)
	}
	other := two("stranger")
	if other.open(photos[0]); other.status != 404 {
		t.Errorf("a stranger's photo: status %d; want 404", other.status)
	}
}

// TestOneChildKeepsToItsPage posts the page of one child after the other was opened.
func TestOneChildKeepsToItsPage(t *testing.T) {
	d := newDesk(t)
	b := d.browser("family")
	b.open(applied).send(applied, map[string]string{"-start": "1"})
	before := b.open(applied + "/child").form(applied + "/child") // not yet a household
	b.together("new", "basic-living-allowance").open(applied + "/child?child=1")
	first := b.form(applied + "/child?child=1")
	b.open(applied+"/child?child=2").send(applied+"/child?child=2", map[string]string{"child_name": "百灵鸟"})
	first.Set("child_name", "金丝雀")
	b.do("POST", applied+"/child?child=1", first)
	b.open("/household").wants(200, "金丝雀", "百灵鸟")
	b.open(applied + "/child?child=2")
	before.Set("child_name", "夜莺")
	b.do("POST", applied+"/child", before)
	b.open("/household").wants(200, "夜莺", "百灵鸟").lacks("金丝雀")
}

func TestHouseholdPagesKeepTheirShape(t *testing.T) {
	d := newDesk(t)
	b := d.fill("family")
	b.together("new", "basic-living-allowance")
	for _, address := range []string{"/household", "/household/new", applied + "/child?child=2", "/household?done=1", "/household/remove?child=2&programme=basic-living-allowance"} {
		b.keepsShape(t, address)
	}
}

// TestHouseholdIsFull keeps a page open on which something can be added until nothing
// can: what is posted from it is told of, and nothing breaks.
func TestHouseholdIsFull(t *testing.T) {
	d := newDesk(t)
	all := d.browser("reader").open("/household/new").programmes()
	b := d.household("family", all...)
	more := b.form("/household")
	for range apply.MaxHousehold/len(all) - 1 {
		b.together("new", all...)
	}
	more["for-child"] = []string{"new"}
	for _, programmes := range [][]string{all, nil} {
		more["programme"] = programmes
		b.do("POST", "/household", more)
		b.wants(422, "放不下了")
	}
	if log := d.log.String(); strings.Contains(log, "level=ERROR") {
		t.Errorf("the log tells of faults of ours: %.400s", log)
	}
}

// TestDraftOfAHouseholdIsDeleted asks first, deletes one and keeps the others, down to
// the last.
func TestDraftOfAHouseholdIsDeleted(t *testing.T) {
	d := newDesk(t)
	b := d.fill("family").together("new", "basic-living-allowance")
	number, code := b.pass()
	ask := "/household/remove?child=1&programme=basic-living-allowance"
	b.open(ask).wants(200, "不要这份申请了吗", "这份申请还没有提交", "金丝雀")
	old := b.form("/household/remove")
	b.open(applied+"/child?child=1").send(applied+"/child?child=1", map[string]string{"child_name": "夜莺"})
	b.do("POST", "/household/remove", old)
	b.wants(409, "刚才有人改过").send("/household/remove", nil).wants(200, "已经删掉了", "第2个孩子").lacks("夜莺")
	b.do("POST", "/household/remove", old)
	b.wants(200, "我家的申请", "第2个孩子")
	if n, c := b.pass(); n != number || c != code {
		t.Errorf("the household is now opened by %s, %s; want %s, %s", n, c, number, code)
	}
	d.browser("other").open("/track").send("/track", map[string]string{"number": number, "code": code}).wants(200, "还没有提交")
	b.open("/household/remove?child=1&programme=none").wants(200, "我家的申请")
	b.open("/household/remove?child=2&programme=basic-living-allowance").send("/household/remove", nil).wants(200, "查进度")
	b.open("/household").wants(200, "查进度").lacks("第2个孩子")
}

// TestWhatWasSubmittedIsNotDeleted posts the page of a draft after it was handed in.
func TestWhatWasSubmittedIsNotDeleted(t *testing.T) {
	d := newDesk(t)
	b := d.fill("family")
	old := b.open("/household/remove?child=1&programme=basic-living-allowance").form("/household/remove")
	b.open(applied + "/review").submit()
	b.do("POST", "/household/remove", old)
	b.wants(200, "我家的申请", "等镇街收")
	b.open("/household/remove?child=1&programme=basic-living-allowance").wants(200, "我家的申请")
}

// bothOf are the policies that a household of these tests begins with.
var bothOf = []string{"basic-living-allowance", "medical-insurance-relief"}

// household begins several applications after a check; its page is open then.
func (d *desk) household(name string, programmes ...string) *browser {
	d.t.Helper()
	if programmes == nil {
		programmes = bothOf
	}
	b := d.browser(name)
	b.do("POST", "/household/new", url.Values{"programme": programmes, "hukou": {"zhongshan"}, "father": {"dead"}, "mother": {"prison"}, "recognition": {"orphan"}})
	b.wants(200, "几项一起申请", "存在哪里").lacks("页面放得太久")
	form := b.form("/household/new")
	if got := form["programme"]; !slices.Equal(got, programmes) {
		d.t.Errorf("programmes = %v; want those of the check", got)
	}
	form.Set("-start", "1")
	b.do("POST", "/household/new", form)
	b.wants(200, "我家的申请")
	if chief := find(b.doc, func(n *html.Node) bool { return strings.Contains(attr(n, "class"), "button--chief") }); len(chief) != 1 || !strings.HasPrefix(text(chief[0]), "接着填") {
		d.t.Errorf("%d chief buttons on the household; want the one that goes on", len(chief))
	}
	return b
}

// TestCheckedAgeIsKept begins after a check that asked for the child's age.
func TestCheckedAgeIsKept(t *testing.T) {
	const guidance = "/apply/guardianship-education"
	b := newDesk(t).browser("family")
	b.do("POST", "/household/new", url.Values{"programme": {"guardianship-education"}, "child_age": {"8"}})
	form := b.wants(200, "几项一起申请").form("/household/new")
	form.Set("-start", "1")
	b.do("POST", "/household/new", form)
	if got := b.open(guidance + "/child").form(guidance + "/child").Get("child_age"); got != "8" {
		t.Errorf("the form has the age %q; want that of the check", got)
	}
}

// TestProgrammesComeInGroups looks through what can be applied for in elder mode, a few at
// a time: what was ticked stays, and nothing begins by it.
func TestProgrammesComeInGroups(t *testing.T) {
	d := newDesk(t)
	b := d.browser("family")
	all := b.open("/household/new").programmes()
	b.cookies["mode"] = modeElder
	ticks := func() (out []string) {
		for _, n := range find(b.doc, func(n *html.Node) bool { return attr(n, "name") == "programme" && attr(n, "type") == "checkbox" }) {
			out = append(out, attr(n, "value"))
		}
		return out
	}
	first := b.open("/household/new").wants(200).programmes()
	form := b.form("/household/new")
	form["programme"] = first[:1]
	form.Set("-group", "2")
	b.do("POST", "/household/new", form)
	b.wants(200, "几项一起申请", "这是第2页")
	second := ticks()
	if len(first) > choicesAtOnce || len(second) > choicesAtOnce || !slices.Equal(slices.Concat(first, second), all) {
		t.Errorf("the groups offer %v and %v; want %v, at most %d at once", first, second, all, choicesAtOnce)
	}
	form = b.form("/household/new")
	form["programme"] = append(form["programme"], second[0])
	form.Set("-start", "1")
	b.do("POST", "/household/new", form)
	b.wants(200, "怎样保护孩子的信息", "存在哪里").lacks("要申请哪几项", "我家的申请")
	form = b.form("/household/new")
	form["programme"] = b.programmes()
	form.Set("-back", "1")
	b.do("POST", "/household/new", form)
	b.wants(200, "要申请哪几项", "现在选的是")
	form.Del("-back")
	form.Set("-start", "1")
	b.do("POST", "/household/new", form)
	b.wants(200, "我家的申请")
	if apps := len(find(b.doc, func(n *html.Node) bool { return attr(n, "class") == "summary-list__row" })); apps != 2 {
		t.Errorf("%d applications began; want those of both groups", apps)
	}
}

// TestAssistedProgrammesComeInGroups has a director choose for a family in elder mode, a
// few programmes at a time: what was ticked stays, the consent too.
func TestAssistedProgrammesComeInGroups(t *testing.T) {
	d := newDesk(t)
	b := d.staff(casework.Director, "shiqi")
	all := b.open("/staff/assist/new").programmes()
	b.cookies["mode"] = modeElder
	first := b.open("/staff/assist/new").wants(200).programmes()
	form := b.form("/staff/assist/new")
	form["programme"], form["agreed"], form["-group"] = first[:1], []string{assistNotice}, []string{"2"}
	b.do("POST", "/staff/assist/new", form)
	b.wants(200, "这是第2页").lacks("要改一改")
	form = b.form("/staff/assist/new")
	if len(first) > choicesAtOnce || len(first) >= len(all) || !slices.Equal(form["programme"], first[:1]) || form.Get("agreed") != assistNotice {
		t.Errorf("the first group offers %v of %v, the second keeps %v and %q", first, all, form["programme"], form.Get("agreed"))
	}
}

// programmes returns what the page offers to apply for.
func (b *browser) programmes() []string {
	var out []string
	for _, n := range find(b.doc, func(n *html.Node) bool { return attr(n, "name") == "programme" }) {
		out = append(out, attr(n, "value"))
	}
	return out
}

// together adds policies for a child on the page of the household.
func (b *browser) together(child string, slugs ...string) *browser {
	b.t.Helper()
	form := b.open("/household").form("/household")
	form["programme"], form["for-child"] = slugs, []string{child}
	b.do("POST", "/household", form)
	return b.wants(200, "我家的申请")
}

// TestOneLeftIsNoHousehold deletes all but one: nothing speaks of others any more.
func TestOneLeftIsNoHousehold(t *testing.T) {
	d := newNotifyDesk(t, apply.SMS)
	b := d.household("family")
	b.open("/track/status").wants(200, "看这一家的全部申请").open("/track/notify").wants(200, "家里的申请都这样告诉我")
	b.open("/household/remove?child=1&programme=medical-insurance-relief").send("/household/remove", nil).wants(200, "已经删掉了")
	b.open("/track/status").wants(200, "再给孩子申请一项").lacks("看这一家的全部申请").open("/track/notify").wants(200).lacks("家里的申请都这样告诉我")
}

// FuzzHousehold posts anything to the pages of a household: nothing breaks, and the
// household never grows beyond its limit.
func FuzzHousehold(f *testing.F) {
	for _, seed := range [][4]string{
		{"/household", "new", "basic-living-allowance", "1"}, {"/household", "-1", "gone", ""}, {"/household", "99999999999999999999", "", "x"},
		{"/household/new", "1", "basic-living-allowance", "1"}, {"/household/remove", "1", "basic-living-allowance", "0"},
		{"/household/remove", "2", "\x00", "-9"}, {"/household/review", "\xff", "key", "261100000000:1 x"},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3])
	}
	d := newDesk(f)
	b := d.household("family")
	number, _ := b.pass()
	ref, _ := apply.ParseReference(number)
	b.open("/household")
	token := b.form("/household")
	paths := []string{"/household", "/household/new", "/household/remove", "/household/review"}
	f.Fuzz(func(t *testing.T, path, child, programme, version string) {
		if !slices.Contains(paths, path) {
			path = paths[len(path)%len(paths)]
		}
		b.t = t
		form := url.Values{}
		for name, values := range token {
			form[name] = values
		}
		for name, value := range map[string]string{"child": child, "for-child": child, "programme": programme, "version": version, "-version": version, "-key": programme} {
			form.Set(name, value)
		}
		b.do("POST", path, form)
		if b.status >= 500 {
			t.Errorf("%s answers %d to %q", path, b.status, form)
		}
		// A draft with the right version may be deleted, down to the last.
		if all, err := d.store.Household(t.Context(), ref); err != nil && !errors.Is(err, apply.ErrNotFound) || len(all) > apply.MaxHousehold {
			t.Errorf("%d applications, %v", len(all), err)
		}
	})
}

// offersToHear wants the page to offer these texts to the ear, and each of them to be there.
func (b *browser) offersToHear(said ...string) {
	b.t.Helper()
	for _, want := range said {
		rows := find(b.doc, func(n *html.Node) bool { return attr(n, "data-said") == want })
		slug, parts, _ := strings.Cut(strings.TrimPrefix(want, "/speech/"), "/")
		if texts, ok := b.server.spokenAll(slug, parts, "cmn"); len(rows) == 0 || !ok || len(texts) == 0 {
			b.t.Errorf("%s: %s is offered %d times, and its texts are %q", b.address, want, len(rows), texts)
		}
	}
}
