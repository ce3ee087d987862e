package bot

import (
	"regexp"
	"strings"
)

// The conversation token says which policy was spoken of last, and nothing about
// the visitor; whatever else comes back is ignored.
const conversationPrefix = "about:"

var slugForm = regexp.MustCompile(`^[a-z0-9-]{1,80}$`)

func conversationOf(policy string) string { return conversationPrefix + policy }

func policyOf(conversation string) string {
	slug, ok := strings.CutPrefix(conversation, conversationPrefix)
	if !ok || !slugForm.MatchString(slug) {
		return ""
	}
	return slug
}
