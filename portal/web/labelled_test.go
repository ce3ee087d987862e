package web

import (
	"testing"

	"huitong/portal/casework"
)

// TestLabelled has each line of an error summary say which field it is about, once.
func TestLabelled(t *testing.T) {
	for _, tt := range []struct{ label, colon, wrong, want string }{
		{"孩子姓名", "：", "这里要填。", "孩子姓名：这里要填。"},
		{"监护人是孩子的什么人？", "：", "请选一项。", "监护人是孩子的什么人：请选一项。"},
		{"学时", "：", "学时请写1到80的整数", "学时请写1到80的整数"},
		{"内容", "：", "请写培训的内容，2到80个字", "请写培训的内容，2到80个字"},
		{"Child's name", ": ", "This is needed.", "Child's name: This is needed."},
		{"What happened?", ": ", "Choose one.", "What happened: Choose one."},
		{"Hours", ": ", "Write the hours, 1 to 80", "Write the hours, 1 to 80"},
		{"", "：", "家长同意了才能帮。", "家长同意了才能帮。"},
	} {
		if got := labelled(tt.label, tt.colon, tt.wrong); got != tt.want {
			t.Errorf("labelled(%q, %q, %q) = %q; want %q", tt.label, tt.colon, tt.wrong, got, tt.want)
		}
	}
}

// TestLabelledAtTheDesk posts a form of the desk empty, in each language.
func TestLabelledAtTheDesk(t *testing.T) {
	director := newDesk(t).staff(casework.Director, "shiqi")
	for i, want := range []string{"孩子姓名：这里要填。", "孩子姓名：這裏要填。", "Child's name: This is needed."} {
		at := languages[i].path("/staff/children/new")
		director.open(at).send(at, map[string]string{"village": "迎阳社区"}).wants(422, want)
	}
}
