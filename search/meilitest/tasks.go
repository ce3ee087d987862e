package meilitest

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The states of a task.
const (
	enqueued   = "enqueued"
	processing = "processing"
	succeeded  = "succeeded"
	failed     = "failed"
)

// task is work that is done later, one after the other.
type task struct {
	uid         int
	kind, index string
	status      string
	steps       int    // requests since it came first in the queue
	code        string // of its failure
	enqueued    time.Time
	run         func() string
}

// enqueue answers 202 and leaves the work for later.
func (s *Server) enqueue(w http.ResponseWriter, kind, index string, run func() string) {
	t := &task{uid: len(s.tasks), kind: kind, index: index, status: enqueued, enqueued: s.now(), run: run}
	s.tasks = append(s.tasks, t)
	reply(w, http.StatusAccepted, map[string]any{
		"taskUid": t.uid, "indexUid": orNull(index), "status": enqueued, "type": kind, "enqueuedAt": t.enqueued,
	})
}

// advance lets time pass by one request: the first task in the queue goes on.
func (s *Server) advance() {
	i := slices.IndexFunc(s.tasks, func(t *task) bool { return t.status == enqueued || t.status == processing })
	if i < 0 {
		return
	}
	t := s.tasks[i]
	if t.steps++; t.steps <= s.steps {
		return
	}
	t.steps = 0
	if t.status == enqueued {
		t.status = processing
		return
	}
	if t.status = succeeded; s.failing[t.kind] {
		t.code = "internal"
	} else {
		t.code = t.run()
	}
	if t.code != "" {
		t.status = failed
	}
}

func (t *task) json() map[string]any {
	out := map[string]any{"uid": t.uid, "indexUid": orNull(t.index), "status": t.status, "type": t.kind, "enqueuedAt": t.enqueued, "error": nil}
	if t.code != "" {
		out["error"] = map[string]string{"message": "stand-in: " + t.code, "code": t.code, "type": "invalid_request", "link": ""}
	}
	return out
}

// shown reports that a key may see a task.
func (t *task) shown(a access) bool { return a.everywhere() || t.index != "" && a.reaches(t.index) }

func (s *Server) showTask(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.Atoi(r.PathValue("id"))
	if err != nil || id >= len(s.tasks) || !s.tasks[id].shown(by(r)) {
		fail(w, http.StatusNotFound, "task_not_found", "Task `"+r.PathValue("id")+"` not found.")
		return
	}
	reply(w, http.StatusOK, s.tasks[id].json())
}

func (s *Server) listTasks(w http.ResponseWriter, r *http.Request) {
	matches := func(name, value string) bool {
		list := r.URL.Query().Get(name)
		return list == "" || slices.Contains(strings.Split(list, ","), value)
	}
	results := []any{}
	for _, t := range slices.Backward(s.tasks) {
		if t.shown(by(r)) && matches("indexUids", t.index) && matches("statuses", t.status) {
			results = append(results, t.json())
		}
	}
	total := len(results)
	if limit, err := strconv.Atoi(r.URL.Query().Get("limit")); err == nil {
		results = results[:min(limit, total)]
	}
	reply(w, http.StatusOK, map[string]any{"results": results, "total": total, "limit": len(results), "from": 0, "next": nil})
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}
