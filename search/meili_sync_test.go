package search

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/meilisearch/meilisearch-go"

	"huitong/search/meilitest"
)

func indexOf(t *testing.T, docs []Document) *Index {
	t.Helper()
	return indexWith(t, testNormalizer(t), docs)
}

// generalIndexOf is of a collection that has no word list of its own.
func generalIndexOf(t *testing.T, docs []Document) *Index {
	t.Helper()
	n, err := NewNormalizer(strings.NewReader(General()))
	if err != nil {
		t.Fatal(err)
	}
	return indexWith(t, n, docs)
}

func indexWith(t *testing.T, n *Normalizer, docs []Document) *Index {
	t.Helper()
	x := NewIndex(n)
	if err := x.Index(t.Context(), docs); err != nil {
		t.Fatal(err)
	}
	return x
}

// eachServer runs a test on every server at hand.
func eachServer(t *testing.T, test func(t *testing.T, m *Meili)) {
	for name, m := range servers(t) {
		t.Run(name, func(t *testing.T) { test(t, m) })
	}
}

// holds fails unless the server holds just the index.
func holds(t *testing.T, m *Meili, x *Index) {
	t.Helper()
	if drift, err := m.Check(t.Context(), x); err != nil || !drift.None() {
		t.Errorf("Check = %+v, %v; want no difference", drift, err)
	}
	want, err := mirrorOf(t.Context(), x)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.probe(t.Context(), want.state); err != nil {
		t.Errorf("probe = %v", err)
	}
}

// TestConformanceSyncSendsChanges follows the content through its changes.
func TestConformanceSyncSendsChanges(t *testing.T) {
	all := sampleDocuments()
	changed := slices.Clone(all)
	changed[2].Text = "父母死亡的孤儿可以每月领取补贴。"
	added := append(slices.Clone(changed), Document{ID: "新/一.件", Title: "过冬棉衣", Text: "每年十一月发放。"})
	steps := []struct {
		name string
		docs []Document
		full bool
		want Synced
	}{
		{"first", all, false, Synced{Documents: 7, Sent: 7, Rebuilt: true}},
		{"nothing new", all, false, Synced{Documents: 7}},
		{"one changed", changed, false, Synced{Documents: 7, Sent: 1}},
		{"one added", added, false, Synced{Documents: 8, Sent: 1}},
		{"two gone", added[2:], false, Synced{Documents: 6, Deleted: 2}},
		{"all gone", nil, false, Synced{Documents: 0, Deleted: 6}},
		{"back", all, false, Synced{Documents: 7, Sent: 7}},
		{"in full", all, true, Synced{Documents: 7, Sent: 7, Rebuilt: true}},
	}
	eachServer(t, func(t *testing.T, m *Meili) {
		for _, step := range steps {
			x := indexOf(t, step.docs)
			got, err := m.Sync(t.Context(), x, SyncOptions{Full: step.full})
			if err != nil {
				t.Fatalf("%s: %v", step.name, err)
			}
			if diff := cmp.Diff(step.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", step.name, diff)
			}
			holds(t, m, x)
		}
	})
}

// TestConformanceSyncSettings gives the server other synonyms: it is built again, and
// Check says so before.
func TestConformanceSyncSettings(t *testing.T) {
	eachServer(t, func(t *testing.T, m *Meili) {
		if _, err := m.Sync(t.Context(), indexOf(t, sampleDocuments()), SyncOptions{}); err != nil {
			t.Fatal(err)
		}
		n, err := NewNormalizer(strings.NewReader("医疗 ~ 看医生\n! 请问\n"))
		if err != nil {
			t.Fatal(err)
		}
		x := NewIndex(n)
		if err := x.Index(t.Context(), sampleDocuments()); err != nil {
			t.Fatal(err)
		}
		drift, err := m.Check(t.Context(), x)
		if err != nil || !slices.Contains(drift.Settings, "synonyms") {
			t.Errorf("Check = %+v, %v; want other synonyms", drift, err)
		}
		got, err := m.Sync(t.Context(), x, SyncOptions{})
		if err != nil || !got.Rebuilt {
			t.Errorf("Sync = %+v, %v; want a new index", got, err)
		}
		holds(t, m, x)
	})
}

// TestConformanceSettings reads back what is set.
func TestConformanceSettings(t *testing.T) {
	eachServer(t, func(t *testing.T, m *Meili) {
		x := indexOf(t, sampleDocuments())
		if _, err := m.Sync(t.Context(), x, SyncOptions{}); err != nil {
			t.Fatal(err)
		}
		got, err := m.admin.Index(m.cfg.Index).GetSettingsWithContext(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if want := []string{"title", "names", "text", "english", "pinyin", "initials"}; !slices.Equal(got.SearchableAttributes, want) {
			t.Errorf("searchable = %v; want %v", got.SearchableAttributes, want)
		}
		for _, name := range []string{"policy", "category", "lang", "kind"} {
			if !slices.Contains(got.FilterableAttributes, name) {
				t.Errorf("filterable = %v; want %s among them", got.FilterableAttributes, name)
			}
		}
		if got.TypoTolerance.Enabled || got.LocalizedAttributes[0].Locales[0] != "cmn" || len(got.Dictionary) == 0 || len(got.StopWords) == 0 || len(got.Synonyms) == 0 {
			t.Errorf("settings = %+v; want no typos, Chinese text, dictionary, stop words and synonyms", got)
		}
	})
}

// TestConformanceTwoAtOnce has two processes send at the same time, of the same
// content and of two. Each ends with what it wanted or an error, and the server with
// one of the two, whole.
func TestConformanceTwoAtOnce(t *testing.T) {
	eachServer(t, func(t *testing.T, m *Meili) {
		all := sampleDocuments()
		for name, pair := range map[string][2]*Index{
			"the same":  {indexOf(t, all), indexOf(t, all)},
			"different": {indexOf(t, all[:4]), indexOf(t, all[3:])},
		} {
			var wait sync.WaitGroup
			for i, x := range pair {
				wait.Go(func() {
					if _, err := m.Sync(t.Context(), x, SyncOptions{Full: i == 0}); err != nil {
						t.Logf("%s: process %d: %v", name, i, err)
					}
				})
			}
			wait.Wait()
			if _, err := m.Sync(t.Context(), pair[1], SyncOptions{}); err != nil {
				t.Errorf("%s: Sync afterwards: %v", name, err)
			}
			holds(t, m, pair[1])
			if r, err := m.Over(pair[1]).Search(t.Context(), Query{Text: "福彩圆梦助学"}); err != nil || firstID(t, r) != "dream" {
				t.Errorf("%s: Search = %v, %v; want dream", name, ids(r), err)
			}
		}
	})
}

// TestConformanceKeys makes a key for each purpose: neither does the other's work.
func TestConformanceKeys(t *testing.T) {
	admin, searching := meilitest.IndexKey, meilitest.SearchKey
	eachServer(t, func(t *testing.T, m *Meili) {
		if m.cfg.AdminKey != admin { // a real server
			admin = newKey(t, m, "documents.*", "indexes.*", "settings.*", "tasks.get")
			searching = newKey(t, m, "search")
		}
		with := func(key, adminKey string) *Meili {
			cfg := m.cfg
			cfg.SearchKey, cfg.AdminKey = key, adminKey
			out, err := NewMeili(cfg)
			if err != nil {
				t.Fatal(err)
			}
			out.interval = m.interval
			return out
		}
		x := indexOf(t, sampleDocuments())
		if _, err := with("", searching).Sync(t.Context(), x, SyncOptions{}); !errors.Is(err, ErrUnavailable) || !strings.Contains(err.Error(), "invalid_api_key") {
			t.Errorf("Sync with the search key = %v; want invalid_api_key", err)
		}
		if _, err := with(searching, "").Sync(t.Context(), x, SyncOptions{}); !errors.Is(err, ErrNoAdminKey) {
			t.Errorf("Sync without an admin key = %v; want ErrNoAdminKey", err)
		}
		both := with(searching, admin)
		if _, err := both.Sync(t.Context(), x, SyncOptions{}); err != nil {
			t.Fatalf("Sync with the admin key: %v", err)
		}
		holds(t, both, x)
		if r, err := with(searching, "").Over(x).Search(t.Context(), Query{Text: "医疗救助"}); err != nil || firstID(t, r) != "medical" {
			t.Errorf("Search with the search key = %v, %v; want medical", ids(r), err)
		}
		if _, err := with(admin, "").Over(x).Search(t.Context(), Query{Text: "医疗救助"}); !errors.Is(err, ErrUnavailable) {
			t.Errorf("Search with the admin key = %v; want a refusal", err)
		}
	})
}

// newKey makes a key; that of HUITONG_TEST_MEILI_KEY has to be allowed to.
func newKey(t *testing.T, m *Meili, actions ...string) string {
	t.Helper()
	k, err := m.admin.CreateKeyWithContext(t.Context(), &meilisearch.Key{
		Name: t.Name(), Actions: actions, Indexes: []string{m.cfg.Index + "*"}, ExpiresAt: time.Now().Add(time.Hour),
	})
	if err != nil {
		t.Fatalf("HUITONG_TEST_MEILI_KEY of %s may not create keys: %v", os.Getenv("HUITONG_TEST_MEILI_URL"), err)
	}
	t.Cleanup(func() { _, _ = m.admin.DeleteKeyWithContext(context.Background(), k.UID) })
	return k.Key
}

// TestConformanceForeignIndex finds somebody else's documents under the name.
func TestConformanceForeignIndex(t *testing.T) {
	eachServer(t, func(t *testing.T, m *Meili) {
		info, err := m.admin.Index(m.cfg.Index).AddDocumentsWithContext(t.Context(), []map[string]any{{"id": 1, "film": "花样年华"}}, nil)
		if err := m.wait(t.Context(), "add a film", info, err); err != nil {
			t.Fatal(err)
		}
		x := indexOf(t, sampleDocuments())
		if _, err := m.Sync(t.Context(), x, SyncOptions{}); !errors.Is(err, ErrForeignIndex) {
			t.Errorf("Sync = %v; want ErrForeignIndex", err)
		}
		if drift, err := m.Check(t.Context(), x); err != nil || !drift.Foreign {
			t.Errorf("Check = %+v, %v; want that it is foreign", drift, err)
		}
		if _, err := m.Sync(t.Context(), x, SyncOptions{Full: true}); err != nil {
			t.Errorf("Sync in full = %v", err)
		}
		holds(t, m, x)
	})
}

// TestConformanceInterrupted stops a rebuild at every phase: what is searched stays,
// and nothing else is left behind.
func TestConformanceInterrupted(t *testing.T) {
	eachServer(t, func(t *testing.T, m *Meili) {
		old, next := indexOf(t, sampleDocuments()), indexOf(t, sampleDocuments()[:2])
		if _, err := m.Sync(t.Context(), old, SyncOptions{}); err != nil {
			t.Fatal(err)
		}
		for _, phase := range []string{"compare", "settings", "documents", "verify", "swap"} {
			ctx, cancel := context.WithCancel(t.Context())
			_, err := m.Sync(ctx, next, SyncOptions{Full: true, Progress: func(p Progress) {
				if p.Phase == phase {
					cancel()
				}
			}})
			cancel()
			if !errors.Is(err, context.Canceled) {
				t.Errorf("stopped at %s: Sync = %v; want context.Canceled", phase, err)
			}
			holds(t, m, old)
			if left := builds(t, m); len(left) > 0 {
				t.Errorf("stopped at %s: left behind: %v", phase, left)
			}
		}
	})
}

// builds lists the half-built indexes of m, once the server has come to rest.
func builds(t *testing.T, m *Meili) []string {
	t.Helper()
	eventually(t, "the tasks to end", func() bool {
		r, err := m.admin.GetTasksWithContext(t.Context(), &meilisearch.TasksQuery{
			Statuses: []meilisearch.TaskStatus{meilisearch.TaskStatusEnqueued, meilisearch.TaskStatusProcessing}, Limit: 1,
		})
		return err == nil && len(r.Results) == 0
	})
	list, err := m.admin.ListIndexesWithContext(t.Context(), &meilisearch.IndexesQuery{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, index := range list.Results {
		if strings.HasPrefix(index.UID, m.cfg.Index+buildMark) {
			out = append(out, index.UID)
		}
	}
	return out
}
