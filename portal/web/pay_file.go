package web

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/xuri/excelize/v2"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// payColumns are the columns of a list that is taken away.
var payColumns = []string{"staff.column.number", "staff.column.town", "staff.column.child", "pay.id", "pay.holder", "pay.account", "pay.amount", "pay.month", "pay.basis", "pay.first", "pay.months"}

// paySheet takes rows of a list and, in the end, sends them.
type paySheet interface {
	row(cells []any) error // text, or an amount in fen
	end(w io.Writer) error
}

// payFile is one form in which a list is taken away.
type payFile struct {
	name, kind string
	sheet      func(headings []string) (paySheet, error)
}

var (
	payCSV  = payFile{"csv", "text/csv; charset=utf-8", newCSVSheet}
	payXLSX = payFile{"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", newBook}
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
		sheet, err := f.sheet(headings)
		if err != nil {
			return fmt.Errorf("begin a file: %w", err)
		}
		l, err := s.cases.PayLists.ExportPayList(c.UserContext(), u.Actor(), c.Params("id"), f.name, func(r casework.PayRow) error {
			month := r.First.Plus(r.Months - 1)
			return sheet.row([]any{string(r.Reference), s.townName(c, r.Town), r.Child, r.ID, r.Holder, r.Account, r.Amount, string(month), s.contentText(c, r.Basis), string(r.First), strconv.Itoa(r.Months)})
		})
		if err != nil {
			return err
		}
		var b bytes.Buffer
		if err := sheet.end(&b); err != nil {
			return fmt.Errorf("write a file: %w", err)
		}
		c.Attachment(fmt.Sprintf("pay-%s.%s", l.Month, f.name))
		c.Set(fiber.HeaderContentType, f.kind)
		return c.Send(b.Bytes())
	}
}

// csvSheet is a file of RFC 4180.
type csvSheet struct {
	body  *bytes.Buffer
	write *csv.Writer
}

func newCSVSheet(headings []string) (paySheet, error) {
	s := csvSheet{body: &bytes.Buffer{}}
	s.body.WriteString("\ufeff") // by which spreadsheets know that it is UTF-8
	s.write = csv.NewWriter(s.body)
	s.write.UseCRLF = true
	return s, s.write.Write(headings)
}

func (s csvSheet) row(cells []any) error {
	out := make([]string, len(cells))
	for i, one := range cells {
		switch v := one.(type) {
		case int64:
			out[i] = yuan(v)
		case string:
			out[i] = csvText(v)
		}
	}
	return s.write.Write(out)
}

func (s csvSheet) end(w io.Writer) error {
	s.write.Flush()
	if err := s.write.Error(); err != nil {
		return err
	}
	_, err := s.body.WriteTo(w)
	return err
}

// csvText keeps spreadsheets from taking a text for a formula, and a long number for one
// to be rounded: a tab before it, which is not seen, makes it a text.
func csvText(v string) string {
	if v != "" && strings.ContainsAny(v[:1], "=+-@\t\r\n") || strings.HasPrefix(v, "＝") || strings.HasPrefix(v, "＋") || strings.HasPrefix(v, "－") || strings.HasPrefix(v, "＠") {
		return "'" + v
	}
	if len(v) > 11 && strings.Trim(v, "0123456789Xx") == "" {
		return "\t" + v
	}
	return v
}

// book is a workbook with one sheet, whose heading stays in sight.
type book struct {
	file         *excelize.File
	sheet        *excelize.StreamWriter
	text, amount int // styles
	rows         int
}

// bookSheet is the name of the one sheet.
const bookSheet = "Sheet1"

func newBook(headings []string) (paySheet, error) {
	b := &book{file: excelize.NewFile()}
	var err error
	if b.text, err = b.file.NewStyle(&excelize.Style{NumFmt: 49}); err != nil { // @
		return nil, err
	}
	if b.amount, err = b.file.NewStyle(&excelize.Style{NumFmt: 4}); err != nil { // #,##0.00
		return nil, err
	}
	bold, err := b.file.NewStyle(&excelize.Style{NumFmt: 49, Font: &excelize.Font{Bold: true}})
	if err != nil {
		return nil, err
	}
	if b.sheet, err = b.file.NewStreamWriter(bookSheet); err != nil {
		return nil, err
	}
	if err := b.sheet.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return nil, err
	}
	if err := b.sheet.SetColWidth(1, len(headings), 20); err != nil {
		return nil, err
	}
	cells := make([]any, len(headings))
	for i, h := range headings {
		cells[i] = excelize.Cell{StyleID: bold, Value: h}
	}
	return b, b.set(cells)
}

func (b *book) set(cells []any) error {
	b.rows++
	at, err := excelize.CoordinatesToCellName(1, b.rows)
	if err != nil {
		return err
	}
	return b.sheet.SetRow(at, cells)
}

func (b *book) row(cells []any) error {
	out := make([]any, len(cells))
	for i, one := range cells {
		switch v := one.(type) {
		case int64:
			out[i] = excelize.Cell{StyleID: b.amount, Value: float64(v) / 100}
		case string:
			out[i] = excelize.Cell{StyleID: b.text, Value: v}
		}
	}
	return b.set(out)
}

func (b *book) end(w io.Writer) error {
	if err := b.sheet.Flush(); err != nil {
		return err
	}
	if err := b.file.Write(w); err != nil {
		return err
	}
	return b.file.Close()
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
