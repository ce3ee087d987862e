package web

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"huitong/bot"
	"huitong/portal/apply"
	"huitong/portal/casework"
)

// frozen is a database that never answers: it looks how long it would be waited for.
type frozen struct {
	Questions
	Drafts
	Files
	t      *testing.T
	within time.Duration
	asked  *int
}

func (f frozen) wait(ctx context.Context) error {
	*f.asked++
	end, bounded := ctx.Deadline()
	if left := time.Until(end); !bounded || left > f.within {
		f.t.Errorf("waits %v (bounded: %t); want %v or less", left, bounded, f.within)
	}
	return fmt.Errorf("ask the database: %w", context.DeadlineExceeded)
}

func (f frozen) Paused(ctx context.Context, _ casework.Part) (string, error) { return "", f.wait(ctx) }

func (f frozen) KeepUnanswered(ctx context.Context, _ casework.Unanswered) error { return f.wait(ctx) }

func (f frozen) CreateDraft(ctx context.Context, _, _ string) (*apply.Application, apply.Token, error) {
	return nil, "", f.wait(ctx)
}

func (f frozen) AddFile(ctx context.Context, _ apply.Reference, _ apply.NewFile) (apply.File, error) {
	return apply.File{}, f.wait(ctx)
}

// TestAnswersWhileTheDatabaseIsFrozen asks the bot, which needs no database to answer.
func TestAnswersWhileTheDatabaseIsFrozen(t *testing.T) {
	asked := 0
	s := newTestServer(t, func(c *Config) {
		c.Cases.Questions = frozen{t: t, within: asideLasts, asked: &asked}
	})
	for _, question := range []string{"孤儿每月多少钱", "火星上的天气怎么样"} {
		b := &browser{desk: &desk{t: t, server: s}, cookies: map[string]string{}}
		b.open("/ask").send("/ask", map[string]string{"question": question}).wants(200)
	}
	if asked < 2 {
		t.Errorf("the database was asked %d times", asked)
	}
}

// learningBot has not learnt yet: nobody who asks it waits long enough.
type learningBot struct {
	t     *testing.T
	asked *int
}

func (b learningBot) Ask(ctx context.Context, _ bot.Question) (bot.Reply, error) {
	*b.asked++
	if end, bounded := ctx.Deadline(); !bounded || time.Until(end) <= answeredWithin {
		b.t.Errorf("it may take until %v (bounded: %t); want longer than other requests", end, bounded)
	}
	return bot.Reply{}, fmt.Errorf("wait for the bot: %w", context.DeadlineExceeded)
}

func (b learningBot) Alarming(context.Context, bot.Question) (bool, error) {
	return false, fmt.Errorf("wait for the bot: %w", context.DeadlineExceeded)
}

// TestAskedWhileTheBotLearns gets the question back with what to do about it, never an
// error, and in danger whom to call.
func TestAskedWhileTheBotLearns(t *testing.T) {
	asked := 0
	current := *testContent(t)
	current.Bot = learningBot{t, &asked}
	s := newTestServer(t, func(c *Config) { c.Content = func() *Content { return &current } })
	b := &browser{desk: &desk{t: t, server: s}, cookies: map[string]string{}}
	b.open("/ask").send("/ask", map[string]string{"question": "孤儿每月多少钱"})
	b.wants(200, "还没准备好", "孤儿每月多少钱", "马上打110报警", "打12345")
	req := httptest.NewRequest("POST", "/api/v1/ask", strings.NewReader(`{"question": "孤儿每月多少钱"}`))
	req.Header.Set("Content-Type", "application/json")
	resp, body := send(t, s, req)
	if resp.StatusCode != 504 || resp.Header.Get("Retry-After") == "" || !strings.Contains(body, `"error":"learning"`) {
		t.Errorf("a program is told %d %s", resp.StatusCode, body)
	}
	if asked != 2 {
		t.Errorf("the bot was asked %d times; want 2", asked)
	}
}

// TestToldThatTheDatabaseIsFrozen applies meanwhile.
func TestToldThatTheDatabaseIsFrozen(t *testing.T) {
	asked := 0
	d := newDesk(t)
	b := d.begin("family")
	ice := frozen{t: t, within: answeredWithin, asked: &asked, Drafts: d.server.cases.Drafts, Files: d.server.cases.Files}
	d.server.cases.Drafts, d.server.cases.Files = ice, ice
	b.attach(chosen{doc("photo"), shot(t, 200)}).wants(504, "网站出了点问题", "12345")
	other := d.browser("other")
	other.open(applied).send(applied, map[string]string{"-start": "1"}).wants(504, "网站出了点问题", "已经保存的内容还在")
	if asked != 2 {
		t.Errorf("the database was asked %d times; want 2", asked)
	}
}

// TestTimeOfUploads waits for its turn to be cleaned longer than the store may take, and
// still leaves the store what it may take.
func TestTimeOfUploads(t *testing.T) {
	s := newTestServer(t, nil)
	s.app = fiber.New(fiber.Config{ErrorHandler: s.fail})
	s.app.Get("/", s.inTime, func(c *fiber.Ctx) error {
		if _, bounded := wholeTime(c).Deadline(); bounded {
			t.Error("what has bounds of its own is bounded twice")
		}
		first := c.UserContext()
		s.renewTime(c)
		if first.Err() == nil || c.UserContext().Err() != nil {
			t.Errorf("before: %v, then: %v; want the new time alone", first.Err(), c.UserContext().Err())
		}
		if end, ok := c.UserContext().Deadline(); !ok || time.Until(end) > answeredWithin {
			t.Errorf("until %v, %t", end, ok)
		}
		return nil
	})
	send(t, s, httptest.NewRequest("GET", "/", nil))
}

// fullDisk keeps no file.
type fullDisk struct{ Files }

func (fullDisk) AddFile(context.Context, apply.Reference, apply.NewFile) (apply.File, error) {
	return apply.File{}, fmt.Errorf("add file: %w", errors.Join(apply.ErrNotKept, syscall.ENOSPC))
}

// TestToldThatTheDiskIsFull sends a photo that cannot be kept: the family stays where it
// is, with its ticks, and may bring the photo on paper.
func TestToldThatTheDiskIsFull(t *testing.T) {
	d := newDesk(t)
	b := d.begin("family")
	files := d.server.cases.Files
	d.server.cases.Files = fullDisk{files}
	address := strings.TrimSuffix(b.address, "?to=review")
	b.post(address, b.others(), chosen{doc("household-register"), shot(t, 200)})
	b.wants(422, "网站这会儿收不了照片", "到镇街窗口交纸质的")
	if got := b.form(address)["paper"]; len(got) != 4 {
		t.Errorf("ticks = %v; want the four that were sent", got)
	}
	if !strings.Contains(d.log.String(), "no space left") {
		t.Error("whoever runs the site is not told")
	}
	d.server.cases.Files = files
	b.onPaper().wants(200, "核对并提交")
}
