package casework

import (
	"regexp"
	"strings"
	"time"
	"unicode"
)

// Limits of questions that nobody could answer: how long a text is kept, in
// characters, how many different ones at most, and by default for how long.
const (
	MaxQuestionText = 100
	MaxQuestions    = 5000
	QuestionsLast   = 365 * 24 * time.Hour
)

// Place says where a question was put.
type Place string

// The places.
const (
	InSearch Place = "search"
	InChat   Place = "chat"
	AtEvent  Place = "event" // by people, at a talk in a village
)

// Unanswered is a question that found nothing: what the content still lacks.
// Nothing in it tells who asked.
type Unanswered struct {
	ID      string // filled in by the store
	Text    string // see CleanQuestion
	Place   Place
	Lang    string // of the page
	Count   int
	First   time.Time
	Last    time.Time
	Since   time.Time // from when it has waited: the first time it was asked, or asked again after Settled
	Settled time.Time // when somebody had dealt with it; zero: nobody has
}

// QuestionDue is how long a question may wait for an answer on the site. The yearly
// inspection of government sites fails one that leaves people without an answer for
// three months (国办秘函〔2019〕19号); a third of that leaves time to mend.
const QuestionDue = 30 * 24 * time.Hour

// Overdue reports whether q has waited longer than it may.
func (q Unanswered) Overdue(now time.Time) bool {
	return q.Settled.IsZero() && now.Sub(q.Since) > QuestionDue
}

// introduced matches a name behind the words that introduce one.
var introduced = regexp.MustCompile(`((?:我|他|她|孩子|细路|小朋友|孙子|孙女|儿子|女儿|爸爸|妈妈)?(?:名叫|叫做|叫|姓名是|姓名|名字是|名字叫|名字|我係|我是)[：: ]?)(\p{Han}{2,4})`)

// noName are words that follow those without being a name.
var noName = []string{"什么", "乜", "咩", "孤儿", "困境", "监护", "儿童", "家长", "爷爷", "奶奶", "外婆", "外公", "单亲", "低保", "谁", "边个", "学生", "残疾", "留守", "警察", "老师", "妈", "爸"}

// CleanQuestion returns a question as it may be kept: masked and at most
// MaxQuestionText characters.
func CleanQuestion(text string) string {
	text = Mask(text)
	if runes := []rune(text); len(runes) > MaxQuestionText {
		text = string(runes[:MaxQuestionText])
	}
	return text
}

// Mask returns a question as it may be sent on: in one line, with digits, addresses
// and names that introduce themselves replaced by ***.
func Mask(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r) || unicode.IsControl(r):
			return ' '
		case unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, text)
	text = figures.ReplaceAllString(mailbox.ReplaceAllString(text, masked), masked)
	text, _ = MaskPersonal(text, nil)
	text = introduced.ReplaceAllStringFunc(text, func(m string) string {
		parts := introduced.FindStringSubmatch(m)
		for _, word := range noName {
			if strings.HasPrefix(parts[2], word) {
				return m
			}
		}
		return parts[1] + masked
	})
	return strings.Join(strings.Fields(text), " ")
}

// Part is a part of the site that staff can turn off.
type Part string

// Chat is the part that answers questions.
const Chat Part = "chat"

// MaxPauseReason is how long a reason may be, in characters.
const MaxPauseReason = 200
