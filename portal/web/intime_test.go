package web

import (
	"context"
	"fmt"
	"testing"
	"time"

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

// TestToldThatTheDatabaseIsFrozen applies meanwhile.
func TestToldThatTheDatabaseIsFrozen(t *testing.T) {
	asked := 0
	d := newDesk(t)
	b := d.begin("family")
	ice := frozen{t: t, within: answeredWithin, asked: &asked, Drafts: d.server.cases.Drafts, Files: d.server.cases.Files}
	d.server.cases.Drafts, d.server.cases.Files = ice, ice
	b.attach(chosen{doc("photo"), shot(t, 200)}).wants(503, "网站出了点问题", "12345")
	other := d.browser("other")
	other.open(applied).send(applied, map[string]string{"-start": "1"}).wants(503, "网站出了点问题", "已经保存的内容还在")
	if asked != 2 {
		t.Errorf("the database was asked %d times; want 2", asked)
	}
}
