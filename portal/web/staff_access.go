package web

import (
	"context"
	"errors"
	"fmt"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
	"huitong/portal/casework"
)

// Access lets two administrators give somebody back an account whose password and second
// factor are both lost.
type Access interface {
	AccessRequests(ctx context.Context, by apply.Actor, id string) ([]casework.AccessRequest, error)
	AskAccess(ctx context.Context, by apply.Actor, r casework.AccessRequest) error
	GiveAccess(ctx context.Context, by apply.Actor, user, request string) (apply.Token, error)
	RecallAccess(ctx context.Context, by apply.Actor, user string) error
}

func (s *Server) accessRoutes() []deskRoute {
	const post, needs, one = fiber.MethodPost, casework.ManageUsers, accountsPath + "/:id/access"
	return []deskRoute{
		{post, one, needs, s.askAccess, limited},
		{post, one + "/give", needs, s.giveAccess, limited},
		{post, one + "/recall", needs, s.recallAccess, limited},
	}
}

// accessPart is what the page of an account says of a lost access.
type accessPart struct {
	Fields  []field
	Request string // its number; empty for none
	Asked   string // since when
	By      string // who asked
	Proof   string
	Reason  string
	Mine    bool   // who looks asked: another one has to agree
	Given   bool   // there is a link already
	Link    string // which was just made; shown once
	Hours   int    // for which it works
}

func (s *Server) accessPart(c *fiber.Ctx, u casework.User, person string) (accessPart, error) {
	part := accessPart{Hours: int(casework.AccessLinkLasts.Hours()), Fields: s.accessFields(c)}
	open, err := s.cases.Access.AccessRequests(c.UserContext(), u.Actor(), person)
	if err != nil || len(open) == 0 {
		return part, err
	}
	r := open[0]
	part.Request, part.Asked, part.Proof, part.Reason = r.ID, s.moment(c, r.Asked), string(r.Proof), r.Reason
	part.Mine, part.Given = r.By == u.ID, !r.Given.IsZero()
	asker, err := s.cases.People.Account(c.UserContext(), u.Actor(), r.By)
	if errors.Is(err, apply.ErrNotFound) {
		err = nil
	}
	part.By = asker.Name
	return part, err
}

func (s *Server) accessFields(c *fiber.Ctx) []field {
	t := s.words(c)
	proof := field{Name: "proof", Label: t("staff.access.proof"), Value: c.FormValue("proof")}
	for _, p := range casework.Proofs() {
		proof.Options = append(proof.Options, content.Option{Value: string(p), Label: t(fmt.Sprintf("staff.access.proof.%s", p))})
	}
	return []field{proof, {Name: "reason", Label: t("staff.access.reason"), Help: t("staff.access.reason.help"), Long: true, Rows: 3, MaxLength: 500, Value: c.FormValue("reason")}}
}

func (s *Server) askAccess(c *fiber.Ctx, u casework.User) error {
	err := s.cases.Access.AskAccess(c.UserContext(), u.Actor(), casework.AccessRequest{
		User: c.Params("id"), Proof: casework.Proof(c.FormValue("proof")), Reason: c.FormValue("reason"),
	})
	return s.personAnswered(c, u, err, "access")
}

// giveAccess shows the link in the answer to the post itself, since it must stand in no
// address of ours and nowhere else.
func (s *Server) giveAccess(c *fiber.Ctx, u casework.User) error {
	token, err := s.cases.Access.GiveAccess(c.UserContext(), u.Actor(), c.Params("id"), c.FormValue("request"))
	if err != nil {
		return err
	}
	return s.renderPerson(c, u, personPage{Access: accessPart{Link: s.base + resetPath + "?token=" + string(token)}})
}

func (s *Server) recallAccess(c *fiber.Ctx, u casework.User) error {
	if err := s.cases.Access.RecallAccess(c.UserContext(), u.Actor(), c.Params("id")); err != nil {
		return err
	}
	return s.personChanged(c, "recalled")
}

// lostRows are the accounts for which somebody waits for a second administrator.
func (s *Server) lostRows(c *fiber.Ctx, u casework.User) ([]personRow, error) {
	open, err := s.cases.Access.AccessRequests(c.UserContext(), u.Actor(), "")
	if err != nil {
		return nil, err
	}
	var out []personRow
	for _, r := range open {
		if !r.Given.IsZero() {
			continue
		}
		person, err := s.cases.People.Account(c.UserContext(), u.Actor(), r.User)
		if err != nil {
			return nil, err
		}
		out = append(out, s.personRow(c, person))
	}
	return out, nil
}
