package web

import (
	"crypto/rand"

	"github.com/gofiber/fiber/v2"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// followPage is for who comes back to a report: how far it is, and something to add.
type followPage struct {
	page
	Number, Code, Words field
	Problems            []problem
	Key                 string
	State               string // "" until number and code were right
	Added               bool
	Upload              field // of photos
	Sent                int   // photos, just now
}

func (s *Server) newFollowPage(c *fiber.Ctx) followPage {
	p := followPage{page: s.page(c, "report.follow.title")}
	p.Key = rand.Text()
	p.Description = s.words(c)("report.follow.lead")
	p.NoIndex = true
	p.Crumbs = []crumb{{s.words(c)("report.title"), reportPath}}
	p.Number, p.Code = s.passFields(c, "number", "code")
	p.Number.Label = s.words(c)("report.number")
	p.Upload = s.photoField(c)
	p.Words = field{Name: "words", Label: s.words(c)("report.add"), Long: true, MaxLength: casework.ReportLong}
	return p
}

func (s *Server) showFollow(c *fiber.Ctx) error {
	return s.render(c, "report-follow", s.newFollowPage(c))
}

// follow opens the state of a report, or adds to it. Number and code go from page to page
// in the form alone.
func (s *Server) follow(c *fiber.Ctx) error {
	if !s.fromHere(c) {
		return errStaleForm
	}
	p := s.newFollowPage(c)
	ref, _ := apply.ParseReference(c.FormValue("number"))
	code, _ := apply.ParseCode(c.FormValue("code"))
	words := casework.FirstWords(c.FormValue("words"), casework.ReportLong)
	adds, key := c.FormValue("add") != "", c.FormValue(reportKey)
	adds = adds && len(key) == tokenLength
	var state casework.ReportState
	var err error
	if adds && words != "" {
		state, err = s.cases.ReportBox.AddToReport(c.UserContext(), ref, code, c.IP(), apply.Token(key), words)
	} else {
		state, err = s.cases.ReportBox.FollowReport(c.UserContext(), ref, code, c.IP())
	}
	if wrong := s.openProblem(c, err); wrong != "" {
		p.Number.Error, p.Words.Value = wrong, words
		p.Problems = []problem{{Field: p.Number.ID(), Text: wrong}}
		s.wrong(c, &p.page)
		return s.render(c, "report-follow", p)
	}
	if err != nil {
		return err
	}
	p.State, p.Added = string(state), adds && words != ""
	if adds && words == "" {
		p.Words.Error = s.words(c)("error.report.add")
		p.Problems = []problem{{Field: p.Words.ID(), Text: p.Words.Error}}
		s.wrong(c, &p.page)
	}
	return s.render(c, "report-follow", p)
}

// Photos is the form by which photos are added, for who has given number and code.
func (p followPage) Photos() photosForm { return photosForm{p.Number.Value, p.Code.Value, p.Upload} }
