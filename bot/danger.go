package bot

import (
	"slices"
	"strings"
	"unicode/utf8"

	"huitong/content"
)

// What may be answered where the bot asks whether there is danger, as a conversation
// remembers it. No passage has such an ID.
const (
	inDanger = "danger:yes"
	noDanger = "danger:no"
)

// numberFirst puts the number to call before a reply to what may be a child in danger.
// A family that is in none has its answer all the same.
func (b *Bot) numberFirst(t turn, r Reply) Reply {
	note := b.words.Say(content.SayDanger, t.Lang)
	if r.Outcome == Urgent || note == "" {
		return r
	}
	r.Danger = true
	r.Notes = slices.DeleteFunc(slices.Clone(r.Notes), func(n string) bool { return n == note })
	r.Notes = slices.Insert(r.Notes, 0, note)
	return r
}

// clauseEnds are the signs that a message of several clauses has between them; in Chinese
// spaces, too, which stand between words of other languages.
const clauseEnds = "，,。.！!？?；;、…~～\n"

// shortClause is how many characters are too few to tell of danger by themselves.
const shortClause = 4

// inAClause reports whether a clause alone would raise the alarm, by a rule as well, in a
// message that sounds calm as a whole: who is beaten may ask for money in the same breath.
func (b *Bot) inAClause(t turn) bool {
	if !b.lexicon.hasUrgent(t.words) {
		return false
	}
	ends := clauseEnds
	if !strings.ContainsAny(t.folded, "abcdefghijklmnopqrstuvwxyz") {
		ends += " "
	}
	for clause := range strings.FieldsFuncSeq(t.Text, func(r rune) bool { return strings.ContainsRune(ends, r) }) {
		if len(clause) == len(t.Text) || utf8.RuneCountInString(clause) < shortClause {
			continue
		}
		u := b.hear(clause)
		if danger, _ := b.urgency(&u); danger >= aloneFrom && b.lexicon.isUrgent(u.words) {
			return true
		}
	}
	return false
}

// whether asks if a child is in danger where nothing that is published answers.
func (b *Bot) whether(t turn) Reply {
	if t.memory.Clarified || len(b.words.Says) == 0 {
		return b.warn(t, urgentFrom)
	}
	after := t.memory.settled()
	after.Clarified, after.Choices = true, []string{inDanger, noDanger}
	return Reply{
		Outcome: Clarify, Answer: b.words.Say(content.SayWhether, t.Lang), Confidence: 1, Conversation: after.String(),
		Choices: []Choice{{Label: b.words.Say(content.SayInDanger, t.Lang)}, {Label: b.words.Say(content.SayNoDanger, t.Lang)}},
	}
}

// saysWhether takes the message as an answer to that. Its very words count at any time: a
// page may have been open for so long that the conversation is forgotten.
func (b *Bot) saysWhether(t turn) (Reply, bool) {
	meaning := ""
	if t.memory.askedWhether() {
		meaning = b.hearing.meaning(t.closed.text)
	}
	switch {
	case slices.Contains(b.inDanger, t.folded), slices.Contains([]string{"yes", "first", "unknown"}, meaning):
		return b.warn(t, 1), true
	case slices.Contains(b.noDanger, t.folded), slices.Contains([]string{"no", "second", "last", "neither"}, meaning):
		r := b.refuse(t, match{})
		r.Outcome = HandOver // whom to turn to: the answer is no question that staff could learn from
		return r, true
	}
	return Reply{}, false
}

// askedWhether reports whether that is what was asked last. Offered among other choices, or
// one without the other, those IDs are not from the bot: they lead to no passage.
func (m memory) askedWhether() bool { return slices.Equal(m.Choices, []string{inDanger, noDanger}) }

// inAnyLanguage returns what the bot offers to answer in each language, folded.
func (b *Bot) inAnyLanguage(cue content.Cue) []string {
	words := b.words.Says[cue]
	return slices.DeleteFunc([]string{b.norm.Fold(words.ZH), b.norm.Fold(words.EN)}, func(s string) bool { return s == "" })
}
