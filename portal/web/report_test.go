package web

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// reportSecrets are the words of one report; each stands nowhere else.
var reportSecrets = []string{"金丝雀小学三班", "云雀巷77号", "他每天挨打", "13912345678", "又打了一次", "已看望画眉鸟"}

var told = map[string]string{
	"kind": "hurt", "town": "shiqi", "village": "迎阳社区", "place": "云雀巷77号", "danger": "now", "words": "他每天挨打", "child": "金丝雀小学三班", "contact": "13912345678",
}

// reported keeps a report from a place, past the form.
func (d *desk) reported(town, village string) apply.Reference {
	d.t.Helper()
	r, err := d.store.SendReport(d.t.Context(), casework.Report{
		Key: apply.Token("key of " + town + village), Town: town, Danger: casework.DangerNow, Said: casework.Said{Kind: "hurt", Village: village},
	}, time.Minute)
	if err != nil {
		d.t.Fatal(err)
	}
	return r.Number
}

// TestReport walks a report from the form, without an account, a cookie or a script, over
// the desk to its end.
func TestReport(t *testing.T) {
	d := newDesk(t)
	town, other, officer := d.staff(casework.Supervisor, "shiqi"), d.staff(casework.Supervisor, "xiaolan"), d.staff(casework.Officer, "")
	b := d.browser("neighbour")
	b.open(reportPath).wants(200, "孩子现在有危险，先打电话", "马上打110报警", "孩子会这样说：有人打我", "不能代替报警")
	form := b.form(reportPath)
	b.send(reportPath, map[string]string{"words": told["words"]}).wants(422, "请选一样", "请选镇街", told["words"])
	if got := b.form(reportPath); got.Get("words") != told["words"] || got.Get("-key") != form.Get("-key") {
		t.Errorf("after a mistake the form holds %v", got)
	}
	b.send(reportPath, told).wants(200, "收到了，谢谢您", "石岐街道", "10分钟之内要有人接", "马上打110报警")
	number, code := b.pass()
	if b.address != reportPath || len(b.cookies) > 0 {
		t.Errorf("the receipt is at %s, with cookies %v; want neither address nor telephone to tell", b.address, b.cookies)
	}
	b.do("POST", reportPath, b.form(reportPath)) // sent again
	if again, _ := b.wants(200, "收到了").pass(); again != number {
		t.Errorf("sent twice it is %s and %s", number, again)
	}
	path := reportsPath + "/" + ungrouped(number)
	town.open("/staff").wants(200, "有1份报告等人接")
	other.open("/staff").wants(200).lacks("份报告等人接")
	other.open(path).wants(403).lacks(reportSecrets...)
	town.open(reportsPath).wants(200, number, "现在有危险", "没有人接").lacks(reportSecrets...)
	town.open(path).wants(200, "云雀巷77号", "他每天挨打", "金丝雀小学三班", "被打、被虐待", "没有登录的人报告的", "没有可以通知的人")
	take := b.followed(number, code, "收到了，还没有人接")
	take.lacks(reportSecrets...)
	d.now = d.now.Add(11 * time.Minute)
	if n, err := d.store.EscalateReports(t.Context(), d.server.reportWithin); n != 1 || err != nil {
		t.Fatalf("escalated %d, %v", n, err)
	}
	town.open(path).wants(200, "没有人接，往上催（第1次）", "过时了")
	form = url.Values{"_csrf": {town.cookies["csrf"]}, "version": {town.form(path + "/handle").Get("version")}, "handle-step": {"take"}}
	town.do("POST", path+"/handle", form)
	town.wants(200, "正在办").lacks("份报告等人接")
	town.do("POST", path+"/handle", form)
	town.wants(409, "有人先动了这份报告")
	town.open(path).send(path+"/handle", map[string]string{"handle-step": "visit"}).wants(422, "请写清楚")
	town.send(path+"/handle", map[string]string{"handle-step": "visit", "handle-words": "已看望画眉鸟"}).wants(200, "看望了孩子", "已看望画眉鸟")
	b.followed(number, code, "有人在办").lacks(reportSecrets...)
	added := b.form(reportPath + "/follow")
	added.Set("words", "又打了一次")
	added.Set("add", "1")
	for range 2 {
		b.do("POST", reportPath+"/follow", added)
		b.wants(200, "补充收到了").lacks(reportSecrets...)
	}
	town.open(path).wants(200, "又打了一次")
	if n := strings.Count(town.body, "又打了一次"); n != 1 {
		t.Errorf("what was added stands there %d times", n)
	}
	officer.open(path).wants(200, "已看望画眉鸟")
	officer.send(path+"/direct", map[string]string{"direct-step": "pass", "direct-words": "住在小榄"}).wants(422, "请选一样")
	officer.send(path+"/direct", map[string]string{"direct-step": "pass", "direct-town": "xiaolan", "direct-words": "住在小榄"}).wants(200)
	town.open(path).wants(403)
	other.open(path).wants(200, "住在小榄", "没有人接")
	other.do("POST", path+"/handle", url.Values{"_csrf": {other.cookies["csrf"]}, "version": {other.form(path + "/handle").Get("version")}, "handle-step": {"take"}})
	other.open(path).send(path+"/handle", map[string]string{"handle-step": "close", "handle-outcome": "safe-home", "handle-words": "安全"}).wants(200, "办完了", "孩子在家，安全")
	b.followed(number, code, "办完了")
	officer.open("/staff/audit").wants(200, "收到报告", "打开报告", "没有人接，往上催", "越权被拒", "报告人补充")
	d.keepsReportsSecret(t)
}

// followed comes back with number and code.
func (b *browser) followed(number, code, state string) *browser {
	b.t.Helper()
	b.open(reportPath + "/follow").wants(200)
	return b.send(reportPath+"/follow", map[string]string{"number": number, "code": code}).wants(200, state)
}

// keepsReportsSecret looks for the words of a report in logs, addresses and the database.
func (d *desk) keepsReportsSecret(t *testing.T) {
	t.Helper()
	for _, word := range reportSecrets {
		if strings.Contains(d.log.String(), word) || strings.Contains(d.log.String(), url.QueryEscape(word)) {
			t.Errorf("the log holds %q", word)
		}
		for _, a := range d.seen {
			if strings.Contains(a.address+a.location, word) || strings.Contains(a.address+a.location, url.QueryEscape(word)) {
				t.Errorf("an address holds %q", word)
			}
		}
		if d.holds(word) {
			t.Errorf("the database holds %q in the clear", word)
		}
	}
}

// holds reports whether the database has a word in the clear, wherever in its files.
func (d *desk) holds(word string) bool {
	d.t.Helper()
	for _, suffix := range []string{"", "-wal"} {
		raw, err := os.ReadFile(d.file + suffix)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			d.t.Fatal(err)
		}
		if bytes.Contains(raw, []byte(word)) {
			return true
		}
	}
	return false
}

func TestReportWrongCode(t *testing.T) {
	d := newDesk(t)
	number := d.reported("shiqi", "").Grouped()
	b := d.browser("somebody")
	b.open(reportPath+"/follow").send(reportPath+"/follow", map[string]string{"number": number, "code": "1234-5678"}).wants(422).lacks("还没有人接")
	b.send(reportPath+"/follow", map[string]string{"number": "2611-0000-0000", "code": "1234-5678"}).wants(422)
}

// TestReportInElderMode answers one question a page; what is enough can be sent at once.
func TestReportInElderMode(t *testing.T) {
	d := newDesk(t)
	b := d.browser("grandmother")
	b.cookies["mode"] = modeElder
	b.open(reportPath).wants(200, "第1题，一共8题", "发生了什么", "马上打110报警").lacks("就这些，现在发出")
	b.send(reportPath, nil).wants(422, "请选一样")
	b.send(reportPath, map[string]string{"kind": "alone"}).wants(200, "第2题", "在哪个镇街")
	b.send(reportPath, nil).wants(200, "第3题", "什么地方")
	b.send(reportPath, nil).wants(422, "请选镇街")
	b.send(reportPath, map[string]string{"-back": "1"}).wants(200, "第2题")
	b.send(reportPath, map[string]string{"-group": "2"}).wants(200, "第2题")
	b.send(reportPath, map[string]string{"town": "shiqi"}).wants(200, "第3题", "就这些，现在发出")
	stay := b.form(reportPath)
	stay.Set("-stay", "1")
	for _, l := range languages {
		b.do("POST", l.path(reportPath), stay)
		if got := b.wants(200).form(l.path(reportPath)); got.Get("kind") != "alone" || got.Get("town") != "shiqi" {
			t.Errorf("in %s the answers are %v", l.Code, got)
		}
		checkPageShape(t, b.doc, l, modeElder)
	}
	b.do("POST", reportPath, func() url.Values {
		f := b.form(languages[len(languages)-1].path(reportPath))
		f.Set("place", "旧屋")
		f.Set("-now", "1")
		return f
	}())
	b.wants(200, "收到了，谢谢您", "石岐街道")
	checkPageShape(t, b.doc, languages[0], modeElder)
}

func TestReportKeepsShape(t *testing.T) {
	d := newDesk(t)
	b := d.browser("somebody")
	b.keepsShape(t, reportPath)
	b.keepsShape(t, reportPath+"/follow")
	o := d.staff(casework.Officer, "")
	path := reportsPath + "/" + string(d.reported("shiqi", ""))
	for _, address := range []string{reportsPath, path, "/staff/report"} {
		o.keepsShape(t, address)
	}
}

// TestReportIsNeverLost has the limit hit and the database gone: the words stay, with the
// telephone numbers above them.
func TestReportIsNeverLost(t *testing.T) {
	d := newDesk(t)
	d.server.reports = newLimiter(1, func() time.Time { return d.now })
	b := d.browser("neighbour")
	b.open(reportPath).send(reportPath, told).wants(200, "收到了")
	b.open(reportPath).send(reportPath, told).wants(429, "这一次还没有发出去", "马上打110报警", "他每天挨打")
	d.now = d.now.Add(time.Minute)
	b.send(reportPath, nil).wants(200, "收到了")
	d.now = d.now.Add(time.Minute)
	b.open(reportPath)
	d.server.cases.ReportBox = fullBox{d.store}
	b.send(reportPath, told).wants(500, "没有发出去，是本站的问题", "马上打110报警", "他每天挨打")
	for _, word := range reportSecrets {
		if strings.Contains(d.log.String(), word) {
			t.Errorf("the log holds %q", word)
		}
	}
}

// fullBox keeps no report.
type fullBox struct{ ReportBox }

// SendReport fails.
func (fullBox) SendReport(context.Context, casework.Report, time.Duration) (*casework.Report, error) {
	return nil, errors.New("the disk is full")
}

// TestReportIsLinked looks for the way there on the pages of who looks for help.
func TestReportIsLinked(t *testing.T) {
	d := newDesk(t)
	for _, mode := range modes {
		for _, address := range []string{"/", "/policies", "/policies/mandatory-report", "/ask?q=" + url.QueryEscape("爸爸天天打孩子")} {
			b := d.browser("somebody")
			b.cookies["mode"] = mode
			b.open(address).wants(200)
			if links := find(b.doc, func(n *html.Node) bool { return n.DataAtom == atom.A && attr(n, "href") == reportPath }); len(links) == 0 {
				t.Errorf("%s in mode %s leads to no report", address, mode)
			}
		}
	}
	b := d.browser("asks")
	b.open("/ask").send("/ask", map[string]string{"question": "有人打孩子，快救命"}).wants(200, "先保证孩子安全")
	if !slices.Contains(b.links(), reportPath) {
		t.Error("the urgent answer does not lead to the form")
	}
}

func TestStaffReport(t *testing.T) {
	d := newDesk(t)
	director, town := d.staff(casework.Director, "shiqi"), d.staff(casework.Supervisor, "shiqi")
	director.open("/staff/report").wants(200, "您是必须报告的人")
	director.send("/staff/report", map[string]string{"words": "他每天挨打"}).wants(422, "请选一样", "他每天挨打")
	director.send("/staff/report", map[string]string{"kind": "hurt", "place": "云雀巷77号", "danger": "unsure"}).wants(200, "收到了，编号", "30分钟之内")
	town.open(reportsPath).wants(200, "不清楚")
	path := reportsPath + "/"
	for _, n := range find(town.doc, tag(atom.A)) {
		if strings.HasPrefix(attr(n, "href"), path) {
			path = attr(n, "href")
		}
	}
	town.open(path).wants(200, "由测试员报告", "云雀巷77号")
	director.open(path).wants(403)
	director.open("/staff/report").send("/staff/report", map[string]string{"kind": "hurt", "village": "迎阳社区"}).wants(200, "打开这份报告")
}

// TestReportIsLinkedToAChild finds the child of a report by its ID number, makes the record
// of another, and has the way back; who may not open the one does not learn of the other.
func TestReportIsLinkedToAChild(t *testing.T) {
	d := newDesk(t)
	director, town, officer := d.staff(casework.Director, "shiqi"), d.staff(casework.Supervisor, "shiqi"), d.staff(casework.Officer, "")
	child, _ := director.registersChild()
	ref := d.reported("shiqi", "")
	path, number := reportFilePath(ref, ""), ref.Grouped()
	town.open(reportFilePath(ref, "child")).wants(200).lacks("找到就连上") // nobody has taken it on
	town.do("POST", path+"/handle", url.Values{"_csrf": {town.cookies["csrf"]}, "version": {town.form(path + "/handle").Get("version")}, "handle-step": {"take"}})
	town.wants(200, "还没有连上档案")

	at := reportFilePath(ref, "child")
	town.open(at).send(at, map[string]string{"look": little["name"]}).wants(422, "没有找到您能打开的档案")
	town.send(at, map[string]string{"look": "442000195208151016"}).wants(422, "没有找到您能打开的档案")
	town.send(at, map[string]string{"look": little["resident_id"]}).wants(200, "报告和这个孩子的档案连上了", little["name"], number)
	town.open(at).send(at, map[string]string{"look": " " + child}).wants(200, number) // once more, which changes nothing
	if n := strings.Count(town.open(path).wants(200, little["name"]).text(), "连上了孩子的档案"); n != 1 {
		t.Errorf("the history has the link %d times; want once", n)
	}
	officer.open(childPath(child, "")).wants(200, number)
	director.open(childPath(child, "")).wants(200, little["name"]).lacks(number) // to whom it is not given

	fresh := childrenPath + "/new?report=" + string(ref)
	if form := town.open(fresh).form(childrenPath + "/new"); form.Get("report") != string(ref) || form.Get("ground") != "village-file" {
		t.Errorf("the new record begins with %v", form)
	}
	second := maps.Clone(little)
	second["name"], second["resident_id"], second["born"] = "小柳莺", "", "2019-05-06"
	town.send(childrenPath+"/new", second).wants(200, "登记好了", number)
	officer.open(path).wants(200, little["name"], "小柳莺", "再连一个孩子")
	officer.open("/staff/audit").wants(200, "连上了孩子的档案").lacks(little["name"])

	elsewhere := d.reported("xiaolan", "")
	other, from := d.staff(casework.Supervisor, "xiaolan"), reportFilePath(elsewhere, "")
	other.open(from).do("POST", from+"/handle", url.Values{"_csrf": {other.cookies["csrf"]}, "version": {other.form(from + "/handle").Get("version")}, "handle-step": {"take"}})
	_, before := d.denied(0)
	other.open(from+"/child").send(from+"/child", map[string]string{"look": little["resident_id"]}).wants(422, "没有找到您能打开的档案").lacks(little["name"])
	if n, _ := d.denied(before); n != 1 {
		t.Errorf("%d lines in the audit of the refusal; want 1", n)
	}
	other.open(childrenPath + "/new?report=" + string(ref)).wants(403)
	town.keepsShape(t, at)
	d.keepsReportsSecret(t)
}

// FuzzReport decodes any form: nothing of it is our fault, and what is kept opens again.
func FuzzReport(f *testing.F) {
	d := newDesk(f)
	o := d.staff(casework.Officer, "")
	id := d.userID(o.name)
	f.Add("hurt", "shiqi", "地方", "now", "kind", "1")
	f.Add("\x00", "\xff", "\u202e", "", "involved", "")
	f.Add("other", "", strings.Repeat("长", 5000), "no", "x", "1")
	f.Fuzz(func(t *testing.T, kind, town, place, danger, at, now string) {
		b := d.browser("fuzz")
		b.desk.t = t
		form := url.Values{"kind": {kind}, "town": {town}, "place": {place}, "danger": {danger}, "-at": {at}, "-now": {now}, "words": {place}}
		for _, mode := range []string{modeStandard, modeElder} {
			b.cookies["mode"] = mode
			if b.do("POST", reportPath, form); b.status >= 500 {
				t.Errorf("status %d for %q", b.status, form)
			}
		}
		page, err := d.store.Reports(t.Context(), apply.Actor{Kind: apply.StaffActor, ID: id}, casework.ReportQuery{Limit: 5})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range page.Reports {
			if _, err := d.store.Report(t.Context(), apply.Actor{Kind: apply.StaffActor, ID: id}, r.Number); err != nil {
				t.Errorf("what was kept does not open: %v", err)
			}
		}
	})
}
