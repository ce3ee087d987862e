package store

import (
	"encoding/hex"
	"encoding/json"
	"fmt"

	"huitong/portal/apply"
)

// sealer seals values of one application, one name for each column, so that a
// sealed value opens nowhere else.
type sealer struct {
	store *Store
	ref   apply.Reference
}

func (s *Store) sealer(ref apply.Reference) sealer { return sealer{s, ref} }

func (x sealer) bound(column string) []byte {
	const of = "application:"
	return append(append(append(append(make([]byte, 0, len(of)+len(x.ref)+1+len(column)), of...), x.ref...), ':'), column...)
}

func (x sealer) seal(column string, value any) ([]byte, error) {
	return x.store.sealJSON(value, x.bound(column))
}

func (x sealer) open(column string, sealed []byte, into any) error {
	return x.store.openJSON(sealed, x.bound(column), into)
}

func (s *Store) sealJSON(value any, bound []byte) ([]byte, error) {
	b, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	return s.vault.Seal(b, bound)
}

func (s *Store) openJSON(sealed, bound []byte, into any) error {
	b, err := s.vault.Open(sealed, bound)
	if err != nil {
		return fmt.Errorf("open what is sealed: %w", err)
	}
	return json.Unmarshal(b, into)
}

// names are what the staff list shows of an application.
type names struct {
	Child    string `json:"child"`
	Guardian string `json:"guardian"`
}

// words are what is written in an event.
type words struct {
	Text   string `json:"text,omitempty"`
	Reason string `json:"reason,omitempty"`

	Visit   *apply.Visit   `json:"visit,omitempty"`
	Grounds []apply.Ground `json:"grounds,omitempty"`
}

// blind is the column by which equal values are found; empty stays empty, so
// that applications without a value do not find each other.
func (s *Store) blind(label, value string) string {
	if value == "" {
		return ""
	}
	return hex.EncodeToString(s.vault.Blind(label, value))
}
