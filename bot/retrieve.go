package bot

import "context"

// Retrieve returns the IDs of the passages that an answer to a question is taken
// from, that which would be quoted first: those of the policy that search and
// classifier together take for the likeliest, then the best one of each other policy.
// It does not judge whether the question is one to answer.
func (b *Bot) Retrieve(ctx context.Context, text string, limit int) ([]string, error) {
	if err := b.wait(ctx); err != nil {
		return nil, err
	}
	m, err := b.match(ctx, b.hear(text), "")
	if err != nil {
		return nil, err
	}
	found := b.arranged(m).entries
	if len(m.likely) > 1 {
		found = append(found[:len(found):len(found)], m.likely[1:]...)
	}
	var ids []string
	for _, e := range found[:min(limit, len(found))] {
		ids = append(ids, e.ID)
	}
	return ids, nil
}
