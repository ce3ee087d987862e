package bot

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"huitong/content"
)

// memory is what a conversation comes to: what was spoken of, what the bot has asked
// and, of a check, the codes of the answers. None of the visitor's words are in it,
// and nothing that tells who they are. The caller carries it as Reply.Conversation,
// and vouches that nobody has changed it; still, whatever is in it that the content
// does not know is ignored.
type memory struct {
	Policy    string    `json:"p,omitempty"` // spoken of last
	Section   string    `json:"s,omitempty"` // of it that was quoted last
	Asked     asked     `json:"a,omitempty"`
	Choices   []string  `json:"c,omitempty"` // entries, or policies to check, that were offered to choose from
	Clarified bool      `json:"d,omitempty"` // the last reply asked back
	Offer     string    `json:"o,omitempty"` // policy that the bot offered to check
	Told      []string  `json:"t,omitempty"` // special cases named so far, by the hash of the case's first word; the last named last
	Check     *checking `json:"k,omitempty"`
}

// checking is a check that is under way, or has just ended.
type checking struct {
	Policy string   `json:"p"`
	Given  []given  `json:"g,omitempty"` // in the order in which they were given
	Asks   string   `json:"q,omitempty"` // name of the open question; empty: the verdict was given
	Narrow []string `json:"n,omitempty"` // options that the last answer may have meant
	Missed bool     `json:"m,omitempty"` // the last answer was not understood
}

// given is the name of a question and the code of its answer.
type given [2]string

// maxMemory bounds a conversation, in bytes; longer ones are none.
const maxMemory = 2000

// maxAsked is how many answered questions are remembered.
const maxAsked = 24

var hashForm = regexp.MustCompile(`^[0-9a-f]{6}$`)

// remember reads a conversation.
func (b *Bot) remember(conversation string) memory {
	var m memory
	if conversation == "" || len(conversation) > maxMemory || json.Unmarshal([]byte(conversation), &m) != nil {
		return memory{}
	}
	if b.sections[m.Policy] == nil {
		m.Policy, m.Section = "", ""
	}
	if !slices.Contains(b.sections[m.Policy], m.Section) {
		m.Section = ""
	}
	m.Asked = slices.DeleteFunc(m.Asked, func(hash string) bool { return !hashForm.MatchString(hash) })
	m.Asked = m.Asked[max(0, len(m.Asked)-maxAsked):]
	if !m.askedWhether() {
		m.Choices = slices.DeleteFunc(m.Choices, func(id string) bool { return !b.canChoose(id) })
	}
	m.Told = slices.DeleteFunc(m.Told, func(hash string) bool { return b.caseOf(hash) == 0 })
	m.Told = m.Told[max(0, len(m.Told)-maxTold):]
	if b.checkable(m.Offer) == nil {
		m.Offer = ""
	}
	if m.Check != nil && !b.valid(m.Check) {
		m.Check = nil
	}
	return m
}

// valid drops from a check what its policy does not know, and reports whether
// anything is left.
func (b *Bot) valid(c *checking) bool {
	p := b.checkable(c.Policy)
	if p == nil {
		return false
	}
	c.Given = slices.DeleteFunc(c.Given, func(g given) bool {
		q := screened(p, g[0])
		return q == nil || !accepts(q, g[1])
	})
	if screened(p, c.Asks) == nil {
		c.Asks = ""
	}
	return c.Asks != "" || len(c.Given) > 0
}

func (m memory) String() string {
	if text, ok := m.short(); ok {
		return text
	}
	text, _ := json.Marshal(m) // strings and lists always marshal
	return string(text)
}

// short writes what most conversations come to as json.Marshal would, in a fraction of
// the time; false where there is more to write.
func (m memory) short() (text string, ok bool) {
	if m.Check != nil || len(m.Choices) > 0 || m.Clarified || !isPlainName(m.Policy) || !isPlainName(m.Section) || !isPlainName(m.Offer) {
		return "", false
	}
	b := append(make([]byte, 0, 256), '{')
	b = appendNamed(b, "p", m.Policy)
	b = appendNamed(b, "s", m.Section)
	if b, ok = appendHashes(b, "a", m.Asked); !ok {
		return "", false
	}
	b = appendNamed(b, "o", m.Offer)
	if b, ok = appendHashes(b, "t", m.Told); !ok {
		return "", false
	}
	return string(append(b, '}')), true
}

// appendHashes appends a list as a member, unless it is empty; false where one is no hash.
func appendHashes(b []byte, key string, hashes []string) ([]byte, bool) {
	for i, hash := range hashes {
		if !isPlainName(hash) {
			return b, false
		}
		if i == 0 {
			b = append(appendKey(b, key), '[')
		} else {
			b = append(b, ',')
		}
		b = append(append(append(b, '"'), hash...), '"')
	}
	if len(hashes) > 0 {
		b = append(b, ']')
	}
	return b, true
}

// appendNamed appends a member of an object, unless it is empty.
func appendNamed(b []byte, key, value string) []byte {
	if value == "" {
		return b
	}
	return append(append(append(appendKey(b, key), '"'), value...), '"')
}

func appendKey(b []byte, key string) []byte {
	if len(b) > 1 {
		b = append(b, ',')
	}
	return append(append(append(b, '"'), key...), `":`...)
}

// isPlainName reports text that JSON has as it is.
func isPlainName(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '.' {
			return false
		}
	}
	return true
}

// settled forgets what was left open: questions back, offers and a finished check.
func (m memory) settled() memory {
	m.Choices, m.Clarified, m.Offer = nil, false, ""
	if m.Check != nil && m.Check.Asks == "" {
		m.Check = nil
	}
	return m
}

// asked holds short hashes of the entries that were answered, oldest first.
type asked []string

// with adds an entry as the last; the oldest make room.
func (a asked) with(id string) asked {
	if id == "" {
		return a
	}
	hash := hashOf(id)
	a = slices.DeleteFunc(slices.Clone(a), func(other string) bool { return other == hash })
	a = append(a, hash)
	return a[max(0, len(a)-maxAsked):]
}

func (a asked) has(id string) bool {
	if len(a) == 0 {
		return false
	}
	digits := digitsOfHash(id)
	for _, hash := range a {
		if hash == string(digits[:]) {
			return true
		}
	}
	return false
}

// hashOf is the end of FNV-1a with 32 bits.
func hashOf(id string) string {
	digits := digitsOfHash(id)
	return string(digits[:])
}

// digitsOfHash is hashOf without asking for memory.
func digitsOfHash(id string) [6]byte {
	sum := uint32(2166136261)
	for i := range len(id) {
		sum = (sum ^ uint32(id[i])) * 16777619
	}
	var out [6]byte
	for i := range out {
		out[i] = "0123456789abcdef"[sum>>(20-4*i)&15]
	}
	return out
}

// checkPrefix marks a policy to check among the choices of a conversation.
const checkPrefix = "check:"

func (b *Bot) canChoose(id string) bool {
	if slug, ok := strings.CutPrefix(id, checkPrefix); ok {
		return b.checkable(slug) != nil
	}
	_, ok := b.entries[id]
	return ok
}

// checkable returns the policy if it has conditions to check; nil otherwise.
func (b *Bot) checkable(slug string) *content.Policy {
	if p := b.policies[slug]; p != nil && p.Checkable() && len(b.words.Says) > 0 {
		return p
	}
	return nil
}
