package search

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/meilisearch/meilisearch-go"
)

const (
	taskInterval = 50 * time.Millisecond // between looks at a task
	batchSize    = 1000                  // documents per request
	batchBytes   = 8 << 20               // the server takes some 100 MB
	rounds       = 3                     // attempts while others write, too
)

// ErrNoAdminKey says that documents cannot be sent with a key that only searches.
var ErrNoAdminKey = errors.New("meilisearch: no key that may write")

// ErrForeignIndex says that the index on the server holds something that is not ours.
var ErrForeignIndex = errors.New("meilisearch: the index holds documents that this program did not write")

// SyncOptions tunes [Meili.Sync].
type SyncOptions struct {
	Full     bool           // build everything again, whatever the server holds
	Progress func(Progress) // called after every step; may be nil
}

// Progress tells how far a Sync has come.
type Progress struct {
	Phase       string // compare, settings, documents, delete, verify, swap
	Done, Total int    // documents of this phase; zero for phases without
}

// Synced says what a Sync did.
type Synced struct {
	Documents int  // that the server now holds
	Sent      int  // of them sent
	Deleted   int  // that are no more
	Rebuilt   bool // by a new index
}

// Sync makes the server hold what the index does. Only changed documents are sent;
// where the server has nothing, or other settings, a new index is built beside the
// old one, looked over, and takes its name in one step. Until then, and on every
// error, the old one serves. Others may sync at the same time: it is done when the
// server holds just this content, and an error when that cannot be had.
func (m *Meili) Sync(ctx context.Context, x *Index, o SyncOptions) (Synced, error) {
	if !m.writes() {
		return Synced{}, ErrNoAdminKey
	}
	if o.Progress == nil {
		o.Progress = func(Progress) {}
	}
	ctx, cancel := context.WithTimeout(ctx, m.cfg.Indexing)
	defer cancel()
	want, err := mirrorOf(ctx, x)
	if err != nil {
		return Synced{}, err
	}
	s := &syncing{Meili: m, SyncOptions: o, want: want}
	for range rounds {
		if done, err := s.round(ctx); err != nil || done {
			return s.Synced, err
		}
	}
	return s.Synced, fmt.Errorf("meilisearch: index %s: somebody else keeps writing other documents", m.cfg.Index)
}

// syncing is one Sync under way.
type syncing struct {
	*Meili
	SyncOptions
	Synced
	want *mirror
}

// round compares, and does what is to do; done when nothing was.
func (s *syncing) round(ctx context.Context) (done bool, err error) {
	s.Progress(Progress{Phase: "compare"})
	has, err := s.inspect(ctx, s.cfg.Index)
	if err != nil {
		return false, err
	}
	switch {
	case has.foreign() && !s.Full:
		return false, fmt.Errorf("%w: %s", ErrForeignIndex, s.cfg.Index)
	case s.Full || has.state.Settings != s.want.state.Settings:
		s.Full = false // the next round only looks
		return false, s.rebuild(ctx)
	}
	d := has.against(s.want)
	if d.none() && has.state == s.want.state {
		s.Documents = len(s.want.docs)
		s.sweep(ctx)
		return true, nil
	}
	return false, s.update(ctx, d)
}

// holding is what an index on the server holds.
type holding struct {
	exists bool
	state  state
	hashes map[string]string // by id
}

// foreign reports documents that nobody described.
func (h holding) foreign() bool { return h.state == state{} && len(h.hashes) > 0 }

// inspect reads what an index holds.
func (m *Meili) inspect(ctx context.Context, uid string) (holding, error) {
	h := holding{hashes: map[string]string{}}
	for offset := int64(0); ; offset += batchSize {
		var page meilisearch.DocumentsResult
		err := m.admin.Index(uid).GetDocumentsWithContext(ctx, &meilisearch.DocumentsQuery{
			Offset: offset, Limit: batchSize, Fields: []string{attrID, attrHash, attrState},
		}, &page)
		if err != nil {
			if err = writingError(ctx, "read index", err); hasCode(err, codeNoIndex) {
				return holding{}, nil
			}
			return holding{}, err
		}
		h.exists = true
		for _, d := range page.Results {
			h.add(d)
		}
		if offset+batchSize >= page.Total {
			return h, nil
		}
	}
}

// add enters one document. One that cannot be read is not ours, and has no hash that
// any of ours has.
func (h *holding) add(d meilisearch.Hit) {
	var id, hash string
	_ = json.Unmarshal(d[attrID], &id)
	_ = json.Unmarshal(d[attrHash], &hash)
	if id == stateID {
		_ = json.Unmarshal(d[attrState], &h.state)
		return
	}
	h.hashes[id] = hash
}

// difference is what to do so that an index holds what is wanted.
type difference struct {
	send []meiliDocument // new or changed
	gone []string        // keys that are wanted no more
}

func (d difference) none() bool { return len(d.send) == 0 && len(d.gone) == 0 }

// against compares.
func (h holding) against(want *mirror) difference {
	var d difference
	wanted := make(map[string]bool, len(want.docs))
	for _, doc := range want.docs {
		wanted[doc.ID] = true
		if h.hashes[doc.ID] != doc.Hash {
			d.send = append(d.send, doc)
		}
	}
	for id := range h.hashes {
		if !wanted[id] {
			d.gone = append(d.gone, id)
		}
	}
	return d
}

// update sends what has changed to the index that is searched. Documents go before
// the state that names them, so that it never claims what is not there yet.
func (s *syncing) update(ctx context.Context, d difference) error {
	if err := s.send(ctx, s.cfg.Index, d.send); err != nil {
		return err
	}
	for done := 0; done < len(d.gone); {
		batch := d.gone[done:min(done+batchSize, len(d.gone))]
		info, err := s.admin.Index(s.cfg.Index).DeleteDocumentsWithContext(ctx, batch, nil)
		if err := s.wait(ctx, "delete documents", info, err); err != nil {
			return err
		}
		done += len(batch)
		s.Deleted += len(batch)
		s.Progress(Progress{Phase: "delete", Done: done, Total: len(d.gone)})
	}
	return s.describe(ctx, s.cfg.Index)
}

// send adds documents in batches and waits for each.
func (s *syncing) send(ctx context.Context, uid string, docs []meiliDocument) error {
	for done := 0; done < len(docs); {
		batch, bytes := 0, 0
		for batch < min(batchSize, len(docs)-done) && bytes < batchBytes {
			bytes += docs[done+batch].size()
			batch++
		}
		if err := s.put(ctx, uid, docs[done:done+batch]); err != nil {
			return err
		}
		done += batch
		s.Sent += batch
		s.Progress(Progress{Phase: "documents", Done: done, Total: len(docs)})
	}
	return nil
}

func (s *syncing) put(ctx context.Context, uid string, docs []meiliDocument) error {
	key := attrID
	info, err := s.admin.Index(uid).AddDocumentsWithContext(ctx, docs, &meilisearch.DocumentOptions{PrimaryKey: &key})
	return s.wait(ctx, "add documents", info, err)
}

// describe writes down what an index now holds.
func (s *syncing) describe(ctx context.Context, uid string) error {
	return s.put(ctx, uid, []meiliDocument{s.want.described()})
}

// size is roughly that of the text, which is nearly all of a document.
func (d *meiliDocument) size() int {
	n := len(d.Title) + len(d.Text)
	for _, list := range [][]string{d.Names, d.English, d.Pinyin, d.Initials} {
		for _, s := range list {
			n += len(s)
		}
	}
	return n
}

// wait blocks until a task has succeeded; err is that of the request that
// started it.
func (m *Meili) wait(ctx context.Context, step string, info *meilisearch.TaskInfo, err error) error {
	if err != nil {
		return writingError(ctx, step, err)
	}
	task, err := m.admin.WaitForTaskWithContext(ctx, info.TaskUID, m.interval)
	if err != nil {
		return writingError(ctx, step, err)
	}
	if task.Status != meilisearch.TaskStatusSucceeded {
		return &ServerError{
			Step: fmt.Sprintf("%s: task %d %s", step, info.TaskUID, task.Status), Code: task.Error.Code, Message: task.Error.Message,
		}
	}
	return nil
}

// buildName names an index that is being built; nobody else has the same.
func (m *Meili) buildName() string {
	return m.cfg.Index + buildMark + strconv.FormatInt(time.Now().UnixNano(), 36)
}
