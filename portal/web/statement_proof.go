package web

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huitong/portal/proof"
)

// proofPart is what tests and checks have shown of every accessibility
// requirement, as the statement tells it.
type proofPart struct {
	Summary string
	Missing []proofGroup // what is not kept, or only in part, by whom it waits for
	Groups  []proofGroup
}

type proofGroup struct {
	ID, Title, Count string
	Items            []proofItem
}

type proofItem struct {
	ID, Text, Gap string
	Verdict       proof.Verdict
	Tests         []string
	Counted       string // how many tests there are, in the place of their names
	Checked       string // who checked it by hand and how; "" for nobody
	Day           string
}

// proofGroups are the parts of the list by the letter of their requirements.
var proofGroups = []string{"A", "B", "W", "O", "G", "P", "C", "E"}

// showAccessibility shows the statement with the results of the tests that were
// committed with this version of the site.
func (s *Server) showAccessibility(c *fiber.Ctx) error {
	p, err := s.proven(c)
	if err != nil {
		return err
	}
	return s.showStatement(c, "/accessibility", p)
}

func (s *Server) showAccessibilityPart(c *fiber.Ctx) error {
	p, err := s.proven(c)
	if err != nil {
		return err
	}
	return s.showStatementPart(c, "/accessibility", p)
}

// proven is the statement with what shows it.
func (s *Server) proven(c *fiber.Ctx) (statementPage, error) {
	rows, err := proof.Load()
	if err != nil {
		return statementPage{}, fmt.Errorf("load proof: %w", err)
	}
	p := s.statement(c, "accessibility")
	p.Proof = s.proofOf(c, rows)
	p.Date = cmp.Or(newestProof(rows), p.Date)
	return p, nil
}

func (s *Server) proofOf(c *fiber.Ctx, rows []proof.Row) *proofPart {
	t := s.words(c)
	out := &proofPart{Summary: t("proof.summary", countProof(rows)...)}
	for _, letter := range proofGroups {
		members := rowsWhere(rows, func(r proof.Row) bool { return r.Group() == letter })
		name := strings.ToLower(letter)
		out.Groups = append(out.Groups, s.proofGroup(c, "list-"+name, t(fmt.Sprintf("proof.group.%s", name)), members))
	}
	failing := rowsWhere(rows, func(r proof.Row) bool { return r.Verdict == proof.Failing || r.Verdict == proof.Unknown })
	if len(failing) > 0 {
		out.Missing = append(out.Missing, s.proofGroup(c, "missing-tests", t("proof.waits.tests"), failing))
	}
	for _, who := range proof.Waits {
		members := rowsWhere(rows, func(r proof.Row) bool { return r.Gap != nil && r.Gap.Waits == who })
		// What is not kept at all comes before what is kept in part.
		slices.SortStableFunc(members, func(a, b proof.Row) int { return cmp.Compare(proofRank(b.Verdict), proofRank(a.Verdict)) })
		out.Missing = append(out.Missing, s.proofGroup(c, "missing-"+who, t(fmt.Sprintf("proof.waits.%s", who)), members))
	}
	return out
}

func rowsWhere(rows []proof.Row, keep func(proof.Row) bool) []proof.Row {
	return slices.DeleteFunc(slices.Clone(rows), func(r proof.Row) bool { return !keep(r) })
}

func (s *Server) proofGroup(c *fiber.Ctx, id, title string, rows []proof.Row) proofGroup {
	g := proofGroup{ID: id, Title: title, Count: s.words(c)("proof.count", countProof(rows)...)}
	for _, r := range rows {
		g.Items = append(g.Items, s.proofItem(c, r))
	}
	return g
}

func (s *Server) proofItem(c *fiber.Ctx, r proof.Row) proofItem {
	item := proofItem{ID: r.ID, Text: s.proofText(c, r.Text), Verdict: r.Verdict, Tests: r.Tests, Day: r.Day}
	if len(r.Tests) > 0 && visitOf(c).Mode == modeElder { // to whom names of tests say nothing
		item.Tests, item.Counted = nil, s.words(c)("proof.tests.count", "Number", len(r.Tests))
	}
	if r.Gap != nil {
		item.Gap = s.proofText(c, r.Gap.Text)
	}
	if r.Checked != nil {
		item.Checked = s.words(c)("proof.checked", "By", r.Checked.By, "How", s.proofText(c, r.Checked.How))
	}
	return item
}

func (s *Server) proofText(c *fiber.Ctx, text proof.Text) string {
	if visitOf(c).Lang.Code == "en" {
		return text.EN
	}
	return s.contentText(c, text.ZH)
}

// proofRank is higher the worse a verdict is.
func proofRank(v proof.Verdict) int {
	return slices.Index([]proof.Verdict{proof.Kept, proof.Partly, proof.Unknown, proof.Open, proof.Failing}, v)
}

// countProof returns how many rows there are, kept, kept in part and neither, as
// arguments of a message.
func countProof(rows []proof.Row) []any {
	n := map[proof.Verdict]int{}
	for _, r := range rows {
		n[r.Verdict]++
	}
	kept, partly := n[proof.Kept], n[proof.Partly]
	return []any{"Count", len(rows), "Kept", kept, "Partly", partly, "Open", len(rows) - kept - partly}
}

func newestProof(rows []proof.Row) string {
	day := ""
	for _, r := range rows {
		day = max(day, r.Day)
	}
	return day
}
