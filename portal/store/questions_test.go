package store_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

func TestUnanswered(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		began := f.config.Now()
		keep := func(text string, place casework.Place, lang string) {
			t.Helper()
			f.clock.advance(time.Minute)
			if err := f.KeepUnanswered(ctx, casework.Unanswered{Text: text, Place: place, Lang: lang}); err != nil {
				t.Fatal(err)
			}
		}
		keep("宠物补贴", casework.InSearch, "zh-Hans")
		keep("Pet allowance 13800138000", casework.InSearch, "en")
		keep("宠物补贴", casework.InChat, "zh-Hans")
		keep(" 宠物补贴 ", casework.InSearch, "zh-Hans")
		keep("pet ALLOWANCE 13900139000", casework.InSearch, "en")
		keep("宠物补贴", casework.InSearch, "zh-Hans")
		keep("  ", casework.InSearch, "zh-Hans")
		officer := f.officer(t)
		got, err := f.Unanswered(ctx, officer.Actor())
		if err != nil {
			t.Fatal(err)
		}
		at := func(minutes int) time.Time { return began.Add(time.Duration(minutes) * time.Minute) }
		want := []casework.Unanswered{
			{Text: "宠物补贴", Place: casework.InSearch, Lang: "zh-Hans", Count: 3, First: at(1), Last: at(6)},
			{Text: "Pet allowance ***", Place: casework.InSearch, Lang: "en", Count: 2, First: at(2), Last: at(5)},
			{Text: "宠物补贴", Place: casework.InChat, Lang: "zh-Hans", Count: 1, First: at(3), Last: at(3)},
		}
		for i := range got {
			got[i].ID, want[i].Since = "", want[i].First
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if audited := f.audited(t); audited[len(audited)-1] != "2 staff read-questions" {
			t.Errorf("audit = %v; want the reading at its end", audited)
		}
		var text []byte
		if err := f.raw.QueryRow(`SELECT text FROM unanswered LIMIT 1`).Scan(&text); err != nil || bytes.Contains(text, []byte("宠物")) {
			t.Errorf("text is stored as %q, %v; want it sealed", text, err)
		}
		f.clock.advance(casework.QuestionsLast + time.Hour)
		if err := f.Prune(ctx); err != nil {
			t.Fatal(err)
		}
		if got, err := f.Unanswered(ctx, apply.Actor{}); err != nil || len(got) != 0 {
			t.Errorf("after a year: %v, %v; want nothing", got, err)
		}
	})
}

// TestUnansweredIsBounded fills the table; what is there already goes on counting.
func TestUnansweredIsBounded(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		if _, err := f.raw.Exec(fmt.Sprintf(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
			INSERT INTO unanswered (id, key, place, lang, text, count, first_at, last_at) SELECT 'x' || i, 'k' || i, 'search', 'en', '', 1, 0, 0 FROM n`, casework.MaxQuestions-1)); err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{"a", "b", "a"} {
			if err := f.KeepUnanswered(ctx, casework.Unanswered{Text: text, Place: casework.InSearch, Lang: "en"}); err != nil {
				t.Fatal(err)
			}
		}
		var rows, most int
		if err := f.raw.QueryRow(`SELECT COUNT(*), MAX(count) FROM unanswered`).Scan(&rows, &most); err != nil {
			t.Fatal(err)
		}
		if rows != casework.MaxQuestions || most != 2 {
			t.Errorf("%d rows, most counted %d; want %d and 2", rows, most, casework.MaxQuestions)
		}
	})
}

func TestPause(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		officer := f.officer(t)
		for _, reason := range []string{"正在核对金额", "还在核对", ""} {
			if err := f.Pause(ctx, officer.Actor(), casework.Chat, reason); err != nil {
				t.Fatal(err)
			}
			if got, err := f.Paused(ctx, casework.Chat); err != nil || got != reason {
				t.Errorf("paused = %q, %v; want %q", got, err, reason)
			}
		}
		var details string
		if err := f.raw.QueryRow(`SELECT MAX(detail) FROM audit WHERE action = 'pause-part' AND detail LIKE '%还在核对%'`).Scan(&details); err != nil || details != "chat off 还在核对" {
			t.Errorf("audit says %q, %v; want what visitors read", details, err)
		}
		if audited := f.audited(t); audited[len(audited)-1] != "4 staff pause-part" {
			t.Errorf("audit = %v; want the switch at its end", audited)
		}
	})
}
