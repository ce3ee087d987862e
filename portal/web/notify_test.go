package web

import (
	"slices"
	"strings"
	"testing"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

func newNotifyDesk(t *testing.T, channels ...apply.Channel) *desk {
	t.Helper()
	d := newDesk(t)
	d.server = newTestServer(t, func(c *Config) {
		c.Cases, c.Now, c.Channels = CasesOf(d.store), func() time.Time { return d.now }, channels
	})
	return d
}

// TestMessagesComeOneThingAPage asks for messages in elder mode: each page asks for one
// thing and says what is wrong with it, going back keeps all, and nothing is kept before
// the consent.
func TestMessagesComeOneThingAPage(t *testing.T) {
	d := newNotifyDesk(t, apply.SMS, apply.Email)
	b := d.fill("family").submit()
	b.cookies["mode"] = modeElder
	step := func(change map[string]string) *browser { return b.send("/track/notify", change) }
	b.open("/track/notify").wants(200, "怎么收", "可以不填").lacks("手机号码或邮箱", "要收什么", "单独同意")
	step(nil).wants(422, "有1处要改一改", "怎么收：请选一项")
	step(map[string]string{"channel": "email"}).wants(200, "手机号码或邮箱").lacks("怎么收", "要收什么", "要改一改")
	step(map[string]string{"address": "画眉鸟"}).wants(422, "手机号码或邮箱：", "不像一个邮箱").lacks("要收什么")
	step(map[string]string{"address": "canary@example.org"}).wants(200, "要收什么").lacks("单独同意")
	step(nil).wants(422, "请至少选一样")
	step(map[string]string{"-back": "1"}).wants(200, "手机号码或邮箱").lacks("要改一改")
	if got := b.form("/track/notify").Get("address"); got != "canary@example.org" {
		t.Errorf("one step back the address is %q", got)
	}
	step(nil).wants(200, "要收什么")
	step(map[string]string{"changes": "1"}).wants(200, "单独同意").lacks("已经保存")
	step(nil).wants(422, "请先勾选同意")
	if got := b.open("/track/notify").wants(200, "怎么收").form("/track/notify"); got.Has("changes") || got.Get("address") != "" {
		t.Errorf("kept without consent: %v", got)
	}
	step(map[string]string{"channel": "email"})
	step(map[string]string{"address": "canary@example.org"})
	step(map[string]string{"changes": "1"})
	step(map[string]string{"consent": messagesNotice}).wants(200, "已经保存", "c***@example.org")
	if got := b.form("/track/notify"); got.Get("changes") != "1" {
		t.Errorf("what was chosen does not go along: %v", got)
	}
	b.open("/track/data").send("/track/data", nil).wants(200, `"channel": "email"`, "canary@example.org")
}

func TestMessages(t *testing.T) {
	d := newNotifyDesk(t, apply.SMS, apply.Email)
	b := d.fill("family").submit()
	number, code := b.pass()
	b.open("/track/status").wants(200, "用短信或邮件告诉我")
	b.open("/track/notify").wants(200, "可以不填", "单独同意").lacks("只管这一份申请")
	if form := b.form("/track/notify"); form.Has("changes") || form.Has("pass") || form.Has("consent") {
		t.Errorf("ticked before the family ticked it: %v", form)
	}
	b.send("/track/notify", nil).wants(422, "有4处要改一改", "请至少选一样", "请选一项", "请先勾选同意")
	const address = "canary@example.org"
	good := map[string]string{"channel": "email", "address": address, "changes": "1", "consent": messagesNotice}
	b.send("/track/notify", map[string]string{"channel": "sms", "address": "0760-88888888", "consent": messagesNotice}).wants(422, "请填内地手机号码")
	b.send("/track/notify", map[string]string{"channel": "email", "address": "画眉鸟", "consent": messagesNotice}).wants(422, "不像一个邮箱")
	if got := b.form("/track/notify").Get("address"); got != "画眉鸟" {
		t.Errorf("what was typed came back as %q", got)
	}
	nothing := b.form("/track/notify")
	for name, value := range good {
		nothing.Set(name, value)
	}
	nothing.Del("changes")
	b.do("POST", "/track/notify", nothing)
	b.wants(422, "请至少选一样")
	b.open("/track/notify").send("/track/notify", good).wants(200, "已经保存", "c***@example.org").lacks(address)
	if notes, err := d.store.TakeNotes(t.Context(), 10); err != nil || len(notes) != 0 {
		t.Errorf("notes = %v, %v; want none, since no code was asked for", notes, err)
	}
	if !b.open("/track/notify").form("/track/notify").Has("changes") {
		t.Error("what was chosen is not ticked any more")
	}
	b.open("/track/data").send("/track/data", nil).wants(200, `"channel": "email"`, address)
	b.open("/track/notify")
	good["pass"] = "1"
	b.send("/track/notify", good).wants(200, "已经保存")
	notes, err := d.store.TakeNotes(t.Context(), 10)
	if err != nil || len(notes) != 1 || notes[0].Code.Grouped() != code || notes[0].Reference.Grouped() != number {
		t.Fatalf("notes = %v, %v; want number and code", notes, err)
	}
	if err := d.store.SettleNote(t.Context(), notes[0], false, true); err != nil {
		t.Fatal(err)
	}
	path := "/staff/applications/" + ungrouped(number)
	d.staff(casework.Officer, "").open(path).wants(200, "消息没有送到家里").lacks(address)
	b.open("/track/notify").send("/track/notify/stop", nil).wants(200, "可以不填").lacks("c***@example.org", "现在发到哪里")
	d.browser("nobody").open("/track/notify").wants(200, "查进度")
	if log := d.log.String(); strings.Contains(log, "canary") {
		t.Error("the log holds an address")
	}
}

func TestMessagesAreNotOfferedWithoutAChannel(t *testing.T) {
	d := newDesk(t)
	b := d.fill("family").submit()
	b.open("/track/status").wants(200).lacks("/track/notify")
	b.open("/track/notify").wants(404)
}

func TestOneChannelIsNotAsked(t *testing.T) {
	d := newNotifyDesk(t, apply.SMS)
	b := d.fill("family")
	b.open("/track/notify").wants(200, "一直没提交的，也会提醒您").lacks(`name="channel"`)
	b.send("/track/notify", map[string]string{"address": "+86 138 0013 8000", "changes": "1", "consent": messagesNotice}).wants(200, "*******8000")
}

// A household is told how far its wish reaches: one application, or all of them with
// those that come later, until it stops.
func TestMessagesOfAHousehold(t *testing.T) {
	d := newNotifyDesk(t, apply.SMS)
	b := d.household("family")
	mine := map[string]string{"address": "13800138000", "changes": "1", "consent": messagesNotice}
	for _, path := range []string{applied, relief} {
		b.open(path + "/child?child=1").wants(200)
		b.open("/track/notify").wants(200, "只管这一份").lacks("*******8000")
		if b.form("/track/notify").Has("household") {
			t.Error("ticked before the family ticked it")
		}
		if links := b.links(); !slices.Contains(links, "/household") {
			t.Errorf("no link leads to the others: %v", links)
		}
		b.send("/track/notify", mine).wants(200, "*******8000", "这里只管这一份申请").lacks("全部停止")
	}
	mine["household"], mine["address"] = "1", "13800138999"
	b.open("/household").wants(200, "用短信或邮件告诉我").open("/track/notify").send("/track/notify", mine).wants(200, "*******8999", "全部停止")
	b.together("new", "basic-living-allowance")
	pages := []string{applied + "/child?child=1", relief + "/child?child=1", applied + "/child?child=2"}
	for _, path := range pages {
		b.open(path).open("/track/notify").wants(200, "*******8999", "全部停止")
	}
	b.open(pages[1]).open("/track/notify").send("/track/notify/stop", nil).wants(200)
	for _, path := range pages {
		b.open(path).open("/track/notify").wants(200, "可以不填").lacks("*******8999")
	}
}

func TestMessagePagesInEveryMode(t *testing.T) {
	d := newNotifyDesk(t, apply.SMS, apply.Email)
	b := d.fill("family").submit()
	b.open("/track/notify").send("/track/notify", map[string]string{"channel": "sms", "address": "13800138000", "changes": "1", "consent": messagesNotice}).wants(200)
	for _, l := range languages {
		for _, mode := range modes {
			b.cookies["mode"] = mode
			b.open(l.path("/track/notify")).wants(200)
			checkPageShape(t, b.doc, l, mode)
			if mode == modeElder { // asks for the way first, on a page of its own
				b.send(l.path("/track/notify"), nil).wants(200)
			}
			b.send(l.path("/track/notify"), map[string]string{"address": ""}).wants(422)
			checkPageShape(t, b.doc, l, mode)
		}
	}
}
