package web

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
)

// In elder mode the documents of an application come one a page, as its questions do:
// what is wanted, how to take the photo, what was added, and on. The address of all of
// them leads to the first that is still wanted; in the other modes the address of one
// leads to its place among all.
const paperRoute = documentsRoute + "/:document"

// only returns the place where the files of one document are given.
func (f filing) only(document string) filing {
	f.one = document
	return f
}

// action is the address of the page, with the child that it is for.
func (f filing) action() string { return f.at(f.one) }

// at is the address at which one document is given; "" is all of them.
func (f filing) at(document string) string {
	if document == "" {
		return f.base + f.member
	}
	return f.base + "/" + document + f.member
}

// shown lists the documents of the page.
func (f filing) shown() []content.Document {
	all := f.documents()
	if i := f.place(); i >= 0 {
		return all[i : i+1]
	}
	return all
}

// place is where the document of the page stands among all; -1 on a page of all.
func (f filing) place() int {
	return slices.IndexFunc(f.documents(), func(d content.Document) bool { return d.Name == f.one })
}

// neighbour is the document so many places further; "" where there is none.
func (f filing) neighbour(by int) string {
	all := f.documents()
	if i := f.place() + by; i >= 0 && i < len(all) {
		return all[i].Name
	}
	return ""
}

// wanted are the names of the documents that are still to be given, in order.
func (s *Server) wanted(f filing) []string {
	var out []string
	for _, m := range s.missing(f) {
		if name, ok := strings.CutPrefix(m.Field, apply.DocumentField("")); ok && m.Section == apply.DocumentsPage {
			out = append(out, name)
		}
	}
	return out
}

// openPaper is the document at which the pages of single ones are gone on with.
func (s *Server) openPaper(f filing) string {
	if wanted := s.wanted(f); len(wanted) > 0 {
		return wanted[0]
	}
	return f.documents()[0].Name
}

// afterPaper is where the family goes on after the page: from the review to what is
// still wanted, otherwise to the next document.
func (s *Server) afterPaper(c *fiber.Ctx, f filing, review bool) string {
	next := f.neighbour(1)
	if review {
		next = ""
		if wanted := s.wanted(f); len(wanted) > 0 {
			next = wanted[0]
		}
	}
	switch {
	case review && next == "":
		return reviewOf(c, f.policy, f.app.Answers, apply.DocumentsPage)
	case f.one == "" || next == "":
		return applyPath(f.policy, "review")
	case review:
		return withParam(f.at(next), formTo[1:], "review")
	}
	return f.at(next)
}

// beforePaper is where the page is gone back from.
func (f filing) beforePaper(c *fiber.Ctx, review bool) string {
	switch before := f.neighbour(-1); {
	case review:
		return reviewOf(c, f.policy, f.app.Answers, apply.DocumentsPage)
	case f.one != "" && before != "":
		return f.at(before)
	}
	return memberPath(applyPath(f.policy, lastAsked(c, f.policy, f.app.Answers)), f.app)
}

// showPaper asks for one document.
func (s *Server) showPaper(c *fiber.Ctx, p *content.Policy, a *apply.Application) error {
	f := s.draftFiling(p, a).only(c.Params("document"))
	named := slices.ContainsFunc(p.Documents, func(d content.Document) bool { return d.Name == f.one })
	switch {
	case !named:
		return fiber.ErrNotFound
	case f.place() < 0: // the answers no longer ask for it
		return s.redirect(c, withReview(c, f.at("")))
	case visitOf(c).Mode != modeElder:
		return s.redirect(c, withReview(c, f.at(""))+"#"+f.one)
	}
	return s.renderDocuments(c, f, comesFromReview(c), nil)
}

// savePaper keeps what the page of one document brought.
func (s *Server) savePaper(c *fiber.Ctx, p *content.Policy, a *apply.Application) error {
	f := s.draftFiling(p, a).only(c.Params("document"))
	if f.place() < 0 {
		return fiber.ErrNotFound
	}
	return s.saveFiling(c, f)
}

// stepsAfter counts the pages after the questions: for the documents, of which elder mode
// makes one each, and the review.
func stepsAfter(p *content.Policy, a apply.Answers, single bool) int {
	n := len(apply.Form{Policy: p}.Documents(a))
	if !single {
		n = min(n, 1)
	}
	return n + 1
}
