package demo

import (
	"fmt"
	"strconv"
	"time"

	"huitong/content"
	"huitong/portal/apply"
)

// forms are the policies that can be applied for.
type forms struct{ all []apply.Form }

func newForms(lib *content.Library) forms {
	var f forms
	for _, p := range lib.Policies {
		if p.Online() && !p.Ended() {
			f.all = append(f.all, apply.Form{Policy: p})
		}
	}
	return f
}

// family is who applies.
type family struct {
	place                   place
	child, guardian         string
	childID                 string
	guardianID, phone, bank string
}

func (t *city) newFamily(at place) family {
	surname := string(pick(t, []rune(surnames)))
	return family{
		place: at, child: t.name(surname), guardian: t.name(surname), childID: t.residentID(t.born(1, 17)), guardianID: t.residentID(t.born(28, 70)),
		phone: t.mobile(), bank: t.account(),
	}
}

// tries is how many sets of answers are drawn for a family that is to qualify.
const tries = 12

// answers are a family's to the whole form. Most families look first whether they
// qualify: of some draws the first counts for which the policy does not say no.
func (t *city) answers(f apply.Form, who family) (apply.Answers, error) {
	today := t.Clock.Now()
	var out apply.Answers
	for range tries {
		a, err := t.draw(f, who, today)
		if err != nil {
			return nil, err
		}
		out = a
		if f.Policy.Assess(content.Answers(a)).Result != content.False || t.chance(4) {
			break
		}
	}
	return out, nil
}

// draw answers page after page, as they come after what was answered before.
func (t *city) draw(f apply.Form, who family, today time.Time) (apply.Answers, error) {
	a := apply.Answers{}
	for i := 0; i < len(f.Pages(a)); i++ {
		page := f.Pages(a)[i]
		posted := apply.Answers{}
		for _, q := range page.Questions {
			if q.Required || t.chance(40) {
				posted[q.Name] = t.answer(q, who)
			}
		}
		after, wrong := f.Check(page.Name, a, posted, today)
		if len(wrong) > 0 { // a question came up by an answer of the same page
			for _, p := range wrong {
				if q, ok := f.Policy.Question(p.Field); ok {
					posted[q.Name] = t.answer(q, who)
				}
			}
			after, wrong = f.Check(page.Name, a, posted, today)
		}
		if err := wrong.Err(); err != nil {
			return nil, fmt.Errorf("page %s of %s: %w", page.Name, f.Policy.Slug, err)
		}
		a = after
	}
	return a, nil
}

// answer is one that fits the question.
func (t *city) answer(q *content.Question, who family) string {
	switch q.Name {
	case apply.FieldChildName:
		return who.child
	case apply.FieldChildID:
		return who.childID
	case apply.FieldGuardianName, apply.FieldBankHolder:
		return who.guardian
	case "guardian_id":
		return who.guardianID
	case apply.FieldBankAccount:
		return who.bank
	case apply.FieldTown:
		return who.place.town
	case "hukou":
		if t.chance(92) && q.Accepts("zhongshan") {
			return "zhongshan"
		}
	}
	if len(q.Options) > 0 {
		return pick(t, q.Options).Value
	}
	return t.typed(q, who)
}

// typed is an answer to a question without options, by its type.
func (t *city) typed(q *content.Question, who family) string {
	switch q.Type {
	case "yesno":
		return pick(t, []string{"yes", "no"})
	case "name":
		return t.name("")
	case "resident-id":
		return t.residentID(t.born(1, 17))
	case "date":
		return t.Clock.Now().AddDate(0, 0, -1-t.random.IntN(700)).Format(time.DateOnly)
	case "phone":
		return who.phone
	case "address":
		return fmt.Sprintf("中山市%s%s演示路%d号", who.place.townName, who.place.name, 1+t.random.IntN(200))
	case "number", "amount":
		most := q.Max
		if most == 0 || most > q.Min+20_000 {
			most = q.Min + 20_000
		}
		return strconv.Itoa(q.Min + t.random.IntN(most-q.Min+1))
	case "bank-account":
		return who.bank
	}
	return pick(t, saidByFamilies)
}
