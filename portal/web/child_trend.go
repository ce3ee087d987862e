package web

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huitong/portal/casework"
)

// trend is how a child's assessments went, as a drawing; the table beside it says the
// same in words.
type trend struct {
	Label string // what is drawn, in a sentence
	Line  string // points of the polyline
	Dots  []trendDot
}

type trendDot struct {
	X, Y       int
	Score, Day string
	Band       string
}

// Size of the drawing, in its own units: the scores 0 to 100 stand between the edges.
// The edges have room for the number of a dot in the letters of elder mode.
const (
	trendWidth  = 320
	trendHeight = 162
	trendEdge   = 40
)

// newTrend draws the confirmed results from the earliest to the latest; one that was
// corrected is left out, and a single one is no trend.
func (s *Server) newTrend(c *fiber.Ctx, all []casework.Assessment) *trend {
	var shown []casework.Assessment
	for _, a := range slices.Backward(all) {
		corrected := slices.ContainsFunc(all, func(other casework.Assessment) bool {
			return other.Corrects == a.ID && other.State == casework.WasConfirmed
		})
		if a.State == casework.WasConfirmed && !corrected {
			shown = append(shown, a)
		}
	}
	if len(shown) < 2 {
		return nil
	}
	out := &trend{}
	var line, told []string
	for i, a := range shown {
		dot := trendDot{
			X: trendEdge + i*(trendWidth-2*trendEdge)/(len(shown)-1), Y: trendHeight - trendEdge - a.Sheet.Percent*(trendHeight-2*trendEdge)/100,
			Score: strconv.Itoa(a.Sheet.Percent), Day: s.day(c, a.Signed), Band: s.bandText(c, a.Sheet.Band.Name),
		}
		out.Dots = append(out.Dots, dot)
		line = append(line, fmt.Sprintf("%d,%d", dot.X, dot.Y))
		told = append(told, dot.Day+" "+dot.Score+" "+dot.Band)
	}
	out.Line = strings.Join(line, " ")
	out.Label = s.words(c)("child.trend", "Results", strings.Join(told, s.words(c)("punctuation.comma")))
	return out
}
