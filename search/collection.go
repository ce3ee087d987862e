package search

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Judged is a query with the documents that answer it.
type Judged struct {
	ID       string
	Text     string
	Relevant []string
}

// name is an id, which many collections write as a number.
type name string

// UnmarshalJSON implements json.Unmarshaler. A number is taken as it is written: 1 and "1"
// are the same name.
func (n *name) UnmarshalJSON(b []byte) error {
	var number json.Number
	if len(b) > 0 && b[0] != '"' {
		if err := json.Unmarshal(b, &number); err != nil {
			return fmt.Errorf("id: %w", err)
		}
		*n = name(number)
		return nil
	}
	var s string
	err := json.Unmarshal(b, &s)
	*n = name(s)
	return err
}

// ReadDocuments reads a collection: one JSON object with id, title and text on each
// line. Blank lines and further fields are passed over; an id, a text or a number, must be
// there and be new. Errors name the line.
func ReadDocuments(r io.Reader) ([]Document, error) {
	var out []Document
	seen := map[string]bool{}
	err := readLines(r, func(line []byte) error {
		var d struct {
			ID          name
			Title, Text string
		}
		if err := json.Unmarshal(line, &d); err != nil {
			return err
		}
		if err := fresh(seen, string(d.ID)); err != nil {
			return err
		}
		out = append(out, Document{ID: string(d.ID), Title: d.Title, Text: d.Text})
		return nil
	})
	return out, err
}

// ReadQueries reads judged queries in the same form: id, text and the list of
// relevant ids, which must not be empty.
func ReadQueries(r io.Reader) ([]Judged, error) {
	var out []Judged
	seen := map[string]bool{}
	err := readLines(r, func(line []byte) error {
		var read struct {
			ID       name
			Text     string
			Relevant []name
		}
		if err := json.Unmarshal(line, &read); err != nil {
			return err
		}
		q := Judged{ID: string(read.ID), Text: read.Text}
		for _, id := range read.Relevant {
			q.Relevant = append(q.Relevant, string(id))
		}
		if len(q.Relevant) == 0 {
			return fmt.Errorf("query %q: nothing is relevant", q.ID)
		}
		out = append(out, q)
		return fresh(seen, q.ID)
	})
	return out, err
}

func fresh(seen map[string]bool, id string) error {
	if id == "" {
		return errors.New("id is missing")
	}
	if seen[id] {
		return fmt.Errorf("id %q is used twice", id)
	}
	seen[id] = true
	return nil
}

// readLines calls use with each line that is not blank, however long it is.
func readLines(r io.Reader, use func(line []byte) error) error {
	reader := bufio.NewReaderSize(r, 1<<16)
	var line []byte
	for n := 1; ; n++ {
		line = line[:0]
		var err error
		for {
			var part []byte
			part, err = reader.ReadSlice('\n')
			line = append(line, part...)
			if !errors.Is(err, bufio.ErrBufferFull) {
				break
			}
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("line %d: %w", n, err)
		}
		text := bytes.TrimSpace(line)
		if n == 1 {
			text = bytes.TrimPrefix(text, []byte("\ufeff")) // some editors put one there
		}
		if len(text) > 0 {
			if e := use(text); e != nil {
				return fmt.Errorf("line %d: %w", n, e)
			}
		}
		if err != nil {
			return nil
		}
	}
}
