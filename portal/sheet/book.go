package sheet

import (
	"io"

	"github.com/xuri/excelize/v2"
)

// book is a workbook with one sheet, whose heading stays in sight.
type book struct {
	file         *excelize.File
	sheet        *excelize.StreamWriter
	text, amount int // styles
	rows         int
}

// BookSheet is the name of the one sheet of a workbook.
const BookSheet = "Sheet1"

// NewBook begins a workbook (.xlsx). Whatever is no [Hundredths] is a text in it, so that
// nothing is a formula and no number is rounded.
func NewBook(headings []string) (File, error) {
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
	if b.sheet, err = b.file.NewStreamWriter(BookSheet); err != nil {
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

func (b *book) Row(cells ...any) error {
	out := make([]any, len(cells))
	for i, one := range cells {
		switch v := one.(type) {
		case Hundredths:
			out[i] = excelize.Cell{StyleID: b.amount, Value: float64(v) / 100}
		case string:
			out[i] = excelize.Cell{StyleID: b.text, Value: v}
		}
	}
	return b.set(out)
}

func (b *book) End(w io.Writer) error {
	if err := b.sheet.Flush(); err != nil {
		return err
	}
	if err := b.file.Write(w); err != nil {
		return err
	}
	return b.file.Close()
}
