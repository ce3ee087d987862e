package web

import (
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"huitong/portal/apply"
	"huitong/portal/casework"
	"huitong/portal/intake"
	"huitong/portal/servers"
	"huitong/portal/store"
	"huitong/portal/store/storetest"
	"huitong/portal/vault"
)

// desk is a site with a real store in a temporary directory.
type desk struct {
	t      testing.TB
	server *Server
	store  *store.Store
	file   string // of the database
	blobs  string // directory of attached files
	log    *servers.Output
	now    time.Time
	faults []string // of a content that is not published
	city   *cityAccounts
	keeper apply.Actor // who entered the directory
	seen   []answer    // every answer of the site, for tests that search them
}

// answer is what the site said to one request.
type answer struct {
	who, address, location, body, clear string
	status                              int
}

func newDesk(t testing.TB) *desk {
	t.Helper()
	dir := t.TempDir()
	keys, err := vault.Open(filepath.Join(dir, "secrets.json"), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{t: t, file: filepath.Join(dir, "huitong.db"), blobs: filepath.Join(dir, "uploads"), log: &servers.Output{}, city: &cityAccounts{}, now: time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)}
	bucket, err := vault.OpenDirectory(d.blobs)
	if err != nil {
		t.Fatal(err)
	}
	if err := storetest.WriteEmpty(d.file); err != nil {
		t.Fatal(err)
	}
	now := func() time.Time { return d.now }
	files := vault.OpenFiles(bucket, keys, intake.MaxSize)
	if d.store, err = store.Open(t.Context(), store.Config{
		Path: d.file, Disposable: true, Vault: keys, Now: now, Files: files, Due: func(a *apply.Application) time.Time {
			p, ok := d.server.content().Library.Policy(a.Policy)
			if !ok {
				return time.Time{}
			}
			return a.NextDue(p.Decides, d.server.content().Library.Holidays)
		},
		Passwords: casework.PasswordCost{Memory: 64, Time: 1, Threads: 1}, // the real one takes a while, by design
	}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = d.store.Close(), bucket.Close() })
	d.server = newTestServer(t, func(c *Config) {
		c.Cases, c.Now, c.SignOn = CasesOf(d.store), now, d.city
		c.Faults = func() []string { return d.faults }
		c.Log = slog.New(slog.NewTextHandler(d.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	return d
}

// browser keeps cookies and the page it shows, and runs no scripts.
type browser struct {
	*desk
	name    string
	cookies map[string]string
	address string
	status  int
	header  http.Header
	doc     *html.Node
	body    string
}

func (d *desk) browser(name string) *browser {
	return &browser{desk: d, name: name, cookies: map[string]string{}}
}

func (b *browser) do(method, address string, form url.Values) {
	b.t.Helper()
	for range 10 {
		req := httptest.NewRequest(method, address, strings.NewReader(form.Encode()))
		if method == "POST" {
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		for name, value := range b.cookies {
			req.AddCookie(&http.Cookie{Name: name, Value: value})
		}
		resp, body := send(b.t, b.server, req)
		for _, c := range resp.Cookies() {
			if b.cookies[c.Name] = c.Value; c.Expires.Year() == 1970 {
				delete(b.cookies, c.Name)
			}
		}
		location := resp.Header.Get("Location")
		b.seen = append(b.seen, answer{b.name, address, location, body, resp.Header.Get("Clear-Site-Data"), resp.StatusCode})
		b.address, b.status, b.header, b.body = address, resp.StatusCode, resp.Header, body
		if location == "" {
			doc, err := html.Parse(strings.NewReader(body))
			if err != nil {
				b.t.Fatal(err)
			}
			b.doc = doc
			return
		}
		if resp.StatusCode != 303 {
			b.t.Errorf("%s %s redirects with %d; want 303", method, address, resp.StatusCode)
		}
		method, address, form = "GET", location, nil
	}
	b.t.Fatalf("%s: too many redirects", address)
}

func (b *browser) open(address string) *browser {
	b.t.Helper()
	b.do("GET", address, nil)
	return b
}

// form returns the values that the page's form with this action holds.
func (b *browser) form(action string) url.Values {
	b.t.Helper()
	forms := find(b.doc, func(n *html.Node) bool { return n.DataAtom == atom.Form && attr(n, "action") == action })
	if len(forms) == 0 {
		b.t.Fatalf("%s has no form for %s: %s", b.address, action, b.text())
	}
	out := url.Values{}
	for _, n := range find(forms[0], tag(atom.Input, atom.Textarea)) {
		switch kind := attr(n, "type"); {
		case (kind == "radio" || kind == "checkbox") && !has(n, "checked"), kind == "file":
		case kind == "checkbox", kind == "hidden" && attr(n, "name") == groundField:
			out.Add(attr(n, "name"), attr(n, "value"))
		case n.DataAtom == atom.Textarea:
			out.Set(attr(n, "name"), text(n))
		default:
			out.Set(attr(n, "name"), attr(n, "value"))
		}
	}
	for _, n := range find(forms[0], func(n *html.Node) bool { return n.DataAtom == atom.Option && has(n, "selected") }) {
		out.Set(attr(n.Parent, "name"), attr(n, "value"))
	}
	return out
}

// tickable is the value of the page's first box of this name.
func (b *browser) tickable(name string) string {
	b.t.Helper()
	boxes := find(b.doc, func(n *html.Node) bool { return n.DataAtom == atom.Input && attr(n, "name") == name })
	if len(boxes) == 0 {
		b.t.Fatalf("%s has no box %s: %s", b.address, name, b.text())
	}
	return attr(boxes[0], "value")
}

// send posts the form with this action, some of its values changed.
func (b *browser) send(action string, change map[string]string) *browser {
	b.t.Helper()
	form := b.form(action)
	for name, value := range change {
		form.Set(name, value)
	}
	b.do("POST", action, form)
	return b
}

func (b *browser) text() string { return text(find(b.doc, tag(atom.Body))[0]) }

func (b *browser) wants(status int, words ...string) *browser {
	b.t.Helper()
	if b.status != status {
		b.t.Fatalf("%s at %s: status %d; want %d: %s", b.name, b.address, b.status, status, b.text())
	}
	all := b.text()
	for _, w := range words {
		if !strings.Contains(all, w) {
			b.t.Fatalf("%s at %s: %q is missing in: %s", b.name, b.address, w, all)
		}
	}
	return b
}

func (b *browser) lacks(words ...string) *browser {
	b.t.Helper()
	for _, w := range words {
		if strings.Contains(b.body, w) {
			b.t.Errorf("%s at %s shows %q", b.name, b.address, w)
		}
	}
	return b
}

func (b *browser) title() string { return text(find(b.doc, tag(atom.Title))[0]) }

// staff returns a browser in which a new member of staff has signed in.
func (d *desk) staff(role casework.Role, area string) *browser {
	d.t.Helper()
	return d.staffCalled(string(role)+area, role, area)
}

// staffCalled is staff for the second of a role.
func (d *desk) staffCalled(login string, role casework.Role, area string) *browser {
	d.t.Helper()
	invite := casework.Invite{Post: casework.Post{Role: role, Area: area, Village: "迎阳社区", Department: casework.Police}}
	token, err := d.store.Invite(d.t.Context(), apply.Actor{}, invite)
	if err != nil {
		d.t.Fatal(err)
	}
	b := d.browser(login)
	b.open("/staff/setup?token="+string(token)).wants(200, "设置账号")
	b.send("/staff/setup", map[string]string{"login": login, "name": "测试员", "password": "short"}).wants(422, "至少12个字符")
	b.send("/staff/setup", map[string]string{"login": login, "name": "测试员", "password": staffPassword}).wants(200, "密码设好了")
	b.send("/staff", map[string]string{"login": login, "password": "wrong password"}).wants(422, "登录名或密码不对")
	b.send("/staff", map[string]string{"login": login, "password": staffPassword})
	if role.NeedsSecondFactor() {
		b.enrol()
	}
	return b.wants(200, "退出")
}

// enrol sets up the second factor that the page asks for; the desk is open then.
func (b *browser) enrol() casework.Secret {
	b.t.Helper()
	secret := b.wants(200, "设置动态口令").secret()
	b.send("/staff/factor", map[string]string{"code": b.codeOf(secret)}).wants(200, "请收好备用码").open("/staff")
	return secret
}

// secret is the one that the page shows to be typed.
func (b *browser) secret() casework.Secret {
	b.t.Helper()
	shown := find(b.doc, func(n *html.Node) bool { return attr(n, "class") == "recovery-secret" })
	if len(shown) != 1 {
		b.t.Fatalf("%s shows no secret: %s", b.address, b.text())
	}
	return casework.Secret(strings.ReplaceAll(text(shown[0]), " ", ""))
}

// codeOf is what an app shows now.
func (d *desk) codeOf(secret casework.Secret) string {
	d.t.Helper()
	code, err := totp.GenerateCode(string(secret), d.now)
	if err != nil {
		d.t.Fatal(err)
	}
	return code
}

const staffPassword = "correct horse battery"

const applied = "/apply/basic-living-allowance"

// family are the answers of one family, section by section. All is invented; each
// value of the secret ones stands nowhere else.
var family = []struct {
	section string
	answers map[string]string
}{
	{"child", map[string]string{"child_name": "金丝雀", "child_id": "44200020170302002X", "hukou": "zhongshan"}},
	{"parents", map[string]string{"father": "dead", "mother": "prison"}},
	{"guardian", map[string]string{"guardian_name": "画眉鸟", "guardian_id": "442000195208151016", "guardian_relation": "grandparent-paternal", "guardian_phone": "13912345678"}},
	{"place", map[string]string{"town": "shiqi", "address": "石岐街道云雀巷77号"}},
	{"payment", map[string]string{"bank_holder": "画眉鸟", "bank_account": "6217003360000000124"}},
}

// secrets are the values that only the family and the desk may ever see.
var secrets = []string{"金丝雀", "44200020170302002X", "画眉鸟", "442000195208151016", "13912345678", "云雀巷77号", "6217003360000000124"}

// fill starts an application and answers all pages; the review page is open then.
func (d *desk) fill(name string) *browser {
	d.t.Helper()
	b := d.browser(name)
	b.open(applied).send(applied, map[string]string{"-start": "1"})
	for _, f := range family {
		b.wants(200, "还没有提交").send(applied+"/"+f.section, f.answers)
	}
	return b.wants(200, "材料照片").onPaper().wants(200, "核对并提交")
}

// onPaper brings all documents on paper; the documents page is open.
func (b *browser) onPaper() *browser {
	b.t.Helper()
	form := b.form(strings.TrimSuffix(b.address, "?to=review"))
	form.Del("paper")
	for _, n := range find(b.doc, func(n *html.Node) bool { return attr(n, "name") == "paper" }) {
		form.Add("paper", attr(n, "value"))
	}
	b.do("POST", strings.TrimSuffix(b.address, "?to=review"), form)
	return b
}

// submit sends what fill has filled in; the receipt is open then.
func (b *browser) submit() *browser {
	b.t.Helper()
	return b.readOver().send(applied+"/review", map[string]string{"consent": noticeVersion}).wants(200, "已经提交成功")
}

// pass returns number and code as the page shows them.
func (b *browser) pass() (string, string) {
	b.t.Helper()
	figures := find(b.doc, func(n *html.Node) bool { return attr(n, "class") == "pass__figures" })
	if len(figures) < 2 {
		b.t.Fatalf("%s shows no number and code: %s", b.address, b.text())
	}
	return text(figures[0]), text(figures[1])
}

func ungrouped(s string) string { return strings.ReplaceAll(s, "-", "") }

// links returns the addresses that the page's own part leads to.
func (b *browser) links() []string {
	var out []string
	for _, n := range find(find(b.doc, tag(atom.Main))[0], tag(atom.A)) {
		out = append(out, attr(n, "href"))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// keepsShape looks at the page at the address in every language and mode.
func (b *browser) keepsShape(t *testing.T, address string) {
	t.Helper()
	for _, l := range languages {
		for _, mode := range modes {
			t.Run(fmt.Sprint(b.name, " ", mode, " ", l.path(address)), func(t *testing.T) {
				b.cookies["mode"] = mode
				b.open(l.path(address)).wants(200)
				checkPageShape(t, b.doc, l, mode)
			})
		}
	}
	b.cookies["mode"] = modeStandard
}
