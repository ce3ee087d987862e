package web

import (
	"fmt"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"huitong/portal/apply"
	"huitong/portal/casework"
	"huitong/portal/sheet"
)

// payColumns are the columns of a list that is taken away.
var payColumns = []string{"staff.column.number", "staff.column.town", "staff.column.child", "pay.id", "pay.holder", "pay.account", "pay.amount", "pay.month", "pay.basis", "pay.first", "pay.months"}

// payFile is one form in which a list is taken away.
type payFile struct {
	name  string
	begin func(headings []string) (sheet.File, error)
}

var (
	payCSV  = payFile{"csv", sheet.NewCSV}
	payXLSX = payFile{"xlsx", sheet.NewBook}
)

// sendPayList sends a list as a file. Each time is in the audit; the numbers are whole
// only in a list that two officers answer for.
func (s *Server) sendPayList(f payFile) func(*fiber.Ctx, casework.User) error {
	return func(c *fiber.Ctx, u casework.User) error {
		t := s.words(c)
		var headings []string
		for _, id := range payColumns {
			headings = append(headings, t(id))
		}
		file, err := f.begin(headings)
		if err != nil {
			return fmt.Errorf("begin a file: %w", err)
		}
		l, err := s.cases.PayLists.ExportPayList(c.UserContext(), u.Actor(), c.Params("id"), f.name, func(r casework.PayRow) error {
			month := r.First.Plus(r.Months - 1)
			return file.Row(string(r.Reference), s.townName(c, r.Town), r.Child, r.ID, r.Holder, r.Account, sheet.Hundredths(r.Amount), string(month), s.contentText(c, r.Basis), string(r.First), strconv.Itoa(r.Months))
		})
		if err != nil {
			return err
		}
		return sendTable(c, fmt.Sprintf("pay-%s.%s", l.Month, f.name), file.End)
	}
}

// payName is a payee's name and, where it is another's account, whose.
func payName(r casework.PayRow) string {
	if r.Holder == "" {
		return r.Account
	}
	return r.Holder + " " + r.Account
}

// payNumber is the number of a row's application with the way to it.
func payNumber(ref apply.Reference) (number, path string) { return ref.Grouped(), casePath(ref, "") }
