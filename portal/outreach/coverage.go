package outreach

import (
	"cmp"
	"slices"
	"time"
)

// Reach is which villages were reached by the events of a year.
type Reach struct {
	Year   string
	Places []Place // every village, reached or not
	Events []Event // of the year; cancelled ones are left out
}

// VillageReach is what came to one village in the year.
type VillageReach struct {
	Place
	Events  int            // that were held
	People  int            // at events in which the village took part, also with others
	Topics  map[string]int // events by policy
	Planned int            // events still to come, or that nobody has counted
}

// Level says how far a village is.
type Level int

// The levels, the gap first.
const (
	Gap     Level = iota // nothing was held, and nothing is planned
	Planned              // something is, or waits to be counted
	Reached              // something was held
)

// Level is how far the village is.
func (v VillageReach) Level() Level {
	switch {
	case v.Events > 0:
		return Reached
	case v.Planned > 0:
		return Planned
	}
	return Gap
}

// TownReach adds up the villages of a town.
type TownReach struct {
	Town     string
	Villages []VillageReach // by name
	Reached  int
}

// TopicReach is in how many villages a policy was spoken of.
type TopicReach struct {
	Topic   string
	Reached int
	Events  int
}

// Villages counts for each village the events in which it took part, the gaps first: those
// without any, of them first those for which none is planned; then those with the fewest
// policies. With a topic, only events that spoke of it count.
func (r Reach) Villages(now time.Time, topic string) []VillageReach {
	at := map[Place]*VillageReach{}
	for _, p := range r.Places {
		at[p] = &VillageReach{Place: p, Topics: map[string]int{}}
	}
	for _, e := range r.Events {
		if topic != "" && !slices.Contains(e.Topics, topic) {
			continue
		}
		for _, name := range e.Villages {
			if v := at[Place{e.Town, name}]; v != nil {
				v.add(e, now)
			}
		}
	}
	var out []VillageReach
	for _, v := range at {
		out = append(out, *v)
	}
	slices.SortFunc(out, func(a, b VillageReach) int {
		return cmp.Or(cmp.Compare(a.Level(), b.Level()), cmp.Compare(len(a.Topics), len(b.Topics)), cmp.Compare(a.Events, b.Events),
			cmp.Compare(a.Town, b.Town), cmp.Compare(a.Village, b.Village))
	})
	return out
}

func (v *VillageReach) add(e Event, now time.Time) {
	switch {
	case e.Held(now):
		v.Events++
		v.People += e.Attendance()
		for _, t := range e.Topics {
			v.Topics[t]++
		}
	case !e.Cancelled && (!e.Begun(now) || e.Open(now) || e.Uncounted(now)):
		v.Planned++
	}
}

// Towns groups villages by town, the towns with the most gaps first.
func Towns(villages []VillageReach) []TownReach {
	at := map[string]int{}
	var out []TownReach
	for _, v := range villages {
		i, ok := at[v.Town]
		if !ok {
			i = len(out)
			at[v.Town] = i
			out = append(out, TownReach{Town: v.Town})
		}
		out[i].Villages = append(out[i].Villages, v)
		out[i].Reached += min(v.Events, 1)
	}
	for _, t := range out {
		slices.SortFunc(t.Villages, func(a, b VillageReach) int { return cmp.Compare(a.Village, b.Village) })
	}
	slices.SortFunc(out, func(a, b TownReach) int {
		return cmp.Or(cmp.Compare(b.Gaps(), a.Gaps()), cmp.Compare(a.Town, b.Town))
	})
	return out
}

// Gaps is how many villages of the town were not reached.
func (t TownReach) Gaps() int { return len(t.Villages) - t.Reached }

// Topics counts for each policy the villages in which there was talk of it, the fewest
// first.
func (r Reach) Topics(now time.Time, topics []string) []TopicReach {
	villages := r.Villages(now, "")
	var out []TopicReach
	for _, t := range topics {
		one := TopicReach{Topic: t}
		for _, v := range villages {
			one.Reached += min(v.Topics[t], 1)
		}
		for _, e := range r.Events {
			if e.Held(now) && slices.Contains(e.Topics, t) {
				one.Events++
			}
		}
		out = append(out, one)
	}
	slices.SortStableFunc(out, func(a, b TopicReach) int { return cmp.Compare(a.Reached, b.Reached) })
	return out
}

// Held counts the events that took place, and the people who came to them, each once.
func (r Reach) Held(now time.Time) (events, people int) {
	for _, e := range r.Events {
		if e.Held(now) {
			events++
			people += e.Attendance()
		}
	}
	return events, people
}
