package web

import (
	"math"

	"github.com/gofiber/fiber/v2"
)

// saidAt is a sentence of a text that is read aloud, as a page shows it, and the second of
// the sound at which it begins.
type saidAt struct {
	At   float64 `json:"at"`
	Text string  `json:"text"`
}

// sendMarks tells when each sentence of a sound begins, for the script that marks the one
// that is heard. The address says in which language its page is written.
func (s *Server) sendMarks(c *fiber.Ctx, voice string, texts []string) error {
	said, seconds, err := s.speaker.Marks(c.UserContext(), voice, texts...)
	if err != nil {
		return s.notRead(c, err)
	}
	page := languages[0]
	for _, l := range languages {
		if l.Code == c.Query("in") {
			page = l
		}
	}
	marks := make([]saidAt, len(said))
	for i, sentence := range said {
		marks[i] = saidAt{math.Round(seconds[i]*1000) / 1000, s.views.content(page, sentence)}
	}
	return c.JSON(marks)
}
