package outreach

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
)

// book counts as the database does; while it is shut it saves and says that it failed,
// or saves nothing.
type book struct {
	mu         sync.Mutex
	batches    map[string]bool
	visits     map[Visit]int64
	numbers    int
	shut, deaf bool
}

// NewBatchID implements Ledger.
func (b *book) NewBatchID() (string, error) { b.numbers++; return fmt.Sprint(b.numbers), nil }

// CountVisits implements Ledger.
func (b *book) CountVisits(_ context.Context, all Batch) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.shut || b.deaf {
		if !b.batches[all.ID] {
			for v, n := range all.Visits {
				b.visits[v] += n
			}
		}
		b.batches[all.ID] = true
	}
	if b.shut {
		return errors.New("no answer")
	}
	return nil
}

func (b *book) set(shut, deaf bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.shut, b.deaf = shut, deaf
}

func TestCounter(t *testing.T) {
	for name, deaf := range map[string]bool{"nothing was saved": false, "only the answer was lost": true} {
		b := &book{batches: map[string]bool{}, visits: map[Visit]int64{}}
		c := NewCounter(b)
		v := Visit{"222222", 1}
		ended, stop := context.WithCancel(t.Context())
		stop()
		b.set(true, deaf)
		for range HeldAtMost {
			_ = c.Count(ended, v)
		}
		if err := c.Count(ended, v); !errors.Is(err, ErrFull) {
			t.Errorf("%s: one more: %v; want %v", name, err, ErrFull)
		}
		b.set(false, false)
		for err := ErrFull; errors.Is(err, ErrFull); { // until what was held is saved
			err = c.Count(t.Context(), v)
		}
		var wait sync.WaitGroup
		for range 64 {
			wait.Go(func() {
				for range 10 {
					if err := c.Count(t.Context(), v); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wait.Wait()
		if got, want := b.visits[v], int64(HeldAtMost+1+640); got != want {
			t.Errorf("%s: %d visits; want %d", name, got, want)
		}
	}
}

func TestCounts(t *testing.T) {
	wechat := "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36 XWEB/1260117 MicroMessenger/8.0.50 NetType/WIFI Language/zh_CN"
	good := []Request{{Agent: wechat}, {Agent: "Mozilla/5.0 (iPhone) AppleWebKit/605 Safari/604.1", Mode: "navigate"}, {Agent: "Mozilla/5.0 (Linux; Android) DingTalk/7.5 Cubot"}, {Agent: "Mozilla/5.0 Lark/7.1 Mobile"}}
	for _, r := range good {
		if r.Method = "GET"; !r.Counts() {
			t.Errorf("%+v is no visit", r)
		}
	}
	for _, r := range []Request{
		{Method: "HEAD", Agent: wechat}, {Method: "GET"}, {Method: "GET", Agent: wechat, Purpose: "prefetch;prerender"}, {Method: "GET", Agent: wechat, Purpose: "preview"},
		{Method: "GET", Agent: wechat, Mode: "no-cors"}, {Method: "GET", Agent: wechat, Staff: true},
		{Method: "GET", Agent: "DingTalkBot-LinkService/1.0 (+https://open-doc.dingtalk.com)"}, {Method: "GET", Agent: "Mozilla/5.0 LarkUrl2Meta/1.0"},
		{Method: "GET", Agent: "TelegramBot (like TwitterBot)"}, {Method: "GET", Agent: "Mozilla/5.0 (compatible; Baiduspider/2.0)"}, {Method: "GET", Agent: "curl/8.1"},
		{Method: "GET", Agent: "Mozilla/5.0 (Linux; U; Android 4.4.2; zh-cn) AppleWebKit/537.36 Version/4.0 MQQBrowser/5.0 QQ-URL-Manager Mobile Safari/537.36"}, {Method: "GET", Agent: "Mozilla/5.0 HeadlessChrome/126"},
	} {
		if r.Counts() {
			t.Errorf("%+v is a visit", r)
		}
	}
}
