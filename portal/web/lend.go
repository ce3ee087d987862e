package web

import (
	"context"
	"errors"

	"github.com/gofiber/fiber/v2"

	"huitong/portal/apply"
)

// Lending lets one application of a household use what another one has attached.
type Lending interface {
	LendFiles(ctx context.Context, from, to apply.Reference, document string) error
}

// formBorrow names the document whose photos are to be taken from another application.
const formBorrow = "-borrow"

// paperOffer says what there is for a document in another application of the household.
type paperOffer struct {
	Count int
	Where string // the other application, in words
	from  *apply.Application
}

// paperOffers returns for each document of a draft what its household can lend it.
func (s *Server) paperOffers(c *fiber.Ctx, f filing) (map[string]*paperOffer, error) {
	if !f.draft() || f.app.Household == "" || s.cases.Lending == nil || s.cases.Households == nil {
		return nil, nil
	}
	all, err := s.cases.Households.Household(c.UserContext(), f.app.Reference)
	if err != nil {
		return nil, err
	}
	out := map[string]*paperOffer{}
	h := household{all: all, own: f.app}
	own := apply.Form{Policy: f.policy}
	for _, from := range all {
		other, ok := s.form(c)(from.Policy)
		if !ok || from.Reference == f.app.Reference {
			continue
		}
		for _, d := range f.documents() {
			if out[d.Name] == nil && other.Lends(d.Name, from, own, f.app) {
				where := s.words(c)("documents.lend.where", "Child", s.childName(c, h, from.Child), "Policy", s.contentText(c, other.Policy.Short(visitOf(c).Lang.Code)))
				out[d.Name] = &paperOffer{len(from.FilesOf(d.Name)), where, from}
			}
		}
	}
	return out, nil
}

// borrow copies what is offered for a document. What is no longer offered is no error:
// the page shows what there is.
func (s *Server) borrow(c *fiber.Ctx, f filing, document string) (apply.Invalid, error) {
	offers, err := s.paperOffers(c, f)
	if err != nil || offers[document] == nil {
		return nil, err
	}
	err = s.cases.Lending.LendFiles(c.UserContext(), offers[document].from.Reference, f.app.Reference, document)
	var invalid apply.Invalid
	if errors.As(err, &invalid) {
		return invalid, nil
	}
	if errors.Is(err, apply.ErrNotFound) {
		return nil, nil
	}
	return nil, err
}
