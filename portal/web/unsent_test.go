package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"huitong/portal/apply"
)

// full is a store whose disk is full, or whose server is away, while it is down.
type full struct {
	Drafts
	down, blind bool // nothing can be written; nothing read either
}

var errFull = errors.New("no room")

func (f *full) SaveAnswers(ctx context.Context, ref apply.Reference, version int, answers apply.Answers) (*apply.Application, error) {
	if f.down {
		return nil, fmt.Errorf("save answers: %w", errFull)
	}
	return f.Drafts.SaveAnswers(ctx, ref, version, answers)
}

func (f *full) ApplicationByDraftToken(ctx context.Context, token apply.Token) (*apply.Application, error) {
	if f.blind {
		return nil, fmt.Errorf("find the draft: %w", errFull)
	}
	return f.Drafts.ApplicationByDraftToken(ctx, token)
}

func (f *full) Submit(ctx context.Context, sub apply.Submission) (*apply.Application, error) {
	if f.down {
		return nil, fmt.Errorf("submit: %w", errFull)
	}
	return f.Drafts.Submit(ctx, sub)
}

// fills lets the disk of a desk's store fill up.
func (d *desk) fills() *full {
	f := &full{}
	now := d.server.now
	d.server = newTestServer(d.t, func(c *Config) {
		c.Cases, c.Now = CasesOf(d.store), now
		f.Drafts, c.Cases.Drafts = c.Cases.Drafts, f
	})
	return f
}

// TestUnsavedPageIsGivenBack saves pages of the form while the database has no room, or is
// away: nothing typed is lost, and what is sent once more is there.
func TestUnsavedPageIsGivenBack(t *testing.T) {
	for _, mode := range modes {
		for name, blind := range map[string]bool{"full": false, "away": true} {
			t.Run(mode+" "+name, func(t *testing.T) {
				d := newDesk(t)
				f := d.fills()
				b := d.browser("family")
				b.open(applied).send(applied, map[string]string{"-start": "1"})
				b.cookies["mode"] = mode
				page := applied + "/child"
				if mode == modeElder {
					page += "/child_name"
				}
				form := b.open(page).form(page)
				form.Set("child_name", "金丝雀")
				if mode != modeElder { // which asks one question a page
					form.Set("child_id", validID("44200020170302002"))
					form.Set("hukou", "zhongshan")
				}
				f.down, f.blind = true, blind
				b.do("POST", page, form)
				b.wants(500, "网站出了点问题", "刚才这一页还没有存上", "金丝雀").lacks("回到刚才那一页") // an empty one
				b.do("POST", page, b.form(page))
				b.wants(500, "金丝雀")
				again := b.form(page)
				f.down, f.blind = false, false
				b.do("POST", page, again)
				b.wants(200).lacks("没有存上")
				if got := b.application().Answers["child_name"]; got != "金丝雀" {
					t.Errorf("kept: %q", got)
				}
			})
		}
	}
}

// TestUnsentHandingIn hands in while the database has no room: no receipt is shown, and one
// press hands it in once there is room.
func TestUnsentHandingIn(t *testing.T) {
	d := newDesk(t)
	f := d.fills()
	b := d.fill("family").readOver()
	f.down = true
	b.send(applied+"/review", map[string]string{"consent": noticeVersion}).wants(500, "没有存上").lacks("已经提交成功")
	b.open("/track/status").wants(200, "还没有提交")
	b.open(applied + "/review")
	b.send(applied+"/review", map[string]string{"consent": noticeVersion}).wants(500)
	f.down = false
	b.send(applied+"/review", nil).wants(200, "已经提交成功")
}

// TestUnsentHidesSecrets holds that neither a password nor a code comes back on a page.
func TestUnsentHidesSecrets(t *testing.T) {
	d := newDesk(t)
	f := d.fills()
	b := d.browser("family")
	b.open(applied).send(applied, map[string]string{"-start": "1"})
	f.down = true
	for _, field := range []string{"password", "new", "code", formCode} {
		b.open(applied+"/child").send(applied+"/child", map[string]string{"child_name": "金丝雀", field: "geheim"})
		b.wants(500).lacks("geheim", "没有存上")
	}
}

// TestUnsentOfAnotherSite holds that a form of another site does not come back on ours.
func TestUnsentOfAnotherSite(t *testing.T) {
	d := newDesk(t)
	f := d.fills()
	b := d.browser("family")
	b.open(applied).send(applied, map[string]string{"-start": "1"})
	f.down, f.blind = true, true
	for site, want := range map[string]bool{"same-origin": true, "cross-site": false} {
		req := httptest.NewRequest("POST", applied+"/child", strings.NewReader("child_name=金丝雀"))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", site)
		for name, value := range b.cookies {
			req.AddCookie(&http.Cookie{Name: name, Value: value})
		}
		if _, body := send(t, d.server, req); strings.Contains(body, "金丝雀") != want {
			t.Errorf("%s: given back %t; want %t", site, !want, want)
		}
	}
}
