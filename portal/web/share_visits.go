package web

import (
	"context"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"huitong/portal/apply"
	"huitong/portal/casework"
	"huitong/portal/outreach"
)

// Visits counts how often links were opened.
type Visits interface {
	outreach.Ledger
	Visits(ctx context.Context, by apply.Actor, since int64) (outreach.Tally, error)
}

// visitWaits is how long somebody waits for a visit to be saved before being led on.
const visitWaits = 250 * time.Millisecond

// countVisit counts that somebody opened the link, and keeps nothing of who. That it
// could not be saved at once is no matter of the visitor's.
func (s *Server) countVisit(c *fiber.Ctx, code outreach.Code) {
	r := outreach.Request{
		Method: c.Method(), Agent: c.Get(fiber.HeaderUserAgent), Mode: c.Get("Sec-Fetch-Mode"),
		Purpose: strings.Join([]string{c.Get("Sec-Purpose"), c.Get("Purpose"), c.Get("X-Purpose"), c.Get("X-Moz")}, " "),
		Staff:   c.Cookies(s.cookieName(sessionCookie)) != "",
	}
	if s.counter == nil || !r.Counts() {
		return
	}
	ctx, stop := context.WithTimeout(c.UserContext(), visitWaits)
	defer stop()
	if err := s.counter.Count(ctx, outreach.Visit{Code: code, Day: dayNumber(s.now())}); err != nil {
		s.log.LogAttrs(c.UserContext(), slog.LevelWarn, "visit not saved yet", slog.String("request", requestID(c)), slog.Any("error", err))
	}
}

const (
	visitsPath = sharePath + "/visits"
	visitsFile = "/list.csv"
)

// visitSpans are the days that one can look back on.
var visitSpans = []int{7, 30, 365}

type visitsPage struct {
	staffPage
	Periods []deskLink
	File    string // address of the same as a file
	Figures []figurePart
}

// showVisits shows how often the links of one's own places were opened, the villages
// that nobody reached first.
func (s *Server) showVisits(c *fiber.Ctx, u casework.User) error {
	t := s.words(c)
	days := c.QueryInt("days", visitSpans[1])
	if !slices.Contains(visitSpans, days) {
		days = visitSpans[1]
	}
	tally, err := s.cases.Visits.Visits(c.UserContext(), u.Actor(), dayNumber(s.now())-int64(days)+1)
	if err != nil {
		return err
	}
	if strings.HasSuffix(c.Path(), visitsFile) {
		return s.sendVisits(c, tally)
	}
	view := visitsPage{File: visitsPath + visitsFile + "?days=" + strconv.Itoa(days), staffPage: s.newStaffPage(c, u, "visits.title")}
	view.Crumbs = append(view.Crumbs, crumb{t("kit.title"), sharePath})
	for _, n := range visitSpans {
		view.Periods = append(view.Periods, deskLink{t("visits.days", "Days", n), visitsPath + "?days=" + strconv.Itoa(n), n == days})
	}
	count := t("visits.count")
	part := func(id string) figurePart {
		return figurePart{ID: "visits-" + id, Title: t("visits." + id), About: t("visits." + id + ".about"), First: t("visits." + id + ".first"), Columns: []string{count}}
	}
	row := func(label string, n int64) figureRow {
		return figureRow{label, []figureCell{{count, strconv.FormatInt(n, 10)}}}
	}
	villages, links, dates := part("village"), part("link"), part("day")
	town := func(p outreach.Place) string { return s.shareName(c, outreach.Place{Town: p.Town}) }
	places, sums := tally.ByVillage(), map[string]int64{}
	for _, v := range places {
		villages.Rows = append(villages.Rows, row(s.shareName(c, v.Of), v.Visits))
		sums[town(v.Of)] += v.Visits
	}
	villages = villages.grouped(func(row int) string { return town(places[row].Of) }, func(name string) string {
		return name + t("punctuation.colon") + count + " " + strconv.FormatInt(sums[name], 10)
	})
	lib := s.content().Library
	for _, l := range tally.ByTarget(func(code outreach.Code) (outreach.Target, bool) { return s.codes.target(lib, code) }) {
		links.Rows = append(links.Rows, row(s.targetName(c, l.Of), l.Visits))
	}
	for _, d := range tally.ByTime(spanName(days)) {
		dates.Rows = append(dates.Rows, row(d.Of, d.Visits))
	}
	view.Figures = []figurePart{villages, links, dates}
	return s.render(c, "staff-visits", view)
}

// sendVisits sends the visits of each link and day, which are few enough to be counted
// again in any other way.
func (s *Server) sendVisits(c *fiber.Ctx, tally outreach.Tally) error {
	t := s.words(c)
	lib := s.content().Library
	rows := [][]string{{t("visits.day.first"), t("staff.column.town"), t("visits.village.first"), t("visits.link.first"), t("visits.code"), t("visits.count")}}
	for _, r := range tally.Rows {
		of := r.Target
		if r.Code.Public() {
			of, _ = s.codes.target(lib, r.Code)
		}
		town := ""
		if r.Town != "" {
			town = s.townName(c, r.Town)
		}
		rows = append(rows, []string{spanName(visitSpans[0])(r.Day), town, r.Village, s.targetName(c, of), string(r.Code), strconv.FormatInt(r.Visits, 10)})
	}
	return sendRows(c, "visits.csv", rows)
}

// targetName is what a link leads to.
func (s *Server) targetName(c *fiber.Ctx, of outreach.Target) string {
	to, ok := s.goal(of)
	if !ok {
		return of.String()
	}
	return s.contentText(c, s.pitchOf(visitOf(c).Lang, to, of.Kind).Title)
}

// spanName is the day, the Monday of its week or its month, by how far one looks back.
func spanName(days int) func(day int64) string {
	return func(day int64) string {
		at := time.Unix(day*int64(24*time.Hour/time.Second), 0).UTC()
		switch days {
		case 365:
			return at.Format("2006-01")
		case 30:
			at = at.AddDate(0, 0, -(int(at.Weekday())+6)%7)
		}
		return at.Format("2006-01-02")
	}
}

// dayNumber counts the days since 1970 in China.
func dayNumber(t time.Time) int64 {
	return (t.Unix() + int64(8*time.Hour/time.Second)) / int64(24*time.Hour/time.Second)
}
