package apply

import (
	"crypto/subtle"
	"strings"
	"time"
)

// Twin is what may be told of another application for the same child and programme:
// that it is there, and nothing of what it says.
type Twin struct {
	Reference Reference
	State     State
	Town      string    // for the desk alone
	Submitted time.Time // zero for a draft
	Together  bool      // of the same household: whoever asks can open it
}

// Hint returns the number as its holder knows it again and nobody else can use it:
// the month and the last two digits.
func (r Reference) Hint() string {
	if len(r) != 12 {
		return "····"
	}
	return string(r[:4] + "-····-··" + r[10:])
}

// Twinned reports whether these answers name a child well enough to look for another
// application for it.
func (a Answers) Twinned() bool { return a[FieldChildID] != "" && a[FieldChildName] != "" }

// SameName reports whether two names are the same apart from how they were typed:
// width, spaces, the dot inside a name, small and capital letters. It compares in
// constant time.
func SameName(a, b string) bool {
	return subtle.ConstantTimeCompare([]byte(foldName(a)), []byte(foldName(b))) == 1
}

func foldName(s string) string {
	return strings.ToUpper(strings.Map(func(r rune) rune {
		if strings.ContainsRune("·•・‧∙．. -'’", r) {
			return -1
		}
		return r
	}, compact(visible(s))))
}
