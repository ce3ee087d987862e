package web

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huitong/portal/apply"
	"huitong/portal/intake"
)

// A photo of 8 MB takes minutes on a village's network, and a line that breaks must not
// begin it anew. A script therefore sends it in pieces to the address of the page itself,
// with the token and the cookie that the page's form has, so that nobody else can: these
// fields, then the piece as the page's file. Without a piece it asks how far the file
// has come. The answer to either is no page but a header, until all is there and the
// answer is that of the form without scripts. The header is named as in tus.
const (
	uploadField = "-upload" // SHA-256 of the whole file
	lengthField = "-length" // its bytes
	offsetField = "-offset" // where the piece begins
	pieceField  = "-field"  // the input's name

	uploadOffset = "Upload-Offset"
)

// Bounds of a piece. A small one costs a row and a round trip, the last may be smaller.
const (
	minPiece = 32 << 10
	maxPiece = 2 << 20
)

// wantedError says that a file has come so far and no further yet.
type wantedError struct {
	got    int64
	status int
}

// Error implements error.
func (m *wantedError) Error() string { return "more of the file is wanted" }

func (m *wantedError) answer(c *fiber.Ctx) error {
	c.Set(uploadOffset, strconv.FormatInt(m.got, 10))
	return c.SendStatus(m.status)
}

// postedPart reads what a piece is of.
func (f filing) postedPart(values url.Values) (apply.Part, string, error) {
	size, err := strconv.ParseInt(values.Get(lengthField), 10, 64)
	p := apply.Part{Whole: values.Get(uploadField), Size: size}
	field := values.Get(pieceField)
	document, named := strings.CutPrefix(field, apply.DocumentField(""))
	p.Document = document
	if id, ok := strings.CutPrefix(field, replacesField); ok {
		old, _ := f.app.File(id)
		p.Document, p.Replaces, named = old.Document, id, true
	}
	digest, bad := hex.DecodeString(p.Whole)
	if err != nil || bad != nil || len(digest) != sha256.Size || !named || !f.knows(p.Document) || size <= 0 || size > intake.MaxSize {
		return p, field, fiber.ErrBadRequest
	}
	return p, field, nil
}

// takePart keeps a piece of a file, and with the last one the file. The error is a
// wantedError before that.
func (s *Server) takePart(c *fiber.Ctx, f filing, values url.Values, piece []byte) error {
	p, field, err := f.postedPart(values)
	if err != nil {
		return err
	}
	ctx := c.UserContext()
	got, err := s.cases.Arrivals.Arrived(ctx, f.app.Reference, p)
	if err != nil {
		return err
	}
	if len(piece) > 0 && got < p.Size {
		p.Body = piece
		p.At, err = strconv.ParseInt(values.Get(offsetField), 10, 64)
		end := p.At + int64(len(piece))
		if err != nil || p.At < 0 || end > p.Size || len(piece) > maxPiece || len(piece) < minPiece && end < p.Size {
			return fiber.ErrBadRequest
		}
		got, err = s.cases.Arrivals.AddPart(ctx, f.app.Reference, p)
		if errors.Is(err, apply.ErrConflict) && f.app.TakesFiles() {
			return &wantedError{got, fiber.StatusConflict}
		}
		if errors.Is(err, apply.ErrNotKept) {
			return s.notKept(c, p.Document, err)
		}
		if err != nil {
			return err
		}
	}
	if got < p.Size {
		return &wantedError{got, fiber.StatusNoContent}
	}
	return s.takeWhole(c, f, p, field)
}

// takeWhole makes a file of all its pieces. They stay while it could not be kept, so that
// trying again sends nothing twice, and go with what is refused.
func (s *Server) takeWhole(c *fiber.Ctx, f filing, p apply.Part, field string) error {
	body, err := s.cases.Arrivals.WholeFile(c.UserContext(), f.app.Reference, p)
	if errors.Is(err, apply.ErrNotFound) {
		return nil // the file was kept before, and its answer was lost
	}
	if err != nil {
		return err
	}
	if sum := sha256.Sum256(body); hex.EncodeToString(sum[:]) != p.Whole {
		if err := s.cases.Arrivals.DropParts(c.UserContext(), f.app.Reference, p); err != nil {
			return err
		}
		return &wantedError{0, fiber.StatusConflict}
	}
	err = s.takeFile(c, f, sent{field: field, body: body})
	var refused apply.Invalid
	if err != nil && (!errors.As(err, &refused) || refused[0].Key == apply.KeyFileNotKept) {
		return err
	}
	return errors.Join(err, s.cases.Arrivals.DropParts(c.UserContext(), f.app.Reference, p))
}
