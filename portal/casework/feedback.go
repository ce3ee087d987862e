package casework

import (
	"regexp"
	"strings"
	"time"
	"unicode"
)

// Verdict is what a reader says of a page in one word.
type Verdict string

// The verdicts.
const (
	Useful  Verdict = "useful"
	Useless Verdict = "useless"
	Wrong   Verdict = "wrong" // there is an error on the page
)

// Verdicts lists them in the order in which a page offers them.
func Verdicts() []Verdict { return []Verdict{Useful, Useless, Wrong} }

// Limits of feedback: how long a text may be, in characters, and how long it is kept.
const (
	MaxFeedbackText = 500
	FeedbackLasts   = 365 * 24 * time.Hour
)

// Feedback is what a reader says of a page. Nothing in it tells who the reader is.
type Feedback struct {
	ID      string // filled in by the store
	At      time.Time
	Path    string // of the page, without language; empty: the site as a whole
	Lang    string // in which it was read
	Verdict Verdict
	Text    string    // see CleanFeedback; often empty
	Settled time.Time // when somebody had dealt with it; zero: nobody has
}

// FeedbackCount is how often each verdict was given of a page.
type FeedbackCount struct {
	Path                   string
	Useful, Useless, Wrong int
}

// FeedbackReport is what the desk sees: the pages with most to mend first, and
// the newest texts, first those with which nobody has dealt.
type FeedbackReport struct {
	Pages   []FeedbackCount
	Latest  []Feedback
	Settled []Feedback
}

// masked stands for what could identify somebody.
const masked = "***"

// digit is one in any script, in Chinese as it is counted, told on the telephone or
// written on a cheque, or in a circle; between stands what groups digits, or is not seen.
const (
	hanDigits = "〇零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖貳參陸"
	digit     = `[\p{Nd}①-⑨⓪` + hanDigits + `]`
	grouping  = `[ \x{3000}\t.·()（）/_—–－\-\p{Cf}\x{FE0F}\x{20E3}]{0,3}`
)

// figures matches six and more digits in a row, also when they are grouped: identity,
// telephone and account numbers.
var figures = regexp.MustCompile(`[+＋]?` + digit + `(?:` + grouping + digit + `){5,}(?:\x{FE0F}?\x{20E3}|[XxＸｘ])?`)

// figuresEN matches eight and more digits in English words.
var figuresEN = regexp.MustCompile(`(?i)\b(?:zero|oh|one|two|three|four|five|six|seven|eight|nine)(?:[ ,.-]+(?:zero|oh|one|two|three|four|five|six|seven|eight|nine)\b){7,}`)

// mailbox matches an address for electronic mail.
var mailbox = regexp.MustCompile(`[A-Za-z0-9._%+-]+[@＠][A-Za-z0-9.-]+`)

// CleanFeedback returns a reader's text as it may be stored: one line a paragraph,
// at most MaxFeedbackText characters, numbers and addresses that could identify
// somebody replaced by ***.
func CleanFeedback(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, text)
	text = figuresEN.ReplaceAllString(figures.ReplaceAllString(mailbox.ReplaceAllString(text, masked), masked), masked)
	if runes := []rune(text); len(runes) > MaxFeedbackText {
		text = string(runes[:MaxFeedbackText])
	}
	return strings.TrimSpace(text)
}
