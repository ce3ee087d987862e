package demo

import (
	"crypto/rand"
	mrand "math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"huitong/content"
	"huitong/portal/apply"
	"huitong/portal/casework"
	"huitong/portal/intake"
	"huitong/portal/store"
	"huitong/portal/store/storetest"
	"huitong/portal/vault"
)

// storyEnds is when the stories of these tests end.
var storyEnds = time.Date(2026, 11, 27, 3, 0, 0, 0, time.UTC)

// library is the content, read once for all tests.
var library = sync.OnceValues(func() (*content.Library, error) { return content.Load(content.Embedded()) })

// tell fills an empty store with a small city.
func tell(t *testing.T, seed uint64, cases int) (*store.Store, []Login) {
	t.Helper()
	lib, err := library()
	if err != nil {
		t.Fatal(err)
	}
	return tellOf(t, lib, seed, cases)
}

// tellOf does so for other content.
func tellOf(t *testing.T, lib *content.Library, seed uint64, cases int) (*store.Store, []Login) {
	t.Helper()
	dir, clock := t.TempDir(), NewClock(storyEnds)
	if err := storetest.WriteEmpty(filepath.Join(dir, "demo.db")); err != nil {
		t.Fatal(err)
	}
	keys, err := vault.Open(filepath.Join(dir, "secrets.json"), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	bucket, err := vault.OpenDirectory(filepath.Join(dir, "uploads"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = bucket.Close() })
	s, err := store.Open(t.Context(), store.Config{
		Path: filepath.Join(dir, "demo.db"), Vault: keys, Now: clock.Now, Disposable: true, Files: vault.OpenFiles(bucket, keys, intake.MaxSize),
		Rand: mrand.NewChaCha8([32]byte{byte(seed)}), Passwords: casework.PasswordCost{Memory: 8, Time: 1, Threads: 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	logins, err := Fill(t.Context(), Config{
		Store: s, Clock: clock, Library: lib, Seed: seed, Until: storyEnds, Villages: 24, Supervisors: len(lib.Places), Cases: cases,
		Password: func(r casework.Role) string { return "password of a " + string(r) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return s, logins
}

// TestDemo fills a small city: it has every kind of case in every state that the rules of
// the content allow, everybody can sign in, and the audit is whole.
func TestDemo(t *testing.T) {
	data, logins := tell(t, 7, 300)
	officer := userOf(t, data, "officer-1")
	for _, s := range apply.States() {
		if s == apply.Proposed {
			continue // no policy of the content wants a second officer
		}
		page, err := data.Applications(t.Context(), officer.Actor(), casework.Query{State: s, Limit: 1})
		if s != apply.Draft && (err != nil || len(page.Applications) == 0) {
			t.Errorf("no application is %s: %v", s, err)
		}
	}
	for _, s := range casework.ReportStates() {
		if page, err := data.Reports(t.Context(), officer.Actor(), casework.ReportQuery{State: s}); err != nil || len(page.Reports) == 0 {
			t.Errorf("no report is %s: %v", s, err)
		}
	}
	checkChildren(t, data, officer)
	checkRest(t, data, officer)
	if r, err := data.VerifyAudit(t.Context()); err != nil || len(r.Faults) > 0 || r.Number < 2000 || r.Seals == 0 {
		t.Errorf("audit: %+v, %v; want some thousand lines, sealed, and nothing wrong", r, err)
	}
	for _, l := range logins {
		one := casework.Attempt{Login: l.Logins[0], Password: "password of a " + string(l.Role), Client: "192.0.2.1"}
		if _, _, err := data.SignIn(t.Context(), one); err != nil {
			t.Errorf("%s does not sign in: %v", one.Login, err)
		}
	}
	if len(logins) != len(casework.Roles()) {
		t.Errorf("who can sign in: %d roles; want all", len(logins))
	}
}

func userOf(t *testing.T, data *store.Store, login string) casework.User {
	t.Helper()
	all, err := data.Users(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range all {
		if u.Login == login {
			return u
		}
	}
	t.Fatalf("nobody is %s", login)
	return casework.User{}
}

// checkChildren looks for every band and one in temporary guardianship.
func checkChildren(t *testing.T, data *store.Store, officer casework.User) {
	t.Helper()
	page, err := data.Children(t.Context(), officer.Actor(), casework.ChildQuery{Limit: 200})
	if err != nil {
		t.Fatal(err)
	}
	bands, visited := map[string]int{}, 0
	for _, c := range page.Children {
		bands[c.Band]++
		if !c.Visited.IsZero() {
			visited++
		}
	}
	if len(bands) < 4 || visited == 0 {
		t.Errorf("children by band: %v, %d visited; want several bands, and visits", bands, visited)
	}
}

// checkRest looks for one of each other thing.
func checkRest(t *testing.T, data *store.Store, officer casework.User) {
	t.Helper()
	ctx, by := t.Context(), officer.Actor()
	if p, err := data.Referrals(ctx, by, casework.ReferralQuery{}); err != nil || len(p.Referrals) == 0 {
		t.Errorf("no referral: %v", err)
	}
	if p, err := data.Conferences(ctx, by); err != nil || len(p.Open)+len(p.Coming) == 0 {
		t.Errorf("no conference: %v", err)
	}
	if r, err := data.Feedback(ctx, by); err != nil || len(r.Latest) == 0 {
		t.Errorf("no remark: %v", err)
	}
	if q, err := data.Unanswered(ctx, by); err != nil || len(q) == 0 {
		t.Errorf("no question without an answer: %v", err)
	}
	if v, err := data.Visits(ctx, by, 0); err != nil || len(v.Rows) == 0 || len(v.Places) < 24 {
		t.Errorf("visits of links: %d rows, %d places, %v", len(v.Rows), len(v.Places), err)
	}
	if e, err := data.WholeDirectory(ctx, by); err != nil || len(e) < 24+23 {
		t.Errorf("directory: %d entries, %v; want each village and town", len(e), err)
	}
	lists := 0
	for m, i := casework.MonthOf(storyEnds), 0; i < 12; m, i = m.Plus(-1), i+1 {
		l, err := data.PayLists(ctx, by, m)
		if err != nil {
			t.Fatal(err)
		}
		lists += len(l)
	}
	if lists == 0 {
		t.Error("no pay list in a year")
	}
}

// TestTheSameStory tells two stories from one seed, and one from another.
func TestTheSameStory(t *testing.T) {
	sum := func(seed uint64) string {
		data, _ := tell(t, seed, 40)
		page, err := data.Applications(t.Context(), userOf(t, data, "officer-1").Actor(), casework.Query{Limit: 50})
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for _, a := range page.Applications {
			b.WriteString(string(a.Reference) + " " + string(a.State) + " " + a.Child + " " + a.Updated.String() + "\n")
		}
		return b.String()
	}
	one := sum(7)
	if again := sum(7); again != one {
		t.Errorf("the same seed:\n%s\nand again:\n%s", one, again)
	}
	if other := sum(8); other == one {
		t.Error("another seed is the same city")
	}
}

// TestEveryTypeIsAnswered finds types of questions that invented families answer with what
// the form refuses.
func TestEveryTypeIsAnswered(t *testing.T) {
	c := &city{Config: Config{Clock: NewClock(storyEnds)}, random: mrand.New(mrand.NewPCG(1, 0))}
	who := c.newFamily(place{"shiqi", "石岐街道", "演示001村"})
	for _, kind := range content.QuestionTypes() {
		q := &content.Question{Name: "x", Type: kind}
		if kind == "choice" || kind == "relation" {
			q.Options = []content.Option{{Value: "a", Label: "a"}, {Value: "b", Label: "b"}}
		}
		if _, p := apply.CheckTyped(kind, c.answer(q, who), storyEnds); p.Key != "" {
			t.Errorf("%s: %s", kind, p.Key)
		}
	}
}

// TestFormWithoutTown tells a story of which one policy asks no family where it lives:
// the city has to deal with what no town sees.
func TestFormWithoutTown(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, content.Embedded()); err != nil {
		t.Fatal(err)
	}
	text, err := content.Scaffold("winter-coats", "过冬棉衣", storyEnds)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "policies", "winter-coats.md"), []byte(strings.Replace(text, "[town, address]", "[address]", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	lib, err := content.Load(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	data, _ := tellOf(t, lib, 7, 60)
	page, err := data.Applications(t.Context(), userOf(t, data, "officer-1").Actor(), casework.Query{Policy: "winter-coats", Limit: 10})
	if err != nil || len(page.Applications) == 0 {
		t.Errorf("applications for it: %d, %v", len(page.Applications), err)
	}
}

// TestNobodyIsReal looks at what identifies people: no number can be a person's.
func TestNobodyIsReal(t *testing.T) {
	c := &city{Config: Config{Clock: NewClock(storyEnds)}, random: mrand.New(mrand.NewPCG(1, 0))}
	seen := map[string]bool{}
	for range 500 {
		id, phone, account := c.residentID(c.born(1, 17)), c.mobile(), c.account()
		if _, ok := apply.ParseResidentID(id); !ok || !strings.HasPrefix(id, division) || seen[id] {
			t.Fatalf("ID number %q: want one that passes its check, of no place, and not drawn before", id)
		}
		seen[id] = true
		for kind, value := range map[string]string{"phone": phone, "bank-account": account} {
			if _, p := apply.CheckTyped(kind, value, storyEnds); p.Key != "" {
				t.Fatalf("%s %q: %s", kind, value, p.Key)
			}
		}
		if !strings.HasPrefix(phone, "154") || !strings.HasPrefix(account, "000000") {
			t.Fatalf("phone %q, account %q: want a range that nobody has", phone, account)
		}
	}
	if _, p := apply.CheckTyped("phone", c.workPhone(7), storyEnds); p.Key != "" {
		t.Errorf("phone of work: %s", p.Key)
	}
}
