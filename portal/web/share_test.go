package web

import (
	"bytes"
	"image/png"
	"io/fs"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"huitong/content"
	"huitong/portal/casework"
	"huitong/portal/outreach"
	"huitong/portal/qrtest"
)

// shares picks the target and opens its kit.
func (b *browser) shares(target string) outreach.Code {
	b.t.Helper()
	b.open(sharePath).wants(200, "分享和宣传").send(sharePath, map[string]string{"target": target}).wants(200, "发到群里")
	code, _, _ := strings.Cut(strings.TrimPrefix(b.address, sharePath+"/"), "?")
	return outreach.Code(code)
}

func TestShareKit(t *testing.T) {
	d := newDesk(t)
	director, other, supervisor, officer := d.staff(casework.Director, "shiqi"), d.staff(casework.Director, "xiaolan"), d.staff(casework.Supervisor, "shiqi"), d.staff(casework.Officer, "")
	code := director.shares("policy." + living)
	director.wants(200, "石岐街道迎阳社区", "一分钟讲稿", "A4海报", "一页纸明白卡", "【基本生活补贴】", "问迎阳社区的儿童主任")
	if !strings.Contains(director.body, `data-said="/speech/`+living+`/script"`) {
		t.Error("the script cannot be heard")
	}
	director.keepsShape(t, kitPath(code, ""))
	director.keepsShape(t, sharePath)
	if again := director.shares("policy." + living); again != code {
		t.Errorf("a second link %s; want %s again", again, code)
	}
	if town := supervisor.shares("policy." + living); town == code || officer.shares("policy."+living) == town {
		t.Error("village, town and city have one link; want one each")
	}
	if got := len(d.audit(casework.ShareKit)); got != 3 {
		t.Errorf("%d links in the audit; want 3", got)
	}
	supervisor.open(kitPath(code, "")).wants(200, "石岐街道迎阳社区")
	officer.open(kitPath(code, "poster")).wants(200)
	other.open(kitPath(code, "")).wants(403)
	other.open(kitPath(code, "poster")).wants(403)
	director.do("POST", sharePath, url.Values{"_csrf": {director.cookies["csrf"]}, "target": {"policy." + living}, "village": {"别的村"}})
	director.wants(403)
	director.do("POST", sharePath, url.Values{"_csrf": {director.cookies["csrf"]}, "target": {"policy.nothing"}})
	director.wants(422, "请点一项政策")

	director.open(kitPath(code, "poster")+"?size=a3&name=1").wants(200, "1578元", "2021年", "12345", "儿童主任：测试员")
	director.open(kitPath(code, "poster")).wants(200).lacks("测试员</p>", "poster--a3")
	director.keepsShape(t, kitPath(code, "poster"))
	director.open(shortPath(code)+"/card").wants(200, string(code))

	director.open(shortPath(code) + "/qr.png").wants(200)
	if want := "http://localhost:8080" + shortPath(code); decodeQR(t, director.body) != want {
		t.Errorf("the QR code says %q; want %q", decodeQR(t, director.body), want)
	}
	director.open(shortPath(code) + "/qr.svg").wants(200)
	director.open(shortPath(code) + "/qr.exe").wants(404)
}

// decodeQR reads what a picture's QR code says.
func decodeQR(t *testing.T, picture string) string {
	t.Helper()
	img, err := png.Decode(bytes.NewReader([]byte(picture)))
	if err != nil {
		t.Fatal(err)
	}
	read, err := qrtest.Read(img)
	if err != nil {
		t.Fatal(err)
	}
	return read
}

// TestShortLinks follows links to every kind of page, and such as lead nowhere.
func TestShortLinks(t *testing.T) {
	d := newDesk(t)
	director := d.staff(casework.Director, "shiqi")
	lib := d.server.content().Library
	policy, _ := lib.Policy(living)
	question := policyTargets(policy)[3]
	for target, want := range map[string]string{
		"policy." + living: "/policies/" + living, "form." + living: applied, "check." + living: "/check/" + living,
		"help.application-help": "/help/application-help", question.String(): "/policies/" + living + "#faq-1",
	} {
		code := director.shares(target)
		reader := d.browser("reader")
		for prefix, typed := range map[string]string{"": string(code), "/en": strings.ToUpper(string(code))} {
			reader.open(prefix + "/s/" + typed).wants(200)
			if reader.address != prefix+want {
				t.Errorf("%s%s leads to %s; want %s", prefix, target, reader.address, want)
			}
		}
	}
	reader := d.browser("elder")
	reader.cookies["mode"] = modeElder
	reader.open(shortPath(question.PublicCode())).wants(200, policy.FAQ[0].Q)
	reader.cookies["mode"] = modeStandard
	code := string(outreach.Target{Kind: outreach.Policy, Slug: living}.PublicCode())
	reader.open("/s/"+code[1:]+code[:1]).wants(404, "这个短码抄错了", "短码")
	reader.open("/s?code=" + code).wants(200)
	if reader.address != "/policies/"+living {
		t.Errorf("a typed code leads to %s", reader.address)
	}
	reader.open("/s/"+string(outreach.Target{Kind: outreach.Policy, Slug: "never"}.PublicCode())).wants(404, "没有找到这个短码")
	reader.open("/s").wants(200, "输入短码").keepsShape(t, "/s")
}

// TestMovedAndEnded renames a policy, ends another and removes a third: their codes
// still lead on, or say why not.
func TestMovedAndEnded(t *testing.T) {
	d := newDesk(t)
	director := d.staff(casework.Director, "shiqi")
	moved, ended, gone := director.shares("policy.policy-outreach"), director.shares("policy.minor-supplement"), director.shares("policy.joint-conference")
	public := outreach.Target{Kind: outreach.Policy, Slug: "policy-outreach"}.PublicCode()
	lib, err := content.Load(movedContent(t))
	if err != nil {
		t.Fatal(err)
	}
	old := d.server.content()
	d.server.content = func() *Content { return &Content{Library: lib, Bot: old.Bot, Search: old.Search} }
	reader := d.browser("reader")
	for _, code := range []outreach.Code{moved, public} {
		if reader.open(shortPath(code)).wants(200); reader.address != "/policies/village-talks" {
			t.Errorf("%s leads to %s", code, reader.address)
		}
	}
	reader.open(shortPath(gone)).wants(410, "这一页已经撤下了", "12345")
	reader.open(shortPath(ended)).wants(200, "这项政策已经结束", "现在看这一项", "12345")
	reader.keepsShape(t, shortPath(ended))
	scan := httptest.NewRequest("GET", shortPath(ended), nil)
	scan.Header.Set("User-Agent", "Mozilla/5.0 (iPhone) MicroMessenger/8.0")
	send(t, d.server, scan)
	director.open(visitsPath+visitsFile).wants(200, "分类救助金,"+string(ended)+",1")
	director.open(kitPath(ended, "")).wants(200, "请不要再宣传")
	director.open(kitPath(gone, "")).wants(404)
}

// movedContent is the real content after an editor's day.
func movedContent(t *testing.T) fs.FS {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, content.Embedded()); err != nil {
		t.Fatal(err)
	}
	edit := func(from, to string, changes ...string) {
		t.Helper()
		b, err := os.ReadFile(filepath.Join(dir, "policies", from))
		if err == nil {
			err = os.Remove(filepath.Join(dir, "policies", from))
		}
		if err == nil && to != "" {
			err = os.WriteFile(filepath.Join(dir, "policies", to), []byte(strings.NewReplacer(changes...).Replace(string(b))), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	edit("policy-outreach.md", "village-talks.md", "slug: policy-outreach", "slug: village-talks\nformerly: [policy-outreach]")
	edit("minor-supplement.md", "minor-supplement.md", "status: unconfirmed", "status: ended\nreplacedBy: left-behind-care", "status: in-force", "status: ended\nreplacedBy: left-behind-care")
	edit("joint-conference.md", "")
	return os.DirFS(dir)
}

// TestPitches: what is said of each thing fits, is whole and names no amount without its
// year.
func TestPitches(t *testing.T) {
	s := newTestServer(t, nil)
	lib := s.content().Library
	codes := map[outreach.Code]outreach.Target{}
	try := func(target outreach.Target) {
		if other, taken := codes[target.PublicCode()]; taken {
			t.Errorf("%s and %s have one code", target, other)
		}
		codes[target.PublicCode()] = target
		to, ok := s.goal(target)
		if !ok {
			t.Fatalf("%s leads nowhere", target)
		}
		for _, l := range languages {
			p := s.pitchOf(l, to, target.Kind)
			if width(p.Script) > scriptLasts || width(p.Script) < 40 || strings.Contains(p.Script, "${") {
				t.Errorf("%s in %s: a script of %d: %s", target, l.Code, width(p.Script), p.Script)
			}
			if chat := s.chatText(l, p, "https://huitong.example/s/abcdefg", "迎阳社区"); width(chat) > map[bool]int{true: 150, false: 300}[l.Han()] {
				t.Errorf("%s in %s: a message of %d: %s", target, l.Code, width(chat), chat)
			}
			for _, f := range p.Facts {
				if f.Text == "" || strings.Contains(f.Text, "元") && !strings.Contains(f.Text, "年") {
					t.Errorf("%s in %s: fact %v", target, l.Code, f)
				}
			}
			for _, voice := range voicesFor(p.Lang) {
				if said, ok := s.spoken(p.Slug, p.Part, voice); !ok || said != p.Script {
					t.Errorf("%s in %s: %s says %q; want %q", target, l.Code, voice, said, p.Script)
				}
			}
		}
	}
	for _, p := range lib.Policies {
		for _, target := range policyTargets(p) {
			try(target)
		}
	}
	for _, p := range lib.Help {
		try(outreach.Target{Kind: outreach.Help, Slug: p.Slug})
	}
}

// TestVisitsPage counts people, and neither programs nor the staff who try a link.
func TestVisitsPage(t *testing.T) {
	d := newDesk(t)
	director, other := d.staff(casework.Director, "shiqi"), d.staff(casework.Director, "xiaolan")
	code := director.shares("policy." + living)
	for _, agent := range []string{"Mozilla/5.0 (iPhone) MicroMessenger/8.0", "Mozilla/5.0 (Linux; Android)", "DingTalkBot-LinkService/1.0", ""} {
		req := httptest.NewRequest("GET", shortPath(code), nil)
		req.Header.Set("User-Agent", agent)
		send(t, d.server, req)
	}
	director.open(visitsPath+"?days=7").wants(200, "石岐街道迎阳社区", "基本生活补贴", "2026-11-23").lacks("小榄镇")
	if n := strings.Count(director.body, ">2<"); n != 3 {
		t.Errorf("2 visits stand in %d tables; want 3: %s", n, director.text())
	}
	director.open(visitsPath+visitsFile).wants(200, "2026-11-23,石岐街道,迎阳社区,基本生活补贴,"+string(code)+",2")
	other.open(visitsPath).wants(200, "小榄镇（含原东升）迎阳社区").lacks("石岐街道")
	director.keepsShape(t, visitsPath)
}
