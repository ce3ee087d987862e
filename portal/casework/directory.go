package casework

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"strings"
	"time"
	"unicode/utf8"

	"huitong/portal/apply"
	"huitong/portal/sheet"
)

// DirectoryEntry is one post of the directory and who holds it: the supervisor of a town
// or a director of a village or community. A village in which nobody is in post has an
// entry without a name, so that the gap is seen.
type DirectoryEntry struct {
	ID        string
	Version   int
	Town      string // as an option of the question town
	Village   string // or community; empty: the entry is that of the town's supervisor
	Name      string // empty: nobody is in post
	Phone     string // of work; empty: none is known
	Since     string // day, 2006-01-02; empty: not known
	Public    bool   // name and phone are shown to everybody
	AllowedBy string // ID of the user who allowed it
	Allowed   time.Time
	Hidden    bool // somebody is in post, and not shown
}

// longestPlace is how many characters the name of a village has at most.
const longestPlace = 30

// Keys of the messages about an entry.
const (
	KeyDirectoryTown    = "error.directory.town"    //
	KeyDirectoryVillage = "error.directory.village" // Max
	KeyDirectoryName    = "error.directory.name"    // somebody has a phone, or is public, without a name
	KeyDirectoryPhone   = "error.directory.phone"   // what is published needs one
	KeyDirectoryTwice   = "error.directory.twice"   // it is there already
)

// Role is what who holds the post is.
func (e DirectoryEntry) Role() Role {
	if e.Village == "" {
		return Supervisor
	}
	return Director
}

// Vacant reports whether nobody is in post.
func (e DirectoryEntry) Vacant() bool { return e.Name == "" }

// Scope is what the entry belongs to.
func (e DirectoryEntry) Scope() Scope { return Scope{Town: e.Town, Village: e.Village} }

// Key is what an entry is recognised by: two with the same key are one.
func (e DirectoryEntry) Key() string { return e.Town + "\n" + e.Village + "\n" + e.Name }

// Says reports whether two entries of one key say the same.
func (e DirectoryEntry) Says(o DirectoryEntry) bool {
	return e.Key() == o.Key() && e.Phone == o.Phone && e.Since == o.Since && e.Public == o.Public
}

// LogValue implements slog.LogValuer: no name and no phone.
func (e DirectoryEntry) LogValue() slog.Value { return slog.StringValue(e.String()) }

// String keeps %v from showing name and phone.
func (e DirectoryEntry) String() string { return fmt.Sprintf("%s of the directory", e.Role()) }

// GoString keeps %#v from showing name and phone.
func (e DirectoryEntry) GoString() string { return e.String() }

// Clean returns the entry as it is kept, or what is wrong with it. Whoever publishes it
// is written in by the store.
func (e DirectoryEntry) Clean(today time.Time) (DirectoryEntry, error) {
	var out apply.Invalid
	e.Town, e.Village, e.Name = sheet.Line(e.Town), sheet.Words(e.Village), sheet.Words(e.Name)
	if e.Town == "" {
		out = append(out, apply.Problem{Field: "town", Key: KeyDirectoryTown})
	}
	if n := utf8.RuneCountInString(e.Village); n > longestPlace || n == 1 {
		out = append(out, apply.Problem{Field: "village", Key: KeyDirectoryVillage, Args: map[string]any{"Max": longestPlace}})
	}
	switch {
	case e.Name == "" && (e.Phone != "" || e.Public || e.Village == ""):
		out = append(out, apply.Problem{Field: "name", Key: KeyDirectoryName})
	case e.Name != "" && !nameFits(e.Name):
		out = append(out, apply.Problem{Field: "name", Key: KeyStaffName})
	}
	if strings.TrimSpace(e.Phone) != "" {
		number, p := apply.CheckTyped("phone", e.Phone, today)
		if e.Phone = number; p.Key != "" {
			p.Field = "phone"
			out = append(out, p)
		}
	} else if e.Phone = ""; e.Public {
		out = append(out, apply.Problem{Field: "phone", Key: KeyDirectoryPhone})
	}
	if strings.TrimSpace(e.Since) != "" {
		day, wrong := pastDay("since", e.Since, today)
		e.Since, out = day, append(out, wrong...)
	} else {
		e.Since = ""
	}
	if !e.Public {
		e.AllowedBy, e.Allowed = "", time.Time{}
	}
	return e, out.Err()
}

// VillageID is how addresses name a village of a town: nothing has to be kept for it, and
// it stays the same as long as the village keeps its name.
func VillageID(town, village string) string {
	sum := sha256.Sum256([]byte(town + "\n" + village))
	return hex.EncodeToString(sum[:6])
}

// CompareEntries orders entries by place: the supervisor of a town before its villages.
func CompareEntries(a, b DirectoryEntry) int {
	return cmp.Or(cmp.Compare(a.Town, b.Town), cmp.Compare(a.Village, b.Village), cmp.Compare(a.Name, b.Name))
}

// DirectoryQuery asks for a part of the directory.
type DirectoryQuery struct {
	Town    string // empty: all that the user may see
	Village string // a part of its name; empty: all
	After   string // Next of the page before; empty: from the start
	Limit   int    // 0: 50
}

// DirectoryPage is a part of the directory, by place.
type DirectoryPage struct {
	Entries []DirectoryEntry
	Names   map[string]string // of the users who allowed that something is published
	Next    string
}
