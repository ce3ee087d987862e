package casework_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// line is one of a chain as a table holds it.
type line struct {
	casework.AuditEntry
	before []byte
}

// chain writes n lines and returns them with their head.
func chain(n int64) (lines []line, head casework.AuditHead) {
	at := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	for i := range n {
		e := casework.AuditEntry{Number: i + 1, At: at.Add(time.Duration(i) * time.Minute), Actor: apply.Actor{Kind: apply.StaffActor, ID: "u1"}, Login: "chen", Action: casework.OpenApplication, Reference: "A"}
		lines = append(lines, line{e, slices.Clone(head.Hash[:])})
		head = casework.AuditHead{Number: e.Number, Hash: casework.Link(head.Hash, e.Number, e.Digest())}
	}
	return lines, head
}

func headOf(lines []line, number int64) casework.AuditHead {
	var c casework.ChainCheck
	for _, l := range lines[:number] {
		c.Next(l.AuditEntry, l.before)
	}
	return c.AuditHead
}

func TestChainCheck(t *testing.T) {
	const changed, missing, beyond, replaced = casework.LineChanged, casework.LinesMissing, casework.LinesBeyond, casework.Rewritten
	for name, tt := range map[string]struct {
		spoil func(lines []line, head *casework.AuditHead) []line
		want  []casework.AuditFault
	}{
		"as written":         {func(l []line, _ *casework.AuditHead) []line { return l }, nil},
		"a word changed":     {func(l []line, _ *casework.AuditHead) []line { l[2].Detail = "x"; return l }, []casework.AuditFault{{Kind: changed, From: 3, To: 3}}},
		"another time":       {func(l []line, _ *casework.AuditHead) []line { l[0].At = l[0].At.Add(1000); return l }, []casework.AuditFault{{Kind: changed, From: 1, To: 1}}},
		"moved to the next":  {func(l []line, _ *casework.AuditHead) []line { l[4].Login, l[4].Action = "", "chen"; return l }, []casework.AuditFault{{Kind: changed, From: 5, To: 5}}},
		"the last changed":   {func(l []line, _ *casework.AuditHead) []line { l[9].Login = "wu"; return l }, []casework.AuditFault{{Kind: changed, From: 10, To: 10}}},
		"two taken out":      {func(l []line, _ *casework.AuditHead) []line { return slices.Delete(l, 3, 5) }, []casework.AuditFault{{Kind: missing, From: 4, To: 5}}},
		"the first gone":     {func(l []line, _ *casework.AuditHead) []line { return l[1:] }, []casework.AuditFault{{Kind: missing, From: 1, To: 1}}},
		"the end gone":       {func(l []line, _ *casework.AuditHead) []line { return l[:7] }, []casework.AuditFault{{Kind: missing, From: 8, To: 10}}},
		"all gone":           {func([]line, *casework.AuditHead) []line { return nil }, []casework.AuditFault{{Kind: missing, From: 1, To: 10}}},
		"the head put back":  {func(l []line, h *casework.AuditHead) []line { *h = headOf(l, 8); return l }, []casework.AuditFault{{Kind: beyond, From: 9, To: 10}}},
		"numbers closed up":  {func(l []line, _ *casework.AuditHead) []line { l = slices.Delete(l, 3, 4); renumber(l); return l }, []casework.AuditFault{{Kind: changed, From: 3, To: 3}, {Kind: changed, From: 4, To: 4}, {Kind: changed, From: 5, To: 5}, {Kind: changed, From: 6, To: 6}, {Kind: changed, From: 7, To: 7}, {Kind: changed, From: 8, To: 8}, {Kind: missing, From: 10, To: 10}}},
		"a chain made anew":  {func(l []line, h *casework.AuditHead) []line { l[1].Detail = "x"; *h = relink(l); return l }, []casework.AuditFault{{Kind: replaced, From: 6, To: 6}}},
		"cut and head moved": {func(l []line, h *casework.AuditHead) []line { *h = headOf(l, 4); return l[:4] }, []casework.AuditFault{{Kind: missing, From: 6, To: 6}}},
	} {
		t.Run(name, func(t *testing.T) {
			lines, head := chain(10)
			var c casework.ChainCheck
			c.Expect(headOf(lines, 6)) // as somebody wrote it down
			for _, l := range tt.spoil(lines, &head) {
				c.Next(l.AuditEntry, l.before)
			}
			c.End(head)
			if name == "numbers closed up" { // and so the line that was written down is another
				c.Faults = slices.DeleteFunc(c.Faults, func(f casework.AuditFault) bool { return f.Kind == replaced })
			}
			if diff := cmp.Diff(tt.want, c.Faults); diff != "" {
				t.Errorf("faults: %s", diff)
			}
		})
	}
}

func renumber(lines []line) {
	for i := range lines {
		lines[i].Number = int64(i + 1)
	}
}

// relink is what somebody does who knows how the chain is made.
func relink(lines []line) (head casework.AuditHead) {
	for i := range lines {
		lines[i].before = slices.Clone(head.Hash[:])
		head = casework.AuditHead{Number: lines[i].Number, Hash: casework.Link(head.Hash, lines[i].Number, lines[i].Digest())}
	}
	return head
}

func TestParseAuditHead(t *testing.T) {
	_, head := chain(3)
	got, err := casework.ParseAuditHead(" " + head.String() + "\n")
	if err != nil || got != head {
		t.Errorf("got %v, %v; want %v", got, err, head)
	}
	for _, s := range []string{"", "3", "3:", "x:" + head.Hash.String(), "-1:" + head.Hash.String(), "3:" + strings.Repeat("0", 62), "3:" + strings.Repeat("z", 64)} {
		if _, err := casework.ParseAuditHead(s); err == nil {
			t.Errorf("ParseAuditHead(%q) has no error", s)
		}
	}
}
