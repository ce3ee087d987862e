package casework

import (
	"slices"
	"strings"
	"time"

	"huitong/portal/apply"
)

// CustodyGround is why the civil affairs department took a child into temporary
// guardianship (未成年人保护法第92条).
type CustodyGround string

// CustodyGrounds lists the seven cases of the law, in its order.
func CustodyGrounds() []CustodyGround {
	return []CustodyGround{"wandering", "guardian-missing", "emergency", "refused", "incited", "harmed", "other"}
}

// CustodyPlace is where such a child lives (未成年人保护法第93条).
type CustodyPlace string

// CustodyPlaces lists them.
func CustodyPlaces() []CustodyPlace {
	return []CustodyPlace{"relative", "foster", "centre", "institution"}
}

// CustodyEnd is how an episode ended.
type CustodyEnd string

// CustodyEnds lists how.
func CustodyEnds() []CustodyEnd { return []CustodyEnd{"home", "guardian", "long-term", "other"} }

// Episode is a time in which the protection centre had a child in temporary
// guardianship.
type Episode struct {
	ID, Child string
	Ground    CustodyGround
	Place     CustodyPlace
	Began     string // day
	Review    string // day by which it is looked at again
	Ended     string // day; empty: it lasts
	End       CustodyEnd
	Notes     []EpisodeNote
}

// ReviewAt is when the episode is looked at again; zero once it has ended.
func (e Episode) ReviewAt() time.Time {
	day, err := time.ParseInLocation(time.DateOnly, e.Review, apply.China)
	if err != nil || e.Ended != "" {
		return time.Time{}
	}
	return day
}

// EpisodeNote is what was found at the beginning, at a review or at the end.
type EpisodeNote struct {
	At   time.Time `json:"at"`
	By   string    `json:"by"` // user
	Text string    `json:"text"`
}

// NewEpisode is what somebody types to begin one.
type NewEpisode struct {
	Ground              CustodyGround
	Place               CustodyPlace
	Began, Review, Note string
}

// Check returns the episode, or [apply.Invalid].
func (n NewEpisode) Check(by string, now time.Time) (Episode, error) {
	var out apply.Invalid
	if !slices.Contains(CustodyGrounds(), n.Ground) {
		out = append(out, apply.Problem{Field: "ground", Key: apply.KeyChoose})
	}
	if !slices.Contains(CustodyPlaces(), n.Place) {
		out = append(out, apply.Problem{Field: "place", Key: apply.KeyChoose})
	}
	began, wrong := pastDay("began", n.Began, now)
	out = append(out, wrong...)
	review, wrong := laterDay("review", n.Review, now)
	out = append(out, wrong...)
	note := strings.TrimSpace(n.Note)
	out = append(out, checkWords("note", note)...)
	return Episode{Ground: n.Ground, Place: n.Place, Began: began, Review: review, Notes: []EpisodeNote{{At: now, By: by, Text: note}}}, out.Err()
}

// EpisodeStep is what somebody types of a review, or of the end.
type EpisodeStep struct {
	Place        CustodyPlace
	Review, Note string
	End          CustodyEnd // empty: it goes on
}

// Go reviews an episode, or ends it.
func (e *Episode) Go(step EpisodeStep, by string, now time.Time) error {
	if e.Ended != "" {
		return apply.ErrConflict
	}
	note := strings.TrimSpace(step.Note)
	out := checkWords("note", note)
	review := e.Review
	if step.End == "" {
		var wrong apply.Invalid
		review, wrong = laterDay("review", step.Review, now)
		out = append(out, wrong...)
		if !slices.Contains(CustodyPlaces(), step.Place) {
			out = append(out, apply.Problem{Field: "place", Key: apply.KeyChoose})
		}
	} else if !slices.Contains(CustodyEnds(), step.End) {
		out = append(out, apply.Problem{Field: "end", Key: apply.KeyChoose})
	}
	if err := out.Err(); err != nil {
		return err
	}
	e.Notes = append(slices.Clip(e.Notes), EpisodeNote{At: now, By: by, Text: note})
	if step.End != "" {
		e.End, e.Ended = step.End, now.In(apply.China).Format(time.DateOnly)
		return nil
	}
	e.Place, e.Review = step.Place, review
	return nil
}

// pastDay reads a day that has come.
func pastDay(field, typed string, now time.Time) (string, apply.Invalid) {
	return dayWhere(field, typed, now, KeyDayAhead, func(day, today string) bool { return day <= today })
}

// laterDay reads a day that is to come.
func laterDay(field, typed string, now time.Time) (string, apply.Invalid) {
	return dayWhere(field, typed, now, KeyDayPast, func(day, today string) bool { return day > today })
}

func dayWhere(field, typed string, now time.Time, key string, fits func(day, today string) bool) (string, apply.Invalid) {
	day, p := apply.CheckTyped("date", typed, now)
	switch {
	case p.Key != "":
		p.Field = field
		return day, apply.Invalid{p}
	case day == "":
		return day, apply.Invalid{{Field: field, Key: apply.KeyRequired}}
	case !fits(day, now.In(apply.China).Format(time.DateOnly)):
		return day, apply.Invalid{{Field: field, Key: key}}
	}
	return day, nil
}
