package casework

import (
	"regexp"
	"slices"
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

// plainSurnames are those of surnames that begin few other words: behind them stands a name
// even where nothing introduces it.
const plainSurnames = "陈李张梁林刘吴周罗郑杨叶谢王徐邓冯郭曾杜蔡胡潘萧肖袁许苏余卢谭朱伍简孙宋唐沈韩曹彭吕董崔魏薛姚钟汪廖贾夏韦邹熊秦邱尹阎侯陶黎贺顾郝龚邵覃莫葛洪阮鲁岑霍冼" +
	"陳張劉吳羅鄭楊葉謝鄧馮蕭許蘇盧譚孫韓呂賈韋鄒閻賀顧龔鍾"

var (
	// ofKin matches a name behind the word for who it is, where the name ends.
	ofKin = regexp.MustCompile(`((?:女儿|儿子|孙子|孙女|女兒|兒子|孫子|孫女|外孫|媽媽|鄰居|同學|學生|外孙|外甥|侄子|侄女|孩子|小孩|细路|小朋友|妹妹|弟弟|姐姐|哥哥|爸爸|妈妈|老公|老婆|邻居|同学|学生))([` + plainSurnames + `]\p{Han}{1,2}?)(今年|的申请|的资料|的电话|的补贴|的申請|的資料|的電話|的補貼|家|在读|在讀|[，,。、？?！! 0-9]|$)`)
	// ofWhom matches a name at the beginning of a clause, before what is asked of that person.
	ofWhom = regexp.MustCompile(`(^|[，,。、；;：:？?！! ]|告诉我|帮我查|告訴我|幫我查|查一下|查下|查查|请问|請問)([` + plainSurnames + `]\p{Han}{1,2}?)(的(?:申请|资料|电话|补贴|地址|情况|申請|資料|電話|補貼|情況)|家的|家里|家裡|家住|同学|同學|小朋友)`)
	// handle matches how somebody is found in a messenger.
	handle = regexp.MustCompile(`(?i)((?:微信号?|微讯|wechat|weixin|vx|qq号?)[ ]?(?:id)?[ ]?(?:是|为|係|系|is|:|：)?[ ]*)([a-z_-]*[0-9_][a-z0-9_-]{3,})`)
)

// noSurname are words that begin with one of them and are no name.
var noSurname = []string{"周末", "周岁", "周一", "周二", "周三", "周四", "周五", "周六", "周日", "周围", "曾经", "谢谢", "许多", "简单", "夏天", "夏令", "胡闹", "莫名", "顾不", "孙子", "孙女", "孙仔", "余下", "余款", "张开", "林业", "孫子", "孫女", "謝謝", "許多"}

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
	text = handle.ReplaceAllString(text, "${1}"+masked)
	text = figures.ReplaceAllString(mailbox.ReplaceAllString(text, masked), masked)
	text, _ = MaskPersonal(text, nil)
	text = hideName(text, introduced, noName)
	text = hideName(text, ofKin, noSurname)
	text = hideName(text, ofWhom, noSurname)
	return strings.Join(strings.Fields(text), " ")
}

// hideName masks the second group of what the pattern matches, unless it begins with a word
// that is no name.
func hideName(text string, pattern *regexp.Regexp, not []string) string {
	return pattern.ReplaceAllStringFunc(text, func(m string) string {
		parts := pattern.FindStringSubmatch(m)
		if slices.ContainsFunc(not, func(word string) bool { return strings.HasPrefix(parts[2], word) }) {
			return m
		}
		return parts[1] + masked + strings.Join(parts[3:], "")
	})
}

// Part is a part of the site that staff can turn off.
type Part string

// Chat is the part that answers questions.
const Chat Part = "chat"

// MaxPauseReason is how long a reason may be, in characters.
const MaxPauseReason = 200
