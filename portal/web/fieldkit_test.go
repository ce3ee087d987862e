package web

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"huitong/portal/casework"
	"huitong/portal/vault"
)

// fieldDevice is a phone of a director, as the scripts make it one.
type fieldDevice struct {
	*browser
	id     string
	public []byte
}

func (b *browser) becomesDevice() fieldDevice {
	b.t.Helper()
	b.do("POST", fieldPath+"/device", url.Values{"_csrf": {b.cookies["csrf"]}})
	var made struct{ ID, Public string }
	if err := json.Unmarshal([]byte(b.body), &made); err != nil {
		b.t.Fatalf("device: %v in %s", err, b.body)
	}
	public, err := base64.StdEncoding.DecodeString(made.Public)
	if err != nil {
		b.t.Fatal(err)
	}
	return fieldDevice{b, made.ID, public}
}

func (d fieldDevice) box(kind, key, body string) string {
	d.t.Helper()
	box, err := vault.CloseBox(rand.Reader, d.public, []byte(body), casework.Boxed{Device: d.id, Key: key, Kind: kind}.Bound())
	if err != nil {
		d.t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(box)
}

func (d fieldDevice) sendBox(kind, key, box string) (out fieldAnswer) {
	d.t.Helper()
	d.do("POST", fieldPath+"/send", url.Values{"_csrf": {d.cookies["csrf"]}, "device": {d.id}, "key": {key}, "kind": {kind}, "box": {box}})
	if d.status == 200 {
		if err := json.Unmarshal([]byte(d.body), &out); err != nil {
			d.t.Fatalf("answer: %v in %s", err, d.body)
		}
	}
	return out
}

const (
	talkKey  = "11111111-1111-4111-8111-111111111111"
	typedKey = "22222222-2222-4222-8222-222222222222"
	typedToo = `{"policy":"basic-living-allowance","lang":"zh-Hans","consent":{"relation":"grandparent-paternal","means":"in-person","notice":"2026-11-29","at":"2026-11-20T02:00:00Z"},"answers":{"child_name":"金丝雀","child_id":"1","made_up":"x"}}`
)

// TestFieldSend sends what was finished on a phone, some of it more than once.
func TestFieldSend(t *testing.T) {
	desk := newDesk(t)
	director := desk.staff(casework.Director, "shiqi")
	director.open(fieldPath).wants(200, "下乡离线包", "打开离线包").open(fieldKitPath).wants(200, "打不开离线包")
	if body := director.body; strings.Contains(body, "迎阳") || strings.Contains(body, "测试员") {
		t.Error("the page that browsers keep names the director")
	}
	code := director.shares("policy." + living)
	director.open(fieldPath).open(fieldPath+"/kit").wants(200, "基本生活补贴", "迎阳社区", `"link":"http://localhost:8080`+shortPath(code)+`","rows":["0000`, `"script":"各位家长好，说说基本生活补贴`, `"chat":"【基本生活补贴】`, "问迎阳社区的儿童主任")
	d := director.becomesDevice()

	typed := d.box("typed", typedKey, typedToo)
	first := d.sendBox("typed", typedKey, typed)
	if first.State != "attention" || !strings.Contains(first.Words, "申请编号") || !strings.HasPrefix(first.Path, "/staff/assist/") {
		t.Errorf("first answer = %+v; want a draft in which something is open", first)
	}
	for _, again := range []string{typed, d.box("typed", typedKey, typedToo)} {
		if got := d.sendBox("typed", typedKey, again); got.Path != first.Path || got.Words != first.Words {
			t.Errorf("sent again = %+v; want the same answer, %+v", got, first)
		}
	}
	if got := director.open(first.Path + "/child").form(first.Path + "/child").Get("child_name"); got != "金丝雀" {
		t.Errorf("the name in the draft is %q; want what was typed", got)
	}
	if n := strings.Count(director.open("/staff/assist").body, `href="/staff/assist/2`); n != 1 {
		t.Errorf("%d applications; want 1", n)
	}
	other := strings.Replace(typedToo, "金丝雀", "百灵鸟", 1)
	if got := d.sendBox("typed", typedKey, d.box("typed", typedKey, other)); got.State != "refused" || !strings.Contains(string(got.Body), "百灵鸟") {
		t.Errorf("another body under the key = %+v; want it refused and given back", got)
	}
	none := strings.Replace(typedToo, `"means":"in-person"`, `"means":""`, 1)
	if got := d.sendBox("typed", talkKey, d.box("typed", talkKey, none)); got.State != "refused" || !strings.Contains(string(got.Body), "金丝雀") {
		t.Errorf("without consent = %+v; want it refused and given back", got)
	}

	talk := `{"village":"迎阳社区","marks":{"basic-living-allowance":"wants"},"with":"` + typedKey + `","consent":{"relation":"grandparent-paternal","means":"in-person","notice":"2026-11-29"}}`
	for range 2 {
		if got := d.sendBox("talk", talkKey, d.box("talk", talkKey, talk)); got.State != "done" || !strings.Contains(got.Path, "kept=1") {
			t.Errorf("a talk with consent = %+v", got)
		}
	}
	director.open(talksPath).wants(200, "一共讲了1户次")

	for name, send := range map[string]func(){
		"a box for something else": func() { d.sendBox("typed", talkKey, typed) },
		"a kind of nobody's":       func() { d.sendBox("photo", talkKey, d.box("photo", talkKey, "{}")) },
		"no box":                   func() { d.sendBox("talk", talkKey, "?") },
	} {
		if send(); director.status != 400 {
			t.Errorf("%s: %d; want 400", name, director.status)
		}
	}
	stranger := fieldDevice{desk.staff(casework.Director, "xiaolan"), d.id, d.public}
	stranger.open("/staff")
	if stranger.sendBox("typed", typedKey, typed); stranger.status != 404 {
		t.Errorf("another director with this phone's number: %d; want 404", stranger.status)
	}
}

// TestFieldDeviceEnds signs out: the phone is no longer known, and the browser forgets
// what it kept.
func TestFieldDeviceEnds(t *testing.T) {
	desk := newDesk(t)
	director := desk.staff(casework.Director, "shiqi")
	director.open(fieldPath)
	d := director.becomesDevice()
	for _, tt := range []struct {
		name  string
		known bool
		do    func() error
	}{
		{"set up", true, func() error { return nil }},
		{"signed out", false, func() error { director.send("/staff/sign-out", nil); return nil }},
	} {
		director.open(fieldPath)
		if err := tt.do(); err != nil {
			t.Fatal(err)
		}
		if got, err := desk.store.DeviceKnown(t.Context(), d.id); err != nil || got != tt.known {
			t.Errorf("%s: known %v, %v; want %v", tt.name, got, err, tt.known)
		}
	}
}
