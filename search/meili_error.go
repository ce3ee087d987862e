package search

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/meilisearch/meilisearch-go"
)

// ServerError is a request or a task that a Meilisearch server did not carry out.
// It wraps [ErrUnavailable] unless the server is well and refused what it was asked.
type ServerError struct {
	Step    string // what was attempted
	Status  int    // of the answer; 0 where there was none, and of tasks
	Code    string // the server's own, or ours for what is no answer of such a server
	Message string // the server's; empty for searches, where it may repeat what was typed
}

// Error names step, status and code.
func (e *ServerError) Error() string {
	text := "meilisearch: " + e.Step + ": "
	if e.Status != 0 {
		text += fmt.Sprintf("status %d, ", e.Status)
	}
	text += e.Code
	if e.Message != "" {
		text += ": " + e.Message
	}
	return text
}

// Unwrap tells whether another engine should answer.
func (e *ServerError) Unwrap() error {
	switch e.Status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests, http.StatusRequestTimeout:
		return ErrUnavailable
	}
	if e.Status >= 400 && e.Status < 500 && e.Code != codeNoIndex {
		return nil
	}
	return ErrUnavailable
}

// The server's codes that mean something to us.
const (
	codeNoIndex     = "index_not_found"
	codeIndexExists = "index_already_exists"
	codeNoTask      = "task_not_found"
)

// serverError turns an error of the client into ours. The client's own text may
// carry what a visitor typed, so only its kind is kept.
func serverError(step string, err error) *ServerError {
	var e *meilisearch.Error
	if !errors.As(err, &e) {
		return &ServerError{Step: step, Code: "connection lost"}
	}
	return &ServerError{Step: step, Status: e.StatusCode, Code: cmp.Or(e.MeilisearchApiError.Code, kindOf(e))}
}

// writingError is serverError for steps of indexing: nothing that a visitor typed
// is in them, so what the server says is kept. A deadline is told as such.
func writingError(ctx context.Context, step string, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("meilisearch: %s: %w", step, ctx.Err())
	}
	out := serverError(step, err)
	var e *meilisearch.Error
	if errors.As(err, &e) && e.MeilisearchApiError.Code != "" {
		out.Message = e.MeilisearchApiError.Message
	}
	return out
}

func hasCode(err error, code string) bool {
	var e *ServerError
	return errors.As(err, &e) && e.Code == code
}

func kindOf(e *meilisearch.Error) string {
	switch e.ErrCode {
	case meilisearch.MeilisearchTimeoutError:
		return "timed out"
	case meilisearch.MeilisearchCommunicationError:
		return "cannot be reached"
	case meilisearch.ErrCodeResponseUnmarshalBody:
		return "answer not understood"
	}
	return "unexpected answer"
}
