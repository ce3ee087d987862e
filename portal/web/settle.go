package web

import (
	"github.com/gofiber/fiber/v2"

	"huitong/portal/casework"
)

// settledField names what was ticked: a remark or a question, by its ID.
const settledField = "settled"

// settledAtOnce is more than a page lists.
const settledAtOnce = 400

// settleRemarks notes that the ticked remarks or questions have been dealt with, and
// leads back to their list.
func (s *Server) settleRemarks(list string) func(*fiber.Ctx, casework.User) error {
	return func(c *fiber.Ctx, u casework.User) error {
		ticked := c.Request().PostArgs().PeekMulti(settledField)
		if len(ticked) > settledAtOnce {
			return fiber.ErrBadRequest
		}
		ids := make([]string, len(ticked))
		for i, id := range ticked {
			ids[i] = string(id)
		}
		if err := s.cases.Questions.Settle(c.UserContext(), u.Actor(), ids); err != nil {
			return err
		}
		return s.redirect(c, list)
	}
}
