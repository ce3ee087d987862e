package casework

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/simplifiedchinese"

	"huitong/portal/apply"
	"huitong/portal/sheet"
)

var (
	directoryToday = time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)
	directoryTowns = sheet.TownNames{"石岐街道": "shiqi", "石岐": "shiqi", "小榄镇": "xiaolan"}
)

const directoryHead = "镇街,村（社区）,姓名,工作电话,任职日期,公开\n"

func townName(id string) string {
	return map[string]string{"shiqi": "石岐街道", "xiaolan": "小榄镇"}[id]
}

// TestDirectoryFile reads what spreadsheets write.
func TestDirectoryFile(t *testing.T) {
	want := []DirectoryEntry{
		{Town: "shiqi", Name: "白鹭鸟", Phone: "0760-88880001", Since: "2024-03-01", Public: true},
		{Town: "shiqi", Village: "迎阳社区", Name: "云雀,鸟", Phone: "13912345678"},
		{Town: "xiaolan", Village: "北区社区"},
	}
	plain := directoryHead + "石岐街道,,白鹭鸟,0760-88880001,2024-03-01,是\n石岐,迎阳社区,\"云雀,鸟\",139 1234 5678,,否\n小榄镇,北区社区,,,,\n"
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(plain)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"UTF-8":        plain,
		"with a mark":  "\ufeff" + plain,
		"GB18030":      gb,
		"CRLF":         strings.ReplaceAll(plain, "\n", "\r\n"),
		"full width":   strings.NewReplacer("0760-88880001", "０７６０－８８８８０００１", "2024-03-01", "２０２４年３月１日").Replace(plain),
		"no end":       strings.TrimSuffix(plain, "\n"),
		"empty lines":  strings.ReplaceAll(plain, "\n", "\n,,,,,\n\n"),
		"other order":  "公开,姓名,村(社区),镇街,工作电话,任职日期,备注\n是,白鹭鸟,,石岐街道,0760-88880001,2024/3/1,好\n,\"云雀,鸟\",迎阳社区,石岐街道,13912345678,\n,,北区社区,小榄镇,,\n",
		"no formula":   strings.Replace(plain, "白鹭鸟", "'=白鹭鸟", 1),
		"longer lines": strings.ReplaceAll(plain, "否\n", "否,,,\n"),
	} {
		f := ParseDirectory([]byte(text), directoryTowns, "", directoryToday)
		if diff := cmp.Diff(want, f.Entries); diff != "" || len(f.Faults) > 0 || f.Hash != sheet.Hash([]byte(text)) {
			t.Errorf("%s: %v (-want +got):\n%s", name, f.Faults, diff)
		}
	}
}

// TestDirectoryFaults names each fault by line and column.
func TestDirectoryFaults(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"empty":          {"\n", "0  error.import.empty"},
		"a head alone":   {directoryHead, "0  error.import.empty"},
		"no text":        {"PK\x03\x04\xff\xff\x00", "0  error.import.encoding"},
		"column missing": {"镇街,姓名\n", "1 村（社区） error.import.column, 1 工作电话 error.import.column, 1 任职日期 error.import.column, 1 公开 error.import.column"},
		"column twice":   {strings.TrimSpace(directoryHead) + ",姓名\n", "1 姓名 error.import.twice"},
		"quotes":         {directoryHead + "石岐,,白鹭鸟,,,\n石岐,\"迎阳,云雀鸟,,,\n", "3  error.import.quotes"},
		"town":           {directoryHead + "广州,x村,白鹭鸟,,,\n", "2 镇街 error.import.town"},
		"another's":      {directoryHead + "小榄镇,北区社区,白鹭鸟,,,\n", "2 镇街 error.import.other"},
		"phone, day":     {directoryHead + "\n石岐,,白鹭鸟,12,3024-01-01,也许\n", "3 公开 error.import.public, 3 工作电话 error.phone.length, 3 任职日期 error.child.day.ahead"},
		"twice":          {directoryHead + "石岐,迎阳社区,白鹭鸟,,,\n石岐街道,迎阳社区,白鹭鸟,,,\n", "3 姓名 error.import.repeated"},
		"held and not":   {directoryHead + "石岐,迎阳社区,,,,\n石岐街道,迎阳社区,白鹭鸟,,,\n", "3 姓名 error.import.repeated"},
		"nobody":         {directoryHead + "石岐,,,,,\n", "2 姓名 error.directory.name"},
		"public phone":   {directoryHead + "石岐,,白鹭鸟,,,是\n", "2 工作电话 error.directory.phone"},
	} {
		f := ParseDirectory([]byte(test.text), directoryTowns, "shiqi", directoryToday)
		var got []string
		for _, one := range f.Faults {
			got = append(got, fmt.Sprintf("%d %s %s", one.Line, one.Column, one.Key))
		}
		if strings.Join(got, ", ") != test.want {
			t.Errorf("%s: %s; want %s", name, strings.Join(got, ", "), test.want)
		}
	}
	long := directoryHead + strings.Repeat("石岐,,白鹭鸟,,,\n", sheet.MaxRows+1)
	if f := ParseDirectory([]byte(long), directoryTowns, "", directoryToday); len(f.Faults) != sheet.MaxFaults {
		t.Errorf("%d faults of a file that is too long; want the first %d", len(f.Faults), sheet.MaxFaults)
	}
}

// FuzzDirectoryFile reads anything; what it could read comes back unchanged from the file
// that is written of it.
func FuzzDirectoryFile(f *testing.F) {
	f.Add([]byte(directoryHead + "石岐街道,,白鹭鸟,0760-88880001,2024-03-01,是\n石岐,迎阳社区,\"云\"\"雀\",+852 9123 4567,,\n小榄镇,'=北区,,,,\n"))
	f.Add([]byte("\xef\xbb\xbf镇街,\"村（社区）\"\r\n"))
	f.Add([]byte{0xd5, 0xf2, 0xbd, 0xd6, ',', 0xff})
	f.Fuzz(func(t *testing.T, b []byte) {
		first := ParseDirectory(b, directoryTowns, "", directoryToday)
		for _, one := range first.Faults {
			if one.Key == "" || one.Line < 0 {
				t.Errorf("a fault without words or place: %+v", one)
			}
		}
		var out bytes.Buffer
		if err := WriteDirectory(&out, first.Entries, townName); err != nil {
			t.Fatal(err)
		}
		again := ParseDirectory(out.Bytes(), directoryTowns, "", directoryToday)
		if diff := cmp.Diff(first.Entries, again.Entries); len(first.Entries) > 0 && (diff != "" || len(again.Faults) > 0) {
			t.Errorf("the round trip changes it, %v (-want +got):\n%s", again.Faults, diff)
		}
		if c := CompareDirectory(first.Entries, again.Entries); !c.None() || c.Same != len(first.Entries) {
			t.Errorf("the round trip changes %d, %d, %d", len(c.Added), len(c.Changed), len(c.Removed))
		}
	})
}

func TestCompareDirectory(t *testing.T) {
	allowed := DirectoryEntry{ID: "1", Version: 3, Town: "shiqi", Village: "a社区", Name: "甲甲", Phone: "0760-88880001", Public: true, AllowedBy: "x", Allowed: directoryToday}
	closed := DirectoryEntry{ID: "2", Version: 1, Town: "shiqi", Village: "b社区", Name: "乙乙", Phone: "0760-88880002"}
	gone := DirectoryEntry{ID: "3", Version: 1, Town: "shiqi", Village: "c社区"}
	moved := DirectoryEntry{Town: allowed.Town, Village: allowed.Village, Name: allowed.Name, Phone: "0760-88880009", Public: true}
	fresh := DirectoryEntry{Town: "shiqi", Village: "d社区", Name: "丁丁"}
	got := CompareDirectory([]DirectoryEntry{allowed, closed, gone}, []DirectoryEntry{moved, {Town: closed.Town, Village: closed.Village, Name: closed.Name, Phone: closed.Phone}, fresh})
	after := allowed
	after.Phone = moved.Phone // who had allowed it still has
	want := DirectoryChange{Added: []DirectoryEntry{fresh}, Changed: []ChangedEntry{{allowed, after}}, Removed: []DirectoryEntry{gone}, Same: 1}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestDirectoryEntryKeepsToItself(t *testing.T) {
	e := DirectoryEntry{Town: "shiqi", Name: "白鹭鸟", Phone: "13912345678"}
	for _, shown := range []string{fmt.Sprint(e), fmt.Sprintf("%+v %#v", e, e), e.LogValue().String()} {
		if strings.Contains(shown, "白鹭") || strings.Contains(shown, "139") {
			t.Errorf("%q shows who it is", shown)
		}
	}
	if _, err := (DirectoryEntry{Town: "shiqi", Village: strings.Repeat("长", longestPlace+1), Name: "甲甲"}).Clean(directoryToday); !slices.ContainsFunc(invalidOf(t, err), func(p apply.Problem) bool { return p.Field == "village" }) {
		t.Errorf("a village with too long a name: %v", err)
	}
}

func invalidOf(t *testing.T, err error) apply.Invalid {
	t.Helper()
	wrong, ok := err.(apply.Invalid)
	if err != nil && !ok {
		t.Fatal(err)
	}
	return wrong
}
