package bot

import (
	"context"
	"slices"
	"strings"

	"huitong/search"
)

// What the parts of the score of a policy count.
const (
	retrievalPart = 0.55 // its best entry
	topicPart     = 0.45 // how much the question sounds like those about it
)

const (
	candidates   = 40   // entries looked at
	answerFrom   = 0.5  // confidence from which the bot answers
	urgentFrom   = 0.55 // probability of danger from which it is urgent
	bareShare    = 0.92 // of a question that names no topic
	loyalty      = 0.12 // what the policy spoken of is ahead by
	named        = 0.35 // what a policy gains that is called by its name
	ellipsisSize = 12   // characters of a question that may lean on the last one
)

// match is what was found for a question.
type match struct {
	entries    []Entry // of the best policy, best first
	likely     []Entry // best entry of each policy, best policy first
	confidence float64 // that entries[0] answers
	bare       bool    // the question names no topic
}

// urgency returns how sure it is that a child is in danger; 0 where nothing says so.
func (b *Bot) urgency(folded string, words []reading) float64 {
	if b.lexicon.isUrgent(words) {
		return 1
	}
	if p := b.danger.probabilities(folded, b.lexicon.marks(words)...)[urgent]; p >= urgentFrom {
		return p
	}
	return 0
}

// match ranks policies, then the entries of the best one. A short question leans
// on the policy spoken of last.
func (b *Bot) match(ctx context.Context, text, spoken string, words []reading) (match, error) {
	m := match{bare: b.lexicon.share(words, genericGroup) >= bareShare}
	if m.bare && spoken != "" {
		text = b.topicName(spoken) + " " + text
	}
	result, err := b.search.Search(ctx, search.Query{Text: text, Limit: candidates, Bare: true})
	if err != nil {
		return m, err
	}
	normal := b.norm.Normalize(text)
	scores := b.policyScores(result.Hits, normal)
	if len([]rune(text)) <= ellipsisSize || m.bare {
		scores[spoken] += loyalty
	}
	ranked := slices.SortedFunc(slices.Values(b.slugs), func(a, c string) int {
		if scores[a] != scores[c] {
			return compare(scores[c], scores[a])
		}
		return strings.Compare(a, c)
	})
	if m.bare && spoken != "" {
		ranked = []string{spoken}
	}
	for i, slug := range ranked {
		for _, h := range result.Hits {
			e, ok := b.entries[h.ID]
			if !ok || e.Policy != slug {
				continue
			}
			if i == 0 {
				m.entries = append(m.entries, e)
				continue
			}
			m.likely = append(m.likely, e)
			break
		}
	}
	if len(m.entries) > 0 {
		m.likely = append(m.entries[:1:1], m.likely...)
	}
	m.confidence = b.confidence(result.Hits, words, normal, m)
	return m, nil
}

func compare(a, b float64) int {
	if a < b {
		return -1
	}
	return 1
}

// policyScores combines, for each policy, its best entries and how much the
// question sounds like those that people ask about it.
func (b *Bot) policyScores(hits []search.Hit, normal string) map[string]float64 {
	best := map[string]float64{}
	for _, h := range hits {
		e, ok := b.entries[h.ID]
		if !ok {
			continue
		}
		best[e.Policy] = max(best[e.Policy], h.Score)
	}
	top := 1e-9
	for _, s := range best {
		top = max(top, s)
	}
	scores := map[string]float64{}
	for i, p := range b.topic.probabilities(normal) {
		slug := b.slugs[i]
		scores[slug] = retrievalPart*best[slug]/top + topicPart*p
		if b.calls(slug, normal) {
			scores[slug] += named
		}
	}
	return scores
}

// calls reports whether the question calls the policy by one of its names.
func (b *Bot) calls(slug, normal string) bool {
	for _, name := range b.names[slug] {
		if strings.Contains(normal, name) {
			return true
		}
	}
	return false
}

// confidence estimates the chance that the question belongs here and the best
// entry answers it.
func (b *Bot) confidence(hits []search.Hit, words []reading, normal string, m match) float64 {
	if len(m.entries) == 0 {
		return 0
	}
	if m.bare {
		return 0.8
	}
	s := b.signals(hits, words, normal, m)
	return s.confidence()
}

func (b *Bot) topicName(slug string) string {
	for _, e := range b.entries {
		if e.Policy == slug {
			return e.Topic
		}
	}
	return ""
}
