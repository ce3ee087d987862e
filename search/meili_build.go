package search

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/meilisearch/meilisearch-go"
)

const (
	buildMark = "_build"
	idleBuild = time.Minute // without a task, after which a half-built index is nobody's

	discardTime = 5 * time.Second // that the deletion of an index is waited for
)

// rebuild makes a new index and puts it in the place of the one that is searched.
func (s *syncing) rebuild(ctx context.Context) error {
	build := s.buildName()
	err := s.build(ctx, build)
	if err == nil {
		err = s.goLive(ctx, build)
	}
	s.discard(build) // half built, or the old content
	if err != nil {
		return err
	}
	s.Rebuilt = true
	return nil
}

// build makes the index: settings first, so that documents are read once.
func (s *syncing) build(ctx context.Context, uid string) error {
	s.Progress(Progress{Phase: "settings"})
	info, err := s.admin.CreateIndexWithContext(ctx, &meilisearch.IndexConfig{Uid: uid, PrimaryKey: attrID})
	if err := s.wait(ctx, "create index", info, err); err != nil {
		return err
	}
	info, err = s.admin.Index(uid).UpdateSettingsWithContext(ctx, s.want.settings)
	if err := s.wait(ctx, "update settings", info, err); err != nil {
		return err
	}
	if err := s.send(ctx, uid, s.want.docs); err != nil {
		return err
	}
	if err := s.describe(ctx, uid); err != nil {
		return err
	}
	return s.verify(ctx, uid)
}

// verify looks an index over before it is searched. Somebody may have taken it for
// an abandoned one and deleted it; what is sent then makes a new one without any
// settings.
func (s *syncing) verify(ctx context.Context, uid string) error {
	s.Progress(Progress{Phase: "verify"})
	has, err := s.inspect(ctx, uid)
	if err != nil {
		return err
	}
	wrong, err := s.settingsDiffer(ctx, uid, s.want.settings)
	if err != nil {
		return err
	}
	if d := has.against(s.want); !d.none() || has.state != s.want.state || len(wrong) > 0 {
		return fmt.Errorf("meilisearch: the new index %s is not as it was built: %d documents missing, %d too many, settings %v",
			uid, len(d.send), len(d.gone), wrong)
	}
	return nil
}

// goLive gives the built index the name that is searched. Where there is none yet
// the new one is renamed, so that readers never see an empty one; if somebody else
// has been faster, it is swapped after all.
func (s *syncing) goLive(ctx context.Context, build string) error {
	s.Progress(Progress{Phase: "swap"})
	_, err := s.admin.GetIndexWithContext(ctx, s.cfg.Index)
	if err != nil {
		if err = writingError(ctx, "look for index", err); !hasCode(err, codeNoIndex) {
			return err
		}
	}
	first := err != nil
	err = s.swap(ctx, build, first)
	if first && hasCode(err, codeIndexExists) {
		err = s.swap(ctx, build, false)
	}
	return err
}

func (s *syncing) swap(ctx context.Context, build string, rename bool) error {
	info, err := s.admin.SwapIndexesWithContext(ctx, []*meilisearch.SwapIndexesParams{
		{Indexes: []string{build, s.cfg.Index}, Rename: rename},
	})
	err = s.wait(ctx, "swap indexes", info, err)
	if hasCode(err, codeNoTask) {
		return s.swapUnseen(ctx, build, rename)
	}
	return err
}

// swapUnseen waits for a swap whose task the server does not show: a key that is for some
// indexes only sees no task of two (meilisearch issue 4103). What the queue takes after the
// swap is shown, so the deletion of a document that nobody has is waited for instead, and
// then it is seen what the index that is searched holds.
func (s *syncing) swapUnseen(ctx context.Context, build string, rename bool) error {
	const step = "swap indexes"
	info, err := s.admin.Index(build).DeleteDocumentsWithContext(ctx, []string{"_none"}, nil)
	if err = s.wait(ctx, step, info, err); err != nil && !hasCode(err, codeNoIndex) { // renamed, it is no more
		return err
	}
	has, err := s.inspect(ctx, s.cfg.Index)
	switch {
	case err != nil:
		return err
	case has.state == s.want.state:
		return nil
	case rename && has.exists:
		return &ServerError{Step: step, Code: codeIndexExists, Message: "somebody else was faster"}
	}
	return &ServerError{Step: step, Code: "not done", Message: "the task failed, and a key for all indexes would be told why"}
}

// discard deletes an index that is not searched, if it is there, even when the call
// it belongs to has run out of time. What cannot be deleted is swept up by a later
// call.
func (m *Meili) discard(uid string) {
	ctx, cancel := context.WithTimeout(context.Background(), m.cfg.Timeout)
	info, err := m.admin.DeleteIndexWithContext(ctx, uid)
	cancel()
	ctx, cancel = context.WithTimeout(context.Background(), discardTime)
	defer cancel()
	_ = m.wait(ctx, "delete index", info, err)
}

// sweep deletes builds that were given up: nothing is under way for them.
func (m *Meili) sweep(ctx context.Context) {
	list, err := m.admin.ListIndexesWithContext(ctx, &meilisearch.IndexesQuery{Limit: 1000})
	if err != nil {
		return
	}
	for _, index := range list.Results {
		if strings.HasPrefix(index.UID, m.cfg.Index+buildMark) && time.Since(index.UpdatedAt) > idleBuild && m.idle(ctx, index.UID) {
			m.discard(index.UID)
		}
	}
}

// idle reports that no task waits or runs for an index.
func (m *Meili) idle(ctx context.Context, uid string) bool {
	tasks, err := m.admin.GetTasksWithContext(ctx, &meilisearch.TasksQuery{
		IndexUIDS: []string{uid}, Limit: 1,
		Statuses: []meilisearch.TaskStatus{meilisearch.TaskStatusEnqueued, meilisearch.TaskStatusProcessing},
	})
	return err == nil && len(tasks.Results) == 0
}
