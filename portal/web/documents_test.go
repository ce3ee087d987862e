package web

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"maps"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"huitong/portal/apply"
	"huitong/portal/casework"
	"huitong/portal/intake"
)

const papersAt = applied + "/documents"

// shot is a photo; each shade makes another one.
func shot(t testing.TB, shade uint8) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 60, 40))
	for i := range img.Pix {
		img.Pix[i] = shade
	}
	img.Set(1, 1, color.White)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const samplePDF = "%PDF-1.4\n1 0 obj\n<</Type/Catalog>>\nendobj\ntrailer\n<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n"

// chosen is a file in an input. Its name is one that must never be seen again.
type chosen struct {
	input string
	body  []byte
}

const phoneName = "画眉鸟的身份证442000195208151016.jpg"

// multi writes a page with files as browsers do.
func multi(t testing.TB, values map[string][]string, files []chosen) (string, []byte) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(values)) { // _csrf comes before letters and after dashes
		for _, v := range values[name] {
			if err := w.WriteField(name, v); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, f := range files {
		head := textproto.MIMEHeader{}
		head.Set("Content-Disposition", fmt.Sprintf(`form-data; name="%s"; filename="%s"`, f.input, phoneName))
		head.Set("Content-Type", "image/jpeg")
		part, err := w.CreatePart(head)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write(f.body); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), b.Bytes()
}

// post sends a page with files and goes where it leads.
func (b *browser) post(address string, values map[string][]string, files ...chosen) *browser {
	b.t.Helper()
	kind, body := multi(b.t, values, files)
	req := httptest.NewRequest("POST", address, bytes.NewReader(body))
	req.Header.Set("Content-Type", kind)
	for name, value := range b.cookies {
		req.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	resp, text := send(b.t, b.server, req)
	for _, c := range resp.Cookies() {
		b.cookies[c.Name] = c.Value
	}
	location := resp.Header.Get("Location")
	b.seen = append(b.seen, answer{b.name, address, location, text, resp.Header.Get("Clear-Site-Data"), resp.StatusCode})
	if location != "" {
		to, _, _ := strings.Cut(location, "#")
		return b.open(to)
	}
	doc, err := html.Parse(strings.NewReader(text))
	if err != nil {
		b.t.Fatal(err)
	}
	b.address, b.status, b.header, b.body, b.doc = address, resp.StatusCode, resp.Header, text, doc
	return b
}

// attach sends the open documents page with files, as its button does.
func (b *browser) attach(files ...chosen) *browser {
	b.t.Helper()
	address := strings.TrimSuffix(b.address, "?to=review")
	return b.post(address, b.form(address), files...)
}

// pictures returns the addresses of the small pictures on the page.
func (b *browser) pictures() []string {
	var out []string
	for _, n := range find(b.doc, tag(atom.Img)) {
		if src := attr(n, "src"); ownFile.MatchString(src) {
			out = append(out, src)
		}
	}
	return out
}

func doc(name string) string { return apply.DocumentField(name) }

// begin fills in the form up to the documents page.
func (d *desk) begin(name string) *browser {
	d.t.Helper()
	b := d.browser(name)
	b.open(applied).send(applied, map[string]string{"-start": "1"})
	for _, f := range family {
		b.send(applied+"/"+f.section, f.answers)
	}
	return b.wants(200, "材料照片", "不超过15MB", "每样材料最多6个", "户口本首页", "服刑在押的文书")
}

// others brings everything but two documents on paper.
func (b *browser) others() map[string][]string {
	form := b.form(strings.TrimSuffix(b.address, "?to=review"))
	form["paper"] = []string{"application-form", "photo", "bank-book", "death-proof"}
	return form
}

func TestDocumentsJourney(t *testing.T) {
	d := newDesk(t)
	b := d.begin("family")

	// Nothing chosen: the page says what is needed, and only that.
	b.attach().wants(422, "有5处要改一改", "请上传照片，或者选")
	if !strings.HasPrefix(b.title(), "错误：") {
		t.Errorf("title = %q", b.title())
	}
	// Several photos and ticks in one post; one file is none.
	b.post(papersAt, b.others(), chosen{doc("household-register"), shot(t, 10)}, chosen{doc("household-register"), shot(t, 20)},
		chosen{doc("guardian-proof"), []byte(samplePDF)}, chosen{doc("relation-proof"), []byte("no picture")})
	b.wants(422, "有1处要改一改", "孩子和爸妈关系的证明：有文件不是照片，也不是PDF", "照片1", "照片2", "PDF文件1")
	if got := b.form(papersAt)["paper"]; len(got) == 0 {
		t.Error("the ticks are lost")
	}
	b.attach().wants(200, "核对并提交", "户口本、身份证", "已传2个文件", "到镇街窗口交纸质的", "还没有")
	small := b.pictures()
	if len(small) != 2 {
		t.Fatalf("the review shows pictures %v; want 2", small)
	}
	for _, address := range append(small, strings.TrimSuffix(small[0], "?size=small")) {
		b.open(address).wants(200)
		if _, err := jpeg.Decode(strings.NewReader(b.body)); err != nil || b.header.Get("Content-Type") != "image/jpeg" {
			t.Errorf("%s is no picture: %v", address, err)
		}
	}

	// Replace one, remove one, come back to the review.
	b.open(papersAt+"?to=review").wants(200, "照片2")
	first := strings.TrimSuffix(strings.TrimPrefix(b.pictures()[0], applied+"/files/"), "?size=small")
	form := b.form(papersAt)
	form.Set("-stay", "household-register")
	b.post(papersAt, form, chosen{"replace-" + first, shot(t, 30)}).wants(200, "照片2").lacks(first)
	form = b.form(papersAt)
	second := strings.TrimSuffix(strings.TrimPrefix(b.pictures()[0], applied+"/files/"), "?size=small")
	form.Set("-remove", second)
	b.post(papersAt, form).wants(200, "照片1").lacks("照片2", second)
	if blobs := d.blobNames(); len(blobs) != 3 {
		t.Errorf("blobs %v are left; want a photo with its small picture, and a PDF", blobs)
	}
	b.open(applied+"/review").wants(200, "已传1个文件")
	b.submit().wants(200, "材料照片", "已传1个文件", "到镇街窗口交纸质的")
	b.open(papersAt).wants(200, "已经提交成功") // nothing can be changed any more
	b.open("/track/status").wants(200, "材料照片", "已传1个文件").lacks(phoneName)
	d.moreIsAskedFor(t, b)
	if log := d.log.String(); strings.Contains(log, phoneName) || strings.Contains(log, "442000195208151016") {
		t.Error("the log holds the name of a file")
	}
	for _, a := range d.seen {
		if strings.Contains(a.body, phoneName) {
			t.Errorf("%s shows the name of a file", a.address)
		}
	}
}

// moreIsAskedFor sees the files at the desk, asks for more and looks at what came.
func (d *desk) moreIsAskedFor(t *testing.T, family *browser) {
	t.Helper()
	family.open("/track/status")
	number, _ := family.pass()
	path := "/staff/applications/" + ungrouped(number)
	o := d.staff(casework.Officer, "")
	o.open(path).wants(200, "照片1", "PDF文件1", "未做病毒检查", "家长交纸质的")
	files := slices.DeleteFunc(o.links(), func(a string) bool { return !strings.Contains(a, "/files/") })
	if len(files) != 2 {
		t.Fatalf("the desk links to files %v; want 2", files)
	}
	for _, address := range files {
		o.open(address).wants(200)
		kind, disposition := o.header.Get("Content-Type"), o.header.Get("Content-Disposition")
		if kind == "application/pdf" != strings.HasPrefix(disposition, "attachment") || strings.Contains(disposition, "鸟") {
			t.Errorf("%s is sent as %s, %s", address, kind, disposition)
		}
		if csp := o.header.Get("Content-Security-Policy"); !strings.Contains(csp, "sandbox") || o.header.Get("X-Content-Type-Options") != "nosniff" || o.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: headers %v", address, o.header)
		}
	}
	o.open("/staff/audit").wants(200, "打开材料文件", "户口本、身份证")
	o.open(path+"/ask-more").send(path+"/ask-more", map[string]string{"reason": "请补孩子和爸妈关系的证明。"})

	d.now = d.now.Add(10 * time.Minute)
	family.open("/track/status").wants(200, "请补孩子和爸妈关系的证明。", "补交材料的照片")
	family.send("/track/supply", nil).wants(422, "请写下要补充的内容，或者先上传照片")
	family.open("/track/documents").wants(200, "其他材料").lacks("第6步")
	if n := len(find(family.doc, func(n *html.Node) bool { return attr(n, "name") == "-remove" })); n != 0 {
		t.Errorf("%d files that the office has can be removed", n)
	}
	family.attach(chosen{doc("relation-proof"), shot(t, 60)}, chosen{doc("other"), shot(t, 70)}).wants(200, "请您补充", "其他材料", "已传1个文件")
	family.send("/track/supply", nil).wants(200, "等镇街收")
	family.open("/track/documents").wants(200, "等镇街收")
	o.open(path).wants(200, "其他材料", "照片1")
}

// blobNames lists what lies in the store of files.
func (d *desk) blobNames() []string {
	d.t.Helper()
	entries, err := os.ReadDir(d.blobs)
	if err != nil {
		d.t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

// TestRefusedFiles tells in plain words what is wrong with a file, keeps what else
// was sent, and goes on saying so until it is mended.
func TestRefusedFiles(t *testing.T) {
	d := newDesk(t)
	tests := map[string]struct {
		body []byte
		want string
	}{
		"text":          {[]byte("身份证"), "不是照片，也不是PDF"},
		"page":          {[]byte("<html><script>alert(1)</script>"), "不是照片，也不是PDF"},
		"cut off":       {shot(t, 1)[:200], "坏了或者没有传完"},
		"too large":     {make([]byte, intake.MaxSize+1), "超过15MB"},
		"bomb":          {bomb(), "有照片太大"},
		"locked PDF":    {[]byte(strings.Replace(samplePDF, "<</Root", "<</Encrypt 5 0 R/Root", 1)), "设了密码"},
		"PDF cut off":   {[]byte(samplePDF[:40]), "坏了或者没有传完"},
		"nothing in it": {[]byte{}, "是空的"},
	}
	b := d.begin("family")
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b.open(papersAt).post(papersAt, b.others(), chosen{doc("guardian-proof"), test.body})
			b.wants(422, test.want)
			checkPageShape(t, b.doc, languages[0], modeStandard)
			if !strings.Contains(b.body, `href="#f-document-guardian-proof"`) || !strings.Contains(b.body, `id="f-document-guardian-proof"`) {
				t.Error("the summary does not lead to the document")
			}
			if got := len(find(b.doc, func(n *html.Node) bool { return attr(n, "name") == "paper" && has(n, "checked") })); got != 4 {
				t.Errorf("%d ticks are kept; want 4", got)
			}
		})
	}
	if blobs := d.blobNames(); len(blobs) != 0 {
		t.Errorf("blobs %v are kept", blobs)
	}
}

// bomb is the head of a PNG of 30 000 × 30 000 pixels.
func bomb() []byte {
	head := []byte("IHDR\x00\x00\x75\x30\x00\x00\x75\x30\x08\x02\x00\x00\x00")
	out := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\r"), head...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(head))
}

// TestFilesStayWithTheirFamily asks for files with every kind of stranger.
func TestFilesStayWithTheirFamily(t *testing.T) {
	d := newDesk(t)
	mine := d.begin("mine")
	mine.post(papersAt, mine.others(), chosen{doc("household-register"), shot(t, 10)}, chosen{doc("guardian-proof"), []byte(samplePDF)})
	a, err := d.store.ApplicationByDraftToken(t.Context(), apply.Token(mine.cookies["case"]))
	if err != nil || len(a.Files) != 2 {
		t.Fatalf("%d files, %v", len(a.Files), err)
	}
	other := d.begin("other")
	other.attach(chosen{doc("household-register"), shot(t, 10)})
	number, _ := mine.open("/track/status").pass()
	path := "/staff/applications/" + ungrouped(number)
	officer := d.staff(casework.Officer, "")
	var addresses []string
	for _, f := range a.Files {
		for _, l := range languages {
			for _, at := range []string{applied + "/files/", "/track/files/", path + "/files/", "/apply/tomorrow-plan/files/"} {
				addresses = append(addresses, l.path(at+f.ID), l.path(at+f.ID)+"?size=small")
			}
		}
	}
	shut := func(who *browser) {
		t.Helper()
		for _, address := range addresses {
			for _, method := range []string{"GET", "HEAD"} {
				who.do(method, address, nil)
				if kind := who.header.Get("Content-Type"); strings.HasPrefix(kind, "image/") || kind == "application/pdf" {
					t.Errorf("%s has %s: %s", who.name, address, kind)
				}
			}
		}
	}
	for _, who := range []*browser{d.browser("nobody"), other, officer} { // a draft is nobody's business at the desk
		shut(who)
	}
	mine.open(applied + "/review").submit()
	for _, who := range []*browser{d.browser("nobody"), other, d.staff(casework.Supervisor, "xiaolan"), d.staff(casework.Auditor, ""), d.staff(casework.Director, "shiqi")} {
		shut(who)
	}
	// Nor can others change anything with the file's ID.
	other.open(papersAt)
	form := other.form(papersAt)
	form.Set("-remove", a.Files[0].ID)
	other.post(papersAt, form)
	form.Del("-remove")
	other.post(papersAt, form, chosen{"replace-" + a.Files[0].ID, shot(t, 99)})
	if got, err := d.store.ApplicationByReference(t.Context(), a.Reference); err != nil || len(got.Files) != 2 {
		t.Errorf("a stranger changed the files: %v, %v", got.Files, err)
	}
	before := len(d.audit(casework.OpenFile))
	for _, who := range []*browser{officer, d.staff(casework.Supervisor, "shiqi")} {
		for _, f := range a.Files {
			who.open(path + "/files/" + f.ID).wants(200)
		}
	}
	if got := len(d.audit(casework.OpenFile)) - before; got != 4 {
		t.Errorf("%d looks in the audit; want 4", got)
	}
	if len(d.audit(casework.Denied)) == 0 {
		t.Error("no refusal is in the audit")
	}
	// Whoever gives up the phone gives up the files.
	mine.open("/track/status").send("/track/forget", nil)
	shut(mine)
}

func (d *desk) audit(action casework.Action) []casework.AuditEntry {
	d.t.Helper()
	lines, err := d.store.Audit(d.t.Context(), apply.Actor{}, casework.AuditQuery{Limit: 1000})
	if err != nil {
		d.t.Fatal(err)
	}
	return slices.DeleteFunc(lines, func(e casework.AuditEntry) bool { return e.Action != action })
}

func TestForgedUploadsAreRefused(t *testing.T) {
	d := newDesk(t)
	b := d.begin("family")
	for _, forged := range []map[string][]string{{}, {"_csrf": {""}}, {"_csrf": {strings.Repeat("A", tokenLength)}}, {"-papers": {"1"}, "paper": {"photo"}}} {
		b.post(papersAt, forged, chosen{doc("household-register"), shot(t, 10)}).wants(403)
	}
	// The token behind the file comes too late.
	kind, body := multi(t, nil, []chosen{{doc("household-register"), shot(t, 10)}})
	late := bytes.Replace(body, []byte("--\r\n"), []byte("\r\nContent-Disposition: form-data; name=\"_csrf\"\r\n\r\n"+b.cookies["csrf"]+"\r\n"), 1)
	req := httptest.NewRequest("POST", papersAt, bytes.NewReader(late))
	req.Header.Set("Content-Type", kind)
	for name, value := range b.cookies {
		req.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	if resp, _ := send(t, d.server, req); resp.StatusCode != 403 {
		t.Errorf("token behind the file: %d; want 403", resp.StatusCode)
	}
	a, err := d.store.ApplicationByDraftToken(t.Context(), apply.Token(b.cookies["case"]))
	if err != nil || len(a.Files) != 0 || len(a.Papers) != 0 {
		t.Errorf("a forged post changed the application: %v, %v, %v", a.Files, a.Papers, err)
	}
}

// TestUnknownInputs sends files for documents that nobody asks for.
func TestUnknownInputs(t *testing.T) {
	d := newDesk(t)
	b := d.begin("family")
	for _, input := range []string{"", "document-", "document-prison-paper", "document-other", "document-../../x", "replace-", "replace-0123", "child_name"} {
		b.post(papersAt, b.form(papersAt), chosen{input, shot(t, 10)}).wants(400)
		b.open(papersAt)
	}
	if blobs := d.blobNames(); len(blobs) != 0 {
		t.Errorf("blobs %v are kept", blobs)
	}
}

// TestScannedFiles holds files back from the desk until they are checked.
func TestScannedFiles(t *testing.T) {
	d := newDesk(t)
	d.server.scans = true
	b := d.begin("family")
	b.post(papersAt, b.others(), chosen{doc("household-register"), shot(t, 10)}, chosen{doc("guardian-proof"), []byte(samplePDF)})
	b.open(papersAt).wants(200, "正在做安全检查")
	b.open(applied + "/review").submit()
	number, _ := b.pass()
	path := "/staff/applications/" + ungrouped(number)
	o := d.staff(casework.Officer, "")
	a, err := d.store.ApplicationByDraftToken(t.Context(), apply.Token(b.cookies["case"]))
	if err != nil {
		t.Fatal(err)
	}
	o.open(path).wants(200, "正在检查").lacks("/files/")
	for _, f := range a.Files {
		o.open(path + "/files/" + f.ID).wants(404)
	}
	if _, err := d.store.ScanFiles(t.Context(), wordScanner("PDF"), 10); err != nil {
		t.Fatal(err)
	}
	o.open(path).wants(200, "有病毒，已隔离")
	b.open("/track/status").wants(200, "没有通过安全检查，已经隔离")
	for _, f := range a.Files {
		want := map[string]int{"jpeg": 200, "pdf": 404}[f.Kind]
		o.open(path + "/files/" + f.ID).wants(want)
		b.open("/track/files/" + f.ID).wants(want)
		b.open(applied + "/files/" + f.ID).wants(want)
	}
	o.open("/staff/audit").wants(200, "隔离有病毒的文件")
	// The family puts another in its place when it is asked.
	o.open(path+"/ask-more").send(path+"/ask-more", map[string]string{"reason": "请换一个文件。"})
	b.open("/track/documents").wants(200, "没有通过安全检查")
	form := b.form("/track/documents")
	form.Set("-remove", a.Files[slices.IndexFunc(a.Files, func(f apply.File) bool { return f.Kind == "pdf" })].ID)
	b.post("/track/documents", form).wants(200).lacks("没有通过安全检查")
}

// TestUploadsAtOnce sends 64 photos at the same time, from 16 families.
func TestUploadsAtOnce(t *testing.T) {
	d := newDesk(t)
	var families []*browser
	for i := range 16 {
		families = append(families, d.begin(fmt.Sprint("family ", i)))
	}
	var wg sync.WaitGroup
	for i := range 64 {
		who := families[i%len(families)]
		kind, body := multi(t, who.form(papersAt), []chosen{{doc("household-register"), shot(t, uint8(i))}})
		req := httptest.NewRequest("POST", papersAt, bytes.NewReader(body))
		req.Header.Set("Content-Type", kind)
		for name, value := range who.cookies {
			req.AddCookie(&http.Cookie{Name: name, Value: value})
		}
		wg.Go(func() {
			resp, err := d.server.App().Test(req, -1)
			if err != nil || resp.StatusCode != 422 && resp.StatusCode != 303 { // 422: other documents are missing
				t.Errorf("upload %d: %v, %v", i, resp, err)
			}
		})
	}
	wg.Wait()
	for _, who := range families {
		a, err := d.store.ApplicationByDraftToken(t.Context(), apply.Token(who.cookies["case"]))
		if err != nil || len(a.Files) != 4 {
			t.Errorf("%s has %d files, %v; want 4", who.name, len(a.Files), err)
		}
	}
}

// wordScanner finds a virus in whatever holds a word.
type wordScanner string

// Scan implements store.Scanner.
func (w wordScanner) Scan(_ context.Context, r io.Reader) (apply.FileState, error) {
	b, err := io.ReadAll(r)
	if bytes.Contains(b, []byte(w)) {
		return apply.FileInfected, err
	}
	return apply.FileClean, err
}

// TestBodies sends bodies past every limit to a real socket: they are refused, and
// what is left of them is never taken for another request.
func TestBodies(t *testing.T) {
	d := newDesk(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = d.server.App().Listener(listener) }()
	t.Cleanup(func() { _ = d.server.App().Shutdown() })
	smuggled := "GET /track HTTP/1.1\r\nHost: x\r\n\r\n"
	last := "GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
	long := strings.Repeat("x", 2<<20)
	tests := []struct {
		name, head, body string
		want             string
	}{
		{"form of 2 MB", "POST /track HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: " + fmt.Sprint(len(long)), long, "HTTP/1.1 413"},
		{"form of 2 MB in chunks", "POST /track HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked", fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(long), long), "HTTP/1.1 413"},
		{"packed form", "POST /track HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Encoding: gzip\r\nContent-Length: 10", "0123456789", "HTTP/1.1 415"},
		{"packed files", "POST " + papersAt + " HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Encoding: gzip\r\nContent-Length: 10", "0123456789", "HTTP/1.1 303"},
		{"page that was kept, with a body", "GET / HTTP/1.1\r\nContent-Length: " + fmt.Sprint(len(smuggled)), smuggled, "HTTP/1.1 200"},
		{"page with a body", "GET /track HTTP/1.1\r\nContent-Length: " + fmt.Sprint(len(smuggled)), smuggled, "HTTP/1.1 200"},
		{"post to nowhere", "POST /track/files/x HTTP/1.1\r\nContent-Length: " + fmt.Sprint(len(smuggled)), smuggled, "HTTP/1.1 404"},
		{"files without an application", "POST " + papersAt + " HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: " + fmt.Sprint(len(smuggled)), smuggled, "HTTP/1.1 303"},
	}
	d.browser("reader").open("/")
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			conn, err := net.Dial("tcp", listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close() }()
			go func() {
				_, _ = io.WriteString(conn, test.head+"\r\nHost: x\r\n\r\n"+test.body+last)
			}()
			answers, err := io.ReadAll(conn) // ends when the server closes
			if err != nil && !errors.Is(err, net.ErrClosed) && !strings.Contains(err.Error(), "reset") {
				t.Fatal(err)
			}
			// Whoever read the body to its end goes on to the last request, nobody to what
			// looked like one inside the body.
			count := bytes.Count(answers, []byte("HTTP/1.1 "))
			if !bytes.HasPrefix(answers, []byte(test.want)) || count > 2 || count == 2 && !bytes.Contains(answers, []byte("HTTP/1.1 404")) {
				t.Errorf("%d answers, %.120q; want %s", count, answers, test.want)
			}
		})
	}
}

func TestDocumentsPageInEveryMode(t *testing.T) {
	d := newDesk(t)
	b := d.begin("family")
	b.post(papersAt, b.others(), chosen{doc("household-register"), shot(t, 10)})
	for _, l := range languages {
		for _, mode := range modes {
			t.Run(l.Code+" "+mode, func(t *testing.T) {
				b.cookies["mode"] = mode
				b.open(l.path(papersAt)).wants(200)
				checkPageShape(t, b.doc, l, mode)
				camera := strings.Contains(b.body, `capture="environment"`)
				if camera != (mode == modeElder) {
					t.Errorf("camera input: %v", camera)
				}
			})
		}
	}
}

// TestWithdrawnDraftTakesItsFiles looks into the directory itself.
func TestWithdrawnDraftTakesItsFiles(t *testing.T) {
	d := newDesk(t)
	b := d.begin("family")
	b.post(papersAt, b.others(), chosen{doc("household-register"), shot(t, 10)})
	for _, name := range d.blobNames() {
		raw, err := os.ReadFile(filepath.Join(d.blobs, name))
		if err != nil || bytes.Contains(raw, []byte("JFIF")) || bytes.HasPrefix(raw, []byte("\xff\xd8")) {
			t.Errorf("blob %s lies there in the clear, or %v", name, err)
		}
	}
	b.open("/track/withdraw").send("/track/withdraw", nil).wants(200)
	if blobs := d.blobNames(); len(blobs) != 0 {
		t.Errorf("blobs %v are left", blobs)
	}
}
