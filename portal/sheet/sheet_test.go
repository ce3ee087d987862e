package sheet

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

// TestGuarded neutralises formulas, keeps long numbers, and reads what it wrote.
func TestGuarded(t *testing.T) {
	for v, want := range map[string]string{
		"": "", "甲": "甲", "12": "12", "2026-12": "2026-12",
		"=1+1": "'=1+1", "@a": "'@a", "＝1": "'＝1", "＋1": "'＋1", "－1": "'－1", "＠1": "'＠1", "\tx": "'\tx", "\r=1": "'\r=1",
		"+5": "+5", "-22.5": "-22.5", "-": "'-", "+5-1": "'+5-1", "-1+cmd|x": "'-1+cmd|x", "+8613800138000": "'+8613800138000",
		"13800138000": "13800138000", "6217003360000000124": "\t6217003360000000124", "44000020180506001X": "\t44000020180506001X",
	} {
		got := guarded(v)
		if got != want {
			t.Errorf("guarded(%q) = %q; want %q", v, got, want)
		}
		if back := unguarded(strings.TrimPrefix(got, "\t")); back != v {
			t.Errorf("%q comes back as %q", v, back)
		}
	}
}

// TestWrite writes one table in both forms and reads each.
func TestWrite(t *testing.T) {
	heads := []string{"名", "号", "元"}
	want := []string{"=阿\"依\"", "6217003360000000124", "1578.5"}
	for name, begin := range map[string]func([]string) (File, error){"csv": NewCSV, "xlsx": NewBook} {
		f, err := begin(heads)
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Row(want[0], want[1], Hundredths(157850)); err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := f.End(&b); err != nil {
			t.Fatal(err)
		}
		var got []string
		if name == "csv" {
			if text := b.String(); !strings.HasPrefix(text, "\ufeff名,号,元\r\n") {
				t.Errorf("it begins %q", text)
			}
			read := Read(b.Bytes(), heads)
			for _, h := range heads {
				got = append(got, read.Cell(read.Rows[0], h))
			}
		} else {
			read, err := excelize.OpenReader(&b)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = read.Close() }()
			for _, cell := range []string{"A2", "B2", "C2"} {
				v, err := read.GetCellValue(BookSheet, cell, excelize.Options{RawCellValue: true})
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, v)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
