package bot

import (
	"fmt"
	"hash/fnv"
	"regexp"
	"slices"
	"strings"
)

// The conversation token says which policy was spoken of last and which published
// questions were answered, by a short hash of their entries; nothing about the
// visitor and none of their words. Whatever else comes back is ignored.
const (
	conversationPrefix = "about:"
	maxAsked           = 24 // questions remembered
)

var (
	slugForm = regexp.MustCompile(`^[a-z0-9-]{1,80}$`)
	hashForm = regexp.MustCompile(`^[0-9a-f]{6}$`)
)

// asked holds the hashes of what was answered before, oldest first.
type asked []string

func conversationOf(policy string, a asked) string {
	if len(a) == 0 {
		return conversationPrefix + policy
	}
	return conversationPrefix + policy + ":" + strings.Join(a, ".")
}

// policyOf returns the policy spoken of last; empty if there is none.
func policyOf(conversation string) string {
	slug, _ := cutConversation(conversation)
	return slug
}

// askedIn returns what was answered in the conversation.
func askedIn(conversation string) asked {
	_, rest := cutConversation(conversation)
	var a asked
	for _, hash := range strings.Split(rest, ".") {
		if hashForm.MatchString(hash) && len(a) < maxAsked {
			a = append(a, hash)
		}
	}
	return a
}

func cutConversation(conversation string) (slug, rest string) {
	body, ok := strings.CutPrefix(conversation, conversationPrefix)
	slug, rest, _ = strings.Cut(body, ":")
	if !ok || !slugForm.MatchString(slug) {
		return "", ""
	}
	return slug, rest
}

// with adds an entry; the oldest make room.
func (a asked) with(id string) asked {
	if id == "" || a.has(id) {
		return a
	}
	a = append(slices.Clone(a), hashOf(id))
	return a[max(0, len(a)-maxAsked):]
}

func (a asked) has(id string) bool { return slices.Contains(a, hashOf(id)) }

func hashOf(id string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id)) // never fails
	return fmt.Sprintf("%06x", h.Sum32()&0xffffff)
}
