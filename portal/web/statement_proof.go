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
	Missing []proofItem // what is not kept, or only in part
	Show    string      // opens the list of what is missing
	Groups  []proofGroup
}

type proofGroup struct {
	Title, Count string
	Items        []proofItem
}

type proofItem struct {
	ID, Text, Gap string
	Verdict       proof.Verdict
	Tests         []string
	Checked       string // who checked it by hand and how; "" for nobody
	Day           string
}

// proofGroups are the parts of the list by the letter of their requirements.
var proofGroups = []string{"A", "B", "W", "O", "G", "P", "C", "E"}

// showAccessibility shows the statement with the results of the tests that were
// committed with this version of the site.
func (s *Server) showAccessibility(c *fiber.Ctx) error {
	rows, err := proof.Load()
	if err != nil {
		return fmt.Errorf("load proof: %w", err)
	}
	p := s.statement(c, "accessibility")
	p.Proof = s.proofOf(c, rows)
	p.Date = cmp.Or(newestProof(rows), p.Date)
	return s.render(c, "statement", p)
}

func (s *Server) proofOf(c *fiber.Ctx, rows []proof.Row) *proofPart {
	t := s.words(c)
	out := &proofPart{Summary: t("proof.summary", countProof(rows)...)}
	for _, letter := range proofGroups {
		var members []proof.Row
		g := proofGroup{Title: t(fmt.Sprintf("proof.group.%s", strings.ToLower(letter)))}
		for _, r := range rows {
			if r.Group() != letter {
				continue
			}
			members = append(members, r)
			item := s.proofItem(c, r)
			g.Items = append(g.Items, item)
			if r.Verdict != proof.Kept {
				out.Missing = append(out.Missing, item)
			}
		}
		g.Count = t("proof.count", countProof(members)...)
		out.Groups = append(out.Groups, g)
	}
	// What is not kept at all comes before what is kept in part.
	slices.SortStableFunc(out.Missing, func(a, b proofItem) int {
		return cmp.Compare(proofRank(b.Verdict), proofRank(a.Verdict))
	})
	out.Show = t("proof.missing.show", "Count", len(out.Missing))
	return out
}

func (s *Server) proofItem(c *fiber.Ctx, r proof.Row) proofItem {
	item := proofItem{ID: r.ID, Text: s.proofText(c, r.Text), Verdict: r.Verdict, Tests: r.Tests, Day: r.Day}
	if r.Gap != nil {
		item.Gap = s.proofText(c, *r.Gap)
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
