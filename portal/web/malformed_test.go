package web

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"database/sql"
	"flag"
	"log/slog"
	"maps"
	mathrand "math/rand/v2"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp/fasthttputil"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// malformedFully is how many requests reach nearly every form.
const malformedFully = 10000

var malformedRequests = flag.Int("malformed", malformedByDefault, "malformed requests that the site gets")

// TestMalformedRequests sends what no browser sends to every address: nothing of it
// is our fault, and nothing is left half-done.
func TestMalformedRequests(t *testing.T) {
	d := newDesk(t)
	tries := newMischief(d)
	var wait sync.WaitGroup
	const senders = 4
	for i := range senders {
		wait.Go(func() {
			random := mathrand.New(mathrand.NewPCG(1, uint64(i)))
			for range *malformedRequests / senders {
				tries.send(t, tries.request(random))
			}
		})
	}
	wait.Wait()
	tries.reach(t)
	d.unharmed(t)
	for _, status := range []int{200, 303, 400, 403, 404, 422} {
		if tries.statuses[status].Load() == 0 {
			t.Errorf("no request was answered with %d: the handlers were not reached", status)
		}
	}
	tries.known(t)
	if faults := d.log.String(); strings.Contains(faults, "level=ERROR") {
		t.Errorf("the log tells of faults of ours: %s", faults[strings.Index(faults, "level=ERROR"):][:300])
	}
}

// reach sends more to the forms that nothing came through to, by chance, among as many
// requests as make that rare.
func (m *mischief) reach(t *testing.T) {
	t.Helper()
	if *malformedRequests < malformedFully {
		return
	}
	const more = 300
	random := mathrand.New(mathrand.NewPCG(2, 0))
	for _, form := range m.forms {
		for n := 0; form.sent.Load() == 0 && n < more; n++ {
			m.send(t, m.requestTo(random, form.address))
		}
		if form.sent.Load() == 0 {
			t.Errorf("no form came through to POST %s", form.path)
		}
	}
}

// known fails when somebody adds a form that is not among the addresses.
func (m *mischief) known(t *testing.T) {
	t.Helper()
	for _, r := range m.server.App().GetRoutes(true) {
		path := withoutLanguage(r.Path)
		known := slices.ContainsFunc(m.addresses, func(a target) bool {
			return a.method == fiber.MethodPost && fiber.RoutePatternMatch(a.path, path)
		})
		if r.Method == fiber.MethodPost && !known {
			t.Errorf("nothing malformed is sent to POST %s", r.Path)
		}
	}
}

// withoutLanguage is a route's path as the addresses have it.
func withoutLanguage(path string) string {
	for _, l := range languages {
		if prefix := l.path("/x"); prefix != "/x" {
			path = strings.TrimPrefix(path, strings.TrimSuffix(prefix, "/x"))
		}
	}
	return path
}

// FuzzForms posts any body, and asks with any query, wherever the site reads one.
func FuzzForms(f *testing.F) {
	d := newDesk(f)
	tries := newMischief(d)
	for i, a := range tries.addresses {
		f.Add(i, "_csrf=%zz&&=&"+a.fields.Encode()+"&version=99999999999999999999", i%8 == 0)
	}
	f.Add(0, "--x\r\nContent-Disposition: form-data; name=\"_csrf\"\r\n\r\n", true)
	f.Fuzz(func(t *testing.T, i int, sent string, parts bool) {
		a := tries.addresses[uint(i)%uint(len(tries.addresses))]
		tries.send(t, tries.build(a, "", "application/x-www-form-urlencoded", "_csrf="+tries.token+"&"+sent, nil))
		if parts {
			tries.send(t, tries.build(a, "", "multipart/form-data; boundary=x", sent, nil))
		}
		tries.send(t, tries.build(a, sent, "", "", nil))
		d.unharmed(t)
	})
}

// TestNoHTTP sends what ends before it reaches a handler.
func TestNoHTTP(t *testing.T) {
	s := newTestServer(t, nil)
	s.App().Server().ReadTimeout = time.Second // a client that says no more is waited for as long
	line := fasthttputil.NewInmemoryListener()
	go func() { _ = s.App().Listener(line) }()
	defer func() { _ = s.App().Shutdown() }()
	for name, sent := range map[string]string{
		"no parts":     "POST /ask HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 3\r\n\r\nabc",
		"no boundary":  "POST /ask HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=\r\nContent-Length: 3\r\n\r\nabc",
		"no HTTP":      "GET\r\n\r\n",
		"long header":  "GET / HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("x", 100_000) + "\r\n\r\n",
		"no length":    "POST /ask HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\nabc",
		"large":        "POST /ask HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\nabc",
		"broken chunk": "POST /ask HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc",
	} {
		conn, err := line.Dial()
		if err != nil {
			t.Fatal(err)
		}
		go func() { _, _ = conn.Write([]byte(sent)) }()
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Errorf("%s: no answer: %v", name, err)
		} else if resp.StatusCode < 400 || resp.StatusCode >= 500 {
			t.Errorf("%s: status %d", name, resp.StatusCode)
		}
		_ = conn.Close()
	}
}

// mischief knows every address and form of the site, and has the cookies of a family
// and of an officer.
type mischief struct {
	server    *Server
	statuses  *[600]atomic.Int32 // how often each was answered
	addresses []target
	forms     []*formSeen
	cookies   map[string]string
	staff     map[string]string // who is signed in at the addresses that begin so
	token     string
}

type target struct {
	method, path string
	fields       url.Values // what a good post has
	cookie       string     // of the application that the browser follows; "": the submitted one
}

// formSeen counts how often a form's handler was reached: neither the route nor the
// token was wrong.
type formSeen struct {
	path    string
	address target
	sent    atomic.Int32
}

func newMischief(d *desk) *mischief {
	d.t.Helper()
	d.server = newTestServer(d.t, func(c *Config) {
		c.Cases, c.Now, c.Channels = CasesOf(d.store), func() time.Time { return d.now }, []apply.Channel{apply.SMS, apply.Email}
		c.Log = slog.New(slog.NewTextHandler(d.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	house := d.completeHousehold()
	b := d.fill("family")
	b.submit()
	number, code := b.pass()
	o := d.staff(casework.Officer, "")
	other := d.browser("draft")
	other.open(applied).send(applied, map[string]string{"-start": "1"})
	m := &mischief{server: d.server, statuses: &[600]atomic.Int32{}, cookies: map[string]string{}}
	for _, from := range []*browser{b, o, other} {
		maps.Copy(m.cookies, from.cookies)
	}
	sharer := d.staff(casework.Director, "sharing")
	shared := string(sharer.shares("policy." + living))
	m.staff = map[string]string{
		talksPath:                     sharer.cookies[sessionCookie],
		fieldPath:                     sharer.cookies[sessionCookie],
		sharePath:                     sharer.cookies[sessionCookie],
		"/staff/assist":               d.staff(casework.Director, "shiqi").cookies[sessionCookie],
		"/staff/accounts":             d.staff(casework.Administrator, "more").cookies[sessionCookie],
		"/staff/invite":               d.staff(casework.Administrator, "").cookies[sessionCookie],
		trainingPath:                  d.staff(casework.Officer, "training").cookies[sessionCookie],
		staffDirectory:                d.staff(casework.Officer, "directory").cookies[sessionCookie],
		"/staff/children":             d.staff(casework.Supervisor, "shiqi").cookies[sessionCookie],
		"/staff/children/:id/custody": o.cookies[sessionCookie],
		"/staff/sign-out":             d.staff(casework.Officer, "again").cookies[sessionCookie], // so that the others stay
	}
	for _, form := range []string{"recommend", "advise-against"} {
		m.staff["/staff/applications/"+ungrouped(number)+"/"+form] = m.staff["/staff/children"] // a supervisor
	}
	liaison := d.staff(casework.Liaison, "").cookies[sessionCookie]
	for _, form := range []string{"files", "take", "answer", "return"} {
		m.staff["/staff/referrals/:id/"+form] = liaison
	}
	for _, form := range []string{"contact", "factor", "password", "sessions"} { // which end sessions
		m.staff["/staff/account/"+form] = d.staff(casework.Officer, form).cookies[sessionCookie]
	}
	report := string(d.reported("shiqi", ""))
	m.token = m.cookies["csrf"]
	m.cookies["case"] = b.cookies["case"]
	fields := url.Values{
		"_csrf": {m.token}, "number": {number}, "code": {code}, "version": {"3"}, "text": {"补充"}, "reason": {"理由"}, "field": {"child_id"},
		"question": {"孤儿补贴"}, "conversation": {"x"}, "before": {"x"}, "page": {"/"}, "verdict": {"wrong"}, "-start": {"1"}, "-version": {"2"},
		"-key": {"ABC"}, "-order": {"father mother"}, "-asked": {"father"}, "father": {"dead"}, "role": {"officer"}, "area": {"shiqi"}, "name": {"测试"},
		"login": {"nobody"}, "token": {"x"}, "password": {staffPassword}, "consent": {noticeVersion}, "-number": {number}, "-code": {code}, "to": {"review"}, "state": {"submitted"},
		"after": {"1.2." + ungrouped(number)}, "q": {"孤儿"}, "mode": {"elder"}, "lang": {"en"}, "before-number": {"1"},
		"channel": {"email"}, "address": {"canary@example.org"}, "changes": {"1"}, "pass": {"1"}, "programme": {"medical-insurance-relief"}, "for-child": {"new"},
		"to-review": {"1"}, "document": {"photo"}, "paper": {"photo"}, "part": {"chat"},
		"kind": {"hurt"}, "danger": {"now"}, "involved": {"no"}, "-at": {"town"}, "-now": {"1"}, "-receipt": {"1"}, "add": {"1"}, "words": {"金丝雀"},
		"handle-step": {"note"}, "handle-words": {"补充"}, "direct-step": {"pass"}, "direct-town": {"xiaolan"}, "direct-words": {"补充"},
		"exclude-step": {"exclude"}, "exclude-person": {"x"}, "exclude-words": {"补充"}, "link": {number}, "handle-link": {number},
		"id": {strings.Repeat("a", 24)}, "village": {"迎阳社区"}, "phone": {"13912345678"}, "since": {"2024-03-01"}, "public": {"yes"}, "hash": {"x"}, "base": {"x"},
		"day": {"2026-11-20"}, "topic": {"政策"}, "audience": {"both"}, "hours": {"2"}, "came": {"x"},
		"target": {"policy." + living}, "when": {"any"}, "about": {"金丝雀"}, "step": {"no-answer"},
	}
	for _, section := range family {
		for name, value := range section.answers {
			fields.Set(name, value)
		}
	}
	listed := d.listed(casework.DirectoryEntry{Town: "shiqi", Village: "莲峰社区", Name: "画眉鸟", Phone: "13912345678"})
	path := strings.NewReplacer(":code", shared, ":slug", "basic-living-allowance", ":section", "child", ":question", "child_name", ":ref", ungrouped(number), ":move", "refuse", ":file", "x.css").Replace
	trained, called := d.trains("shiqi"), d.called("shiqi", "莲峰社区")
	for _, r := range d.server.routes() {
		at := path(r.path)
		if strings.HasPrefix(r.path, staffDirectory) {
			at = strings.Replace(r.path, ":id", listed, 1)
		}
		if strings.HasPrefix(r.path, trainingPath) {
			at = strings.Replace(r.path, ":id", trained, 1)
		}
		if strings.HasPrefix(r.path, callsPath) {
			at = strings.Replace(r.path, ":id", called, 1)
		}
		at = strings.NewReplacer(":town", "shiqi", ":village", casework.VillageID("shiqi", "莲峰社区")).Replace(at)
		if strings.HasPrefix(r.path, reportsPath) {
			at = strings.Replace(r.path, ":ref", report, 1)
		}
		to := target{method: r.method, path: at, fields: fields}
		m.addresses = append(m.addresses, to)
		if r.method == fiber.MethodPost {
			m.forms = append(m.forms, &formSeen{path: r.path, address: to})
		}
	}
	for _, section := range family {
		m.addresses = append(m.addresses, target{method: fiber.MethodPost, path: applied + "/" + section.section, fields: fields})
	}
	for _, move := range []string{"accept", "ask-more", "approve", "verify", "recommend", "advise-against", "propose", "return"} {
		m.addresses = append(m.addresses, target{method: fiber.MethodPost, path: "/staff/applications/" + ungrouped(number) + "/" + move, fields: fields})
	}
	m.addresses = append(m.addresses, house, target{method: fiber.MethodPost, path: "/api/v1/ask", fields: fields},
		target{method: fiber.MethodGet, path: "/api/v1/suggest", fields: fields}, target{method: fiber.MethodPost, path: "/mode", fields: fields})
	return m
}

// completeHousehold is the form that hands in two children's applications together.
func (d *desk) completeHousehold() target {
	d.t.Helper()
	b := d.fill("household")
	b.open("/household")
	form := b.form("/household")
	form["programme"], form["for-child"] = []string{"basic-living-allowance"}, []string{newChild}
	b.do("POST", "/household", form)
	for _, f := range family {
		answers := maps.Clone(f.answers)
		if f.section == "child" {
			answers["child_name"], answers["child_id"] = "百灵鸟", validID("44200020190302001")
		}
		b.open(applied+"/"+f.section+"?child=2").send(applied+"/"+f.section+"?child=2", answers)
	}
	b.open(applied + "/documents?child=2").onPaper()
	fields := b.open("/household/review").wants(200, "一共2份").form("/household/review")
	fields.Set("consent", noticeVersion)
	return target{fiber.MethodPost, "/household/review", fields, b.cookies["case"]}
}

// junk is what values and bodies are spoiled with.
var junk = []string{
	"", " ", "\x00", "a\x00b", "\xff\xfe", "\xed\xa0\x80", "%", "%zz", "%00", "%c0%ae", "../../etc/passwd", "' OR 1=1 --", "<script>alert(1)</script>",
	"{{.}}", "\r\nSet-Cookie: x=1", "-1", "99999999999999999999", "1e309", "NaN", "0x10", "\u202e123", "𠮷𠮷", "١٢٣", "１２３", strings.Repeat("长", 5000),
	strings.Repeat("9", 4000), strings.Repeat("a ", 3000), "null", "[]", "{", "\"", "&&&=&=;", "a=b=c", "🧒", "\u0300\u0300\u0300",
}

// shortJunk goes where a long one would be refused for its length alone.
var shortJunk = slices.DeleteFunc(slices.Clone(junk), func(s string) bool { return len(s) > 50 })

func pick[T any](r *mathrand.Rand, from []T) T { return from[r.IntN(len(from))] }

// request makes one malformed request to any address.
func (m *mischief) request(r *mathrand.Rand) *http.Request {
	return m.requestTo(r, pick(r, m.addresses))
}

// requestTo makes one to this address, or nearly.
func (m *mischief) requestTo(r *mathrand.Rand, a target) *http.Request {
	if r.IntN(5) == 0 {
		a.method = pick(r, []string{"GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"})
	}
	if r.IntN(4) == 0 {
		parts := strings.Split(a.path, "/")
		parts[len(parts)-1-r.IntN(len(parts)-1)] = url.PathEscape(pick(r, shortJunk))
		a.path = strings.Join(parts, "/")
	}
	a.path = pick(r, []string{"", "", "/en", "/zh-hant", "/xx"}) + a.path
	fields := m.spoil(r, a.fields, junk)
	query := ""
	if r.IntN(2) == 0 {
		query = m.spoil(r, url.Values{"after": {"1.2.3"}, "before": {"1"}, "state": {"x"}, "q": {"x"}, "to": {"review"}, "mode": {"x"}}, shortJunk).Encode()
	}
	kind, body := m.body(r, fields)
	cookies := m.cookiesFor(a)
	for name := range cookies {
		if r.IntN(8) == 0 {
			cookies[name] = url.QueryEscape(pick(r, shortJunk))
		}
	}
	return m.build(a, query, kind, body, cookies)
}

// spoil changes some of the values, leaves some out and doubles some.
func (m *mischief) spoil(r *mathrand.Rand, good url.Values, junk []string) url.Values {
	out := url.Values{}
	for name, values := range good {
		switch r.IntN(8) {
		case 0:
			out[name] = []string{pick(r, junk)}
		case 1:
			out[name] = append(values, pick(r, junk))
		case 2:
			out[pick(r, junk)] = values
		case 3:
		default:
			out[name] = values
		}
	}
	if r.IntN(4) > 0 {
		out["_csrf"] = []string{m.token}
	}
	return out
}

// body encodes the fields as it should not.
func (m *mischief) body(r *mathrand.Rand, fields url.Values) (kind, body string) {
	const urlencoded = "application/x-www-form-urlencoded"
	encoded := fields.Encode()
	switch r.IntN(10) {
	case 0:
		return urlencoded, encoded[:r.IntN(len(encoded)+1)]
	case 1:
		return urlencoded, "_csrf=" + m.token + "&" + strings.Join([]string{pick(r, junk), pick(r, junk), pick(r, junk)}, pick(r, []string{"=", "&", ";"}))
	case 2:
		noise := make([]byte, r.IntN(2000))
		for i := range noise {
			noise[i] = byte(r.Uint32())
		}
		return pick(r, []string{urlencoded, "application/json", "multipart/form-data; boundary=x", "text/plain", "", "\u00a0"}), string(noise)
	case 3:
		return pick(r, []string{"application/json", "application/json; charset=x"}), pick(r, []string{`{"question":`, `{"question":1}`, `[[[[`, `{"question":"` + strings.Repeat("x", 5000) + `"}`, "\xff"})
	case 4, 5:
		return m.parts(r, fields)
	}
	return urlencoded, encoded
}

// parts encodes as multipart, cut short or under another boundary.
func (m *mischief) parts(r *mathrand.Rand, fields url.Values) (kind, body string) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name, values := range fields {
		for _, v := range values {
			if r.IntN(6) == 0 {
				if part, err := w.CreateFormFile(name, pick(r, junk)); err == nil {
					_, _ = part.Write([]byte(v))
				}
				continue
			}
			_ = w.WriteField(name, v)
		}
	}
	_ = w.Close()
	kind, body = w.FormDataContentType(), b.String()
	switch r.IntN(4) {
	case 0:
		body = body[:r.IntN(len(body))]
	case 1:
		kind = pick(r, []string{"multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=other", "multipart/mixed; boundary=" + w.Boundary()})
	}
	return kind, body
}

func (m *mischief) cookiesFor(a target) map[string]string {
	out := maps.Clone(m.cookies)
	if a.cookie != "" {
		out["case"] = a.cookie
	}
	longest := ""
	for at, session := range m.staff {
		if strings.HasPrefix(withoutLanguage(a.path), at) && len(at) > len(longest) {
			out[sessionCookie], longest = session, at
		}
	}
	return out
}

func (m *mischief) build(a target, query, kind, body string, cookies map[string]string) *http.Request {
	req := httptest.NewRequest(a.method, "/", strings.NewReader(body))
	req.RequestURI = a.path
	if query != "" {
		req.RequestURI += "?" + strings.Map(func(c rune) rune {
			if c <= ' ' || c > '~' || c == '#' {
				return -1 // would end the request's first line, which is not ours to read
			}
			return c
		}, query)
	}
	if kind != "" {
		req.Header.Set("Content-Type", strings.ToValidUTF8(kind, ""))
	}
	if cookies == nil {
		cookies = m.cookiesFor(a)
	}
	for name, value := range cookies {
		req.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	if len(body)%17 == 3 {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		_, _ = w.Write([]byte(body))
		_ = w.Close()
		req.Header.Set("Content-Encoding", "gzip") // though the body is as it was
	}
	return req
}

func (m *mischief) send(t testing.TB, req *http.Request) {
	t.Helper()
	resp, err := m.server.App().Test(req, -1)
	if err != nil {
		// TestNoHTTP sees how such a request is answered before our handlers see it.
		if !strings.Contains(err.Error(), "multipart/form-data") {
			t.Errorf("%s %.300s: no answer: %v", req.Method, req.RequestURI, err)
		}
		return
	}
	defer func() { _ = resp.Body.Close() }()
	m.statuses[resp.StatusCode].Add(1)
	m.note(req, resp.StatusCode)
	if resp.StatusCode >= 500 {
		t.Errorf("%s %.300s: status %d", req.Method, req.RequestURI, resp.StatusCode)
	}
}

// note counts a form that reached its handler.
func (m *mischief) note(req *http.Request, status int) {
	path, _, _ := strings.Cut(req.RequestURI, "?")
	if req.Method != fiber.MethodPost || slices.Contains([]int{403, 405, 413, 429}, status) {
		return
	}
	path = withoutLanguage(path)
	// The first route that fits is the one that answers.
	i := slices.IndexFunc(m.forms, func(f *formSeen) bool { return fiber.RoutePatternMatch(path, f.path) })
	if i >= 0 {
		m.forms[i].sent.Add(1)
	}
}

// unharmed looks for anything half-done: every application opens, its history has no
// gap and ends in its state, and the audit has a line for each move.
func (d *desk) unharmed(t testing.TB) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+d.file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	rows, err := db.Query(`SELECT reference, submit_key, (SELECT COUNT(*) FROM audit l WHERE l.reference = a.reference
		AND action IN ('submit', 'accept', 'ask-more', 'supply', 'approve', 'refuse', 'withdraw',
		'verify', 'recommend', 'advise-against', 'propose', 'return', 'object')) FROM applications a`)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var ref apply.Reference
		var key string
		var audited int
		if err := rows.Scan(&ref, &key, &audited); err != nil {
			t.Fatal(err)
		}
		a, err := d.store.ApplicationByReference(t.Context(), ref)
		if err != nil {
			t.Fatalf("an application does not open: %v", err)
		}
		state := apply.Draft
		for i, e := range a.Events {
			if state = e.State; e.Number != i+1 {
				t.Errorf("event %d is number %d", i+1, e.Number)
			}
		}
		if state != a.State || len(a.Events) != audited || (key == "") != a.Submitted.IsZero() || a.Submitted.IsZero() != (a.Consent.Notice == "") {
			t.Errorf("half-done: %v after %d events, %d lines", a, len(a.Events), audited)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}
