package web

import (
	"sync"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"huitong/portal/pinyin"
)

// maxSpelled is how many characters of a text are spelled at once.
const maxSpelled = 200

// newPinyin makes the reader of characters when the first page needs it.
func newPinyin(convert func(string) string) func() (*pinyin.Reader, error) {
	return sync.OnceValues(func() (*pinyin.Reader, error) { return pinyin.New(convert) })
}

// spell puts the pinyin above the characters of a rendered page for who asks for it. For
// who wants it in the bar with large type alone it stands there unseen, on pages about
// whose texts nobody may be asked: nothing of them leaves the page.
func (s *Server) spell(c *fiber.Ctx, v visit, body []byte) ([]byte, error) {
	published, _ := c.Locals(publishedKey).(bool)
	if !v.View.Pinyin && (v.View.Caption != captionPinyin || published) {
		return body, nil
	}
	r, err := s.pinyin()
	if err != nil {
		return nil, err
	}
	return r.Annotate(body), nil
}

// spelledText is the answer to a text that is to be spelled.
type spelledText struct {
	Pinyin string `json:"pinyin"`
}

// pinyinAPI spells a published text that a page shows, for the bar with large type:
// GET /api/v1/pinyin?text=…, at most 200 characters. Nothing of it is kept, and the log
// has no queries. It is for what was published: only pages that are the same for everybody
// tell scripts where to ask, and there they ask for nothing that has been typed. On pages
// of a person's own the pinyin is in the page (spell).
func (s *Server) pinyinAPI(c *fiber.Ctx) error {
	text := c.Query("text")
	if text == "" || !utf8.ValidString(text) || utf8.RuneCountInString(text) > maxSpelled {
		return fiber.ErrBadRequest
	}
	r, err := s.pinyin()
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.JSON(spelledText{r.Read(text)})
}
