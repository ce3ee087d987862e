package web

import (
	"strings"
	"testing"

	"golang.org/x/net/html"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// visits writes a visit into a child's record and returns where its photos are.
func (b *browser) visits(child string) string {
	b.t.Helper()
	at := childPath(child, "visit")
	b.open(at).send(at, map[string]string{"seen": "孩子和外婆", "did": "看了作业", "safe": "yes", "next": "下月"}).wants(200, "走访记好了")
	return b.linked(childPath(child, "") + "/visits/")
}

// small returns the addresses of the small pictures below an album.
func (b *browser) small(album string) []string {
	var out []string
	for _, n := range find(b.doc, func(n *html.Node) bool { return n.Data == "img" && strings.HasPrefix(attr(n, "src"), album) }) {
		out = append(out, attr(n, "src"))
	}
	return out
}

// wantsPicture opens a picture that is shown.
func (b *browser) wantsPicture(address string) {
	b.t.Helper()
	if b.open(address).wants(200); b.header.Get("Content-Type") != "image/jpeg" || !strings.Contains(b.header.Get("Content-Security-Policy"), "sandbox") {
		b.t.Errorf("%s is sent as %v", address, b.header)
	}
}

// TestPhotosOfVisits puts photos to a child's visit and to the visit that verified an
// application; nobody else gets to see one, and no name of a phone's file is kept.
func TestPhotosOfVisits(t *testing.T) {
	d := newDesk(t)
	director, town, other := d.staff(casework.Director, "shiqi"), d.staff(casework.Supervisor, "shiqi"), d.staff(casework.Supervisor, "xiaolan")
	officer, auditor := d.staff(casework.Officer, ""), d.staff(casework.Auditor, "")
	child, _ := director.registersChild()
	family := d.fill("family").submit()
	number, _ := family.pass()
	path := "/staff/applications/" + ungrouped(number)
	town.open(path).send(path+"/accept", nil)
	town.open(path+"/verify").send(path+"/verify", map[string]string{"day": "2026-11-20", "present": "奶奶", "text": "都在。"}).wants(200, "上门核实")
	for _, tt := range []struct {
		album    string
		by       *browser
		sees, no []*browser
	}{
		{director.visits(child), director, []*browser{town, officer}, []*browser{other, auditor}},
		{town.linked(path + "/visits/"), town, []*browser{officer}, []*browser{director, other, auditor}},
	} {
		tt.by.open(tt.album).wants(200, "还没有照片", "先问过家里人")
		tt.by.post(tt.album, tt.by.form(tt.album)).wants(422, "请先拍照，或者选照片")
		tt.by.post(tt.album, tt.by.form(tt.album), chosen{"file", []byte(samplePDF)}).wants(422, "有文件不是照片")
		tt.by.post(tt.album, tt.by.form(tt.album), chosen{"file", shot(t, 10)}, chosen{"file", []byte("x")}, chosen{"file", shot(t, 20)}).wants(422, "有文件不是照片", "照片2")
		tt.by.post(tt.album, tt.by.form(tt.album), chosen{"file", shot(t, 10)}).wants(200, "照片保存好了", "测试员").lacks("照片3")
		pictures := tt.by.small(tt.album)
		if len(pictures) != 2 {
			t.Fatalf("%d pictures at %s; want the 2 that were good", len(pictures), tt.album)
		}
		big, _, _ := strings.Cut(pictures[0], "?")
		for _, b := range append(tt.sees, tt.by) {
			b.open(tt.album).wants(200, "照片1")
			b.wantsPicture(pictures[0])
			b.wantsPicture(big)
		}
		for _, b := range append(tt.no, d.browser("nobody")) {
			for _, address := range []string{tt.album, pictures[0], big} {
				if b.open(address); b.status == 200 && !strings.HasSuffix(b.address, "/staff") || strings.Contains(b.body, "照片1") {
					t.Errorf("%s opens %s: %d", b.name, address, b.status)
				}
			}
		}
		officer.open(tt.album).lacks(big + "/remove") // only who added it takes it back
		tt.by.open(tt.album).keepsShape(t, tt.album)
		tt.by.open(tt.album).send(big+"/remove", nil).wants(200, "照片删掉了").lacks("照片2")
		tt.by.open(big).wants(404)
	}
	director.open(childPath(child, "")).wants(200, "照片：1张")
	town.open(path).wants(200, "照片：1张")
	family.open("/track/status").wants(200).lacks("照片：1张", "/visits/")
	officer.open("/staff/audit").wants(200, "添加照片", "删掉照片", "打开")
	if strings.Contains(d.log.String(), phoneName) || d.holds(phoneName) {
		t.Error("the name of the phone's file is kept")
	}
}

// TestPhotosOfReports: the words go first; who reported adds photos with number and code,
// which stand in no address, and gets none back.
func TestPhotosOfReports(t *testing.T) {
	d := newDesk(t)
	town, other, director := d.staff(casework.Supervisor, "shiqi"), d.staff(casework.Supervisor, "xiaolan"), d.staff(casework.Director, "xiaolan")
	b := d.browser("neighbour")
	b.open(reportPath).wants(200, "送出以后可以补").send(reportPath, told).wants(200, "补照片（可以不补）")
	number, code := b.pass()
	const add = reportPath + "/photos"
	b.post(add, b.form(add)).wants(422, "请先拍照，或者选照片", "收到了，还没有人接")
	b.post(add, b.form(add), chosen{"file", []byte(samplePDF)}).wants(422, "有文件不是照片")
	b.post(add, b.form(add), chosen{"file", shot(t, 30)}, chosen{"file", shot(t, 40)}).wants(200, "照片收到了，2张", "收到了，还没有人接").lacks(reportSecrets...)
	delete(b.cookies, "csrf") // which says nothing of anybody
	if len(b.cookies) > 0 || len(b.small(reportPath)) > 0 {
		t.Errorf("cookies %v, %d pictures; want neither", b.cookies, len(b.small(reportPath)))
	}
	wrong := b.form(add)
	wrong.Set("code", "00000000")
	b.post(add, wrong, chosen{"file", shot(t, 50)}).wants(422, "编号或查询码不对")
	b.followed(number, code, "收到了，还没有人接").wants(200, "补照片")

	path := reportFilePath(apply.Reference(ungrouped(number)), "")
	town.open(path).wants(200, "照片：2张", "报告人补了照片")
	album := town.linked(path + "/photos")
	picture := town.open(album).wants(200, "报告人").lacks("/remove").small(album)[0]
	town.wantsPicture(picture)
	for _, l := range []string{album, picture} {
		other.open(l).wants(403)
	}
	// A director of another town reports, and may not see the report afterwards.
	staffAt := "/staff/report"
	director.open(staffAt).send(staffAt, told).wants(200, "补照片（可以不补）")
	director.post(add, director.form(add), chosen{"file", shot(t, 60)}).wants(200, "照片收到了，1张")
	town.open(staffAt).send(staffAt, told).wants(200, "添加照片").lacks("补照片（可以不补）")
	for _, a := range d.seen {
		if strings.Contains(a.address+a.location, code) || strings.Contains(a.address+a.location, ungrouped(code)) {
			t.Errorf("an address holds the code: %s", a.address)
		}
	}
	d.keepsReportsSecret(t)
	if strings.Contains(d.log.String(), phoneName) || strings.Contains(d.log.String(), ungrouped(code)) {
		t.Error("the log holds the name of a phone's file, or the code")
	}
}

// TestPhotosOfTalks: who keeps a talk puts photos to it from the page of the talk; the page
// says what may be taken, whoever has one of its villages sees them, the public pages show
// none, and a colleague takes one out.
func TestPhotosOfTalks(t *testing.T) {
	d := newDesk(t)
	d.villages()
	director, town, other, officer := d.staff(casework.Director, "shiqi"), d.staff(casework.Supervisor, "shiqi"), d.staff(casework.Supervisor, "xiaolan"), d.staff(casework.Officer, "")
	auditor := d.staff(casework.Auditor, "")
	talk := eventsPath + "/" + d.plans("shiqi", "迎阳社区")
	album := talk + "/photos"
	if got := director.open(talk).wants(200, "添加照片").linked(album); got != album {
		t.Fatalf("the talk leads to %s; want %s", got, album)
	}
	director.open(album).wants(200, "还没有照片", "到村里讲政策", "先问过本人", "不要拍：孩子的脸", "不公开").keepsShape(t, album)
	director.open(album)
	director.post(album, director.form(album)).wants(422, "请先拍照，或者选照片")
	director.post(album, director.form(album), chosen{"file", []byte(samplePDF)}).wants(422, "有文件不是照片")
	director.post(album, director.form(album), chosen{"file", shot(t, 10)}, chosen{"file", shot(t, 20)}).wants(200, "照片保存好了", "照片2")
	pictures := director.small(album)
	if len(pictures) != 2 {
		t.Fatalf("%d pictures; want 2", len(pictures))
	}
	big, _, _ := strings.Cut(pictures[0], "?")
	for _, b := range []*browser{director, town, officer} {
		b.open(talk).wants(200, "照片：2张")
		if b.open(album).wants(200, "照片1"); !strings.Contains(b.body, big+"/remove") {
			t.Errorf("%s cannot take the photo out", b.name)
		}
		b.wantsPicture(pictures[0])
		b.wantsPicture(big)
	}
	for _, b := range []*browser{other, auditor, d.browser("nobody")} {
		for _, address := range []string{album, pictures[0], big} {
			if b.open(address); b.status == 200 && !strings.HasSuffix(b.address, "/staff") || strings.Contains(b.body, "照片1") {
				t.Errorf("%s opens %s: %d", b.name, address, b.status)
			}
		}
	}
	visitor := d.browser("visitor")
	for _, address := range []string{"/e/" + d.doorOf(talk), "/events", "/events/in/shiqi"} {
		visitor.open(address).wants(200, "到村里讲政策").lacks("photos", "照片")
	}
	visitor.open("/privacy").wants(200, "拍会场的照片", "两年以后删除")
	town.open(album).send(big+"/remove", nil).wants(200, "照片删掉了").lacks("照片2")
	town.open(big).wants(404)
	officer.open("/staff/audit").wants(200, "添加照片", "删掉照片", "打开", "一场宣讲")
	if strings.Contains(d.log.String(), phoneName) || d.holds(phoneName) {
		t.Error("the name of the phone's file is kept")
	}
	director.open(talk+"/edit").send(talk+"/cancel", nil)
	if director.open(album).wants(200, "现在不能加照片").lacks("拍照，或者选照片"); !strings.Contains(director.body, "/remove") {
		t.Error("nobody can take a photo out of a cancelled talk")
	}
}

// photographed writes a visit into a child's record, or takes a report or a talk, and puts a photo of
// the director of the place to it, past the forms.
func (d *desk) photographed(kind casework.CaseKind, id string) (visit, photo string) {
	d.t.Helper()
	by := apply.Actor{Kind: apply.StaffActor, ID: d.userID("directorshiqi")}
	album := casework.Album{Case: casework.Case{Kind: kind, ID: id}}
	if kind == casework.ChildCase {
		f, err := d.store.OpenChild(d.t.Context(), by, id)
		if err == nil {
			err = d.store.RecordVisit(d.t.Context(), by, id, f.Child.Version, casework.NewVisit{Day: "2026-11-20", Seen: "外婆", Did: "看作业", Safe: "yes", Next: "下月"})
		}
		if err == nil {
			f, err = d.store.OpenChild(d.t.Context(), by, id)
		}
		if err != nil {
			d.t.Fatal(err)
		}
		album.Of = f.Visits[0].ID
	}
	if err := d.store.AddPhoto(d.t.Context(), by, album, apply.NewFile{Kind: "jpeg", Body: shot(d.t, 7), Small: shot(d.t, 7), Digest: []byte(id)}); err != nil {
		d.t.Fatal(err)
	}
	photos, err := d.store.Photos(d.t.Context(), by, album)
	if err != nil || len(photos) != 1 {
		d.t.Fatalf("%d photos, %v", len(photos), err)
	}
	return album.Of, photos[0].ID
}
