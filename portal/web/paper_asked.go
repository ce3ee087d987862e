package web

import (
	"errors"

	"github.com/gofiber/fiber/v2"
)

// Where the office asks for more, elder mode lists the documents, a few at a time, and has
// each on a page of its own. In the other modes the address of one leads to its place
// among all.
const (
	askedRoute = "/track/documents"
	askedOne   = askedRoute + "/:document"
)

// askedAtOnce is how many documents a leaf lists beside the two links that turn it and
// the one that says that all is there.
const askedAtOnce = choicesAtOnce - 3

// askedPage lists what can be given to the office.
type askedPage struct {
	page
	Leaf   leaf
	Papers []paperRow
}

// showMore shows all documents on one page, in elder mode a leaf of their list.
func (s *Server) showMore(c *fiber.Ctx, f filing) error {
	all := f.documents()
	l, err := leafOf(c, askedRoute, leaves(len(all), askedAtOnce))
	switch {
	case err != nil:
		return err
	case visitOf(c).Mode != modeElder && l.Number > 0:
		return s.redirect(c, askedRoute)
	case visitOf(c).Mode != modeElder:
		return s.renderDocuments(c, f, false, nil)
	}
	view := askedPage{page: s.trackedPage(c, f, "documents.title"), Leaf: l}
	view.Return = l.Before()
	if view.Return == "" {
		view.Return = "/track/status"
	}
	for _, d := range onLeaf(all, l, askedAtOnce) {
		field := s.documentField(c, view.page, f, d, nil)
		view.Papers = append(view.Papers, paperRow{Title: field.Title, Lang: field.Lang, Words: s.givenWords(c, field), Change: f.at(d.Name)})
	}
	return s.render(c, "documents-asked", view)
}

// showAsked shows one of the documents.
func (s *Server) showAsked(c *fiber.Ctx, f filing) error {
	f = f.only(c.Params("document"))
	switch {
	case f.place() < 0:
		return fiber.ErrNotFound
	case visitOf(c).Mode != modeElder:
		return s.redirect(c, askedRoute+"#"+f.one)
	}
	return s.renderDocuments(c, f, false, nil)
}

// saveAsked keeps what the page of one document brought.
func (s *Server) saveAsked(c *fiber.Ctx, f filing) error {
	f = f.only(c.Params("document"))
	if f.place() < 0 {
		return fiber.ErrNotFound
	}
	return s.saveMore(c, f)
}

// saveMore keeps what is attached on request. It goes to the office with the answer
// that the family sends afterwards.
func (s *Server) saveMore(c *fiber.Ctx, f filing) error {
	values, invalid, err := s.takeFiles(c, f)
	if errors.Is(err, errStaleForm) {
		return s.chooseAgain(c, f)
	}
	if err != nil {
		return err
	}
	if f.app, err = s.cases.Desk.ApplicationByReference(c.UserContext(), f.app.Reference); err != nil {
		return err
	}
	switch stay := values.Get(formStay); {
	case len(invalid) > 0:
		return s.renderDocuments(c, f, false, invalid)
	case stay != "" && f.knows(stay):
		return s.redirect(c, f.action()+"#"+stay)
	case values.Get(formRemove) != "":
		return s.redirect(c, f.action())
	case f.one != "":
		return s.redirect(c, f.listed())
	}
	return s.redirect(c, "/track/status")
}

// listed is the address of the leaf that lists the document of the page.
func (f filing) listed() string {
	return leaf{List: askedRoute}.at(f.place()/askedAtOnce + 1)
}

// askedDraft fills the page of what the office asks for: all of it, or one document.
func (s *Server) askedDraft(c *fiber.Ctx, view *documentsPage, f filing) {
	view.draft = draft{page: s.trackedPage(c, f, "documents.title")}
	view.Heading, view.Back = view.Title, "/track/status"
	if f.one == "" {
		return
	}
	view.Alone = true
	view.Crumbs = append(view.Crumbs, crumb{view.Title, askedRoute})
	view.Back = f.listed()
	view.Return = view.Back
}
