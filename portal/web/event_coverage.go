package web

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huitong/portal/apply"
	"huitong/portal/casework"
	"huitong/portal/outreach"
)

// EventReach is which villages were reached in a year.
type EventReach interface {
	Reach(ctx context.Context, by apply.Actor, year string) (outreach.Reach, error)
}

const (
	coveragePath = eventsPath + "/coverage"
	coverageFile = coveragePath + ".csv"
)

func (s *Server) coverageRoutes() []deskRoute {
	if s.cases.EventReach == nil {
		return nil
	}
	return []deskRoute{
		{fiber.MethodGet, coveragePath, casework.ReadEvents, s.showCoverage, 0},
		{fiber.MethodGet, coverageFile, casework.ReadEvents, s.showCoverage, 0},
	}
}

// coveragePage shows which villages were reached: towns as on a map with a mark for each
// village, and a table that says the same and more, the gaps first.
type coveragePage struct {
	staffPage
	Heading  string
	Years    []deskLink
	Topic    field
	Year     string
	Said     string // all in one sentence
	Gaps     string
	Towns    []townReach
	Villages figurePart // beside the towns, where there is room
	Topics   figurePart
	File     string
}

// townReach is a town of the map.
type townReach struct {
	ID, Name, Said string
	Marks          []villageMark
}

// villageMark is a village of the map: how far it is, and its name for who points at it.
type villageMark struct {
	Level string
	Name  string
}

var levelNames = map[outreach.Level]string{outreach.Gap: "gap", outreach.Planned: "planned", outreach.Reached: "reached"}

func (s *Server) showCoverage(c *fiber.Ctx, u casework.User) error {
	year, topic := s.trainingYear(c), c.Query("topic")
	if !s.isPolicy(topic) {
		topic = ""
	}
	reach, err := s.cases.EventReach.Reach(c.UserContext(), u.Actor(), strconv.Itoa(year))
	if err != nil {
		return err
	}
	villages := reach.Villages(s.now(), topic)
	if strings.HasSuffix(c.Path(), ".csv") {
		return s.sendCoverage(c, villages)
	}
	t := s.words(c)
	view := coveragePage{staffPage: s.newStaffPage(c, u, "coverage.title"), Year: reach.Year}
	view.Heading = t("coverage.of", "Year", reach.Year)
	view.Crumbs = append(view.Crumbs, crumb{t("event.title"), eventsPath})
	query := func(year int) string {
		q := url.Values{"year": {strconv.Itoa(year)}}
		if topic != "" {
			q.Set("topic", topic)
		}
		return q.Encode()
	}
	for n := s.now().In(apply.China).Year(); n > s.now().In(apply.China).Year()-3; n-- {
		view.Years = append(view.Years, deskLink{strconv.Itoa(n), coveragePath + "?" + query(n), n == year})
	}
	view.File = coverageFile + "?" + query(year)
	view.Topic = field{Name: "topic", Label: t("coverage.topic"), Value: topic, Optional: true, Options: s.topicOptions(c, nil)}
	towns := outreach.Towns(villages)
	view.Towns = s.townReaches(c, towns)
	gaps := 0
	for _, one := range towns {
		gaps += one.Gaps()
	}
	events, people := reach.Held(s.now())
	view.Said = t("coverage.said", "All", len(villages), "Reached", len(villages)-gaps, "Events", events, "People", people)
	if gaps > 0 {
		view.Gaps = t("coverage.gaps", "Count", gaps)
	}
	view.Villages, view.Topics = s.villageTable(c, villages), s.topicTable(c, reach)
	return s.render(c, "staff-coverage", view)
}

func (s *Server) townReaches(c *fiber.Ctx, towns []outreach.TownReach) []townReach {
	t := s.words(c)
	var out []townReach
	for _, one := range towns {
		slices.SortStableFunc(one.Villages, func(a, b outreach.VillageReach) int { return cmp.Compare(a.Level(), b.Level()) })
		r := townReach{ID: one.Town, Name: s.placeName(c, one.Town), Said: t("coverage.town", "Reached", one.Reached, "All", len(one.Villages))}
		for _, v := range one.Villages {
			level := levelNames[v.Level()]
			r.Marks = append(r.Marks, villageMark{level, s.contentText(c, v.Village) + t("punctuation.colon") + t(fmt.Sprintf("coverage.level.%s", level))})
		}
		out = append(out, r)
	}
	return out
}

// villageTable says of each village what was held there, the gaps first.
func (s *Server) villageTable(c *fiber.Ctx, villages []outreach.VillageReach) figurePart {
	t := s.words(c)
	p := figurePart{ID: "coverage-villages", Title: t("coverage.villages"), About: t("coverage.villages.about"), First: t("event.villages")}
	p.Columns = []string{t("coverage.events"), t("coverage.people"), t("coverage.topics"), t("coverage.planned")}
	for _, v := range villages {
		row := figureRow{Label: s.townName(c, v.Town) + " " + s.contentText(c, v.Village)}
		for i, n := range []int{v.Events, v.People, len(v.Topics), v.Planned} {
			row.Cells = append(row.Cells, figureCell{p.Columns[i], strconv.Itoa(n)})
		}
		p.Rows = append(p.Rows, row)
	}
	said := map[string]string{}
	for _, one := range outreach.Towns(villages) {
		name := s.townName(c, one.Town)
		said[name] = name + t("punctuation.colon") + t("coverage.town", "Reached", one.Reached, "All", len(one.Villages))
	}
	return p.grouped(func(row int) string { return s.townName(c, villages[row].Town) }, func(town string) string { return said[town] })
}

// topicTable says of each policy in how many villages there was talk of it, the fewest first.
func (s *Server) topicTable(c *fiber.Ctx, reach outreach.Reach) figurePart {
	t := s.words(c)
	p := figurePart{ID: "coverage-topics", Title: t("coverage.bytopic"), About: t("coverage.bytopic.about"), First: t("event.topics")}
	p.Columns = []string{t("coverage.reached"), t("coverage.events")}
	var slugs []string
	for _, o := range s.topicOptions(c, nil) {
		slugs = append(slugs, o.Value)
	}
	for _, one := range reach.Topics(s.now(), slugs) {
		p.Rows = append(p.Rows, figureRow{s.policyName(c, one.Topic), []figureCell{
			{p.Columns[0], strconv.Itoa(one.Reached)}, {p.Columns[1], strconv.Itoa(one.Events)},
		}})
	}
	return p
}

// sendCoverage sends a line for each village, with a column for each policy.
func (s *Server) sendCoverage(c *fiber.Ctx, villages []outreach.VillageReach) error {
	t := s.words(c)
	head := []string{t("staff.column.town"), t("event.villages"), t("coverage.events"), t("coverage.people"), t("coverage.planned")}
	topics := s.topicOptions(c, nil)
	for _, o := range topics {
		head = append(head, o.Label)
	}
	rows := [][]string{head}
	for _, v := range villages {
		row := []string{s.townName(c, v.Town), v.Village, strconv.Itoa(v.Events), strconv.Itoa(v.People), strconv.Itoa(v.Planned)}
		for _, o := range topics {
			row = append(row, strconv.Itoa(v.Topics[o.Value]))
		}
		rows = append(rows, row)
	}
	return sendRows(c, "coverage.csv", rows)
}
