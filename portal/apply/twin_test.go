package apply

import "testing"

func TestSameName(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{"金丝雀", "金丝雀", true},
		{"金 丝 雀", "金丝雀 ", true},
		{"阿依古丽·买买提", "阿依古丽•买买提", true},
		{"Mary Ann", "ＭＡＲＹ ａｎｎ", true},
		{"金丝雀", "金丝鸟", false},
		{"金丝雀", "金丝", false},
		{"金丝雀", "", false},
	} {
		if got := SameName(tt.a, tt.b); got != tt.want {
			t.Errorf("SameName(%q, %q) = %v; want %v", tt.a, tt.b, got, tt.want)
		}
	}
}

func TestHintKeepsTheNumber(t *testing.T) {
	ref := Reference("261112345674")
	if got, want := ref.Hint(), "2611-····-··74"; got != want {
		t.Errorf("hint = %q; want %q", got, want)
	}
	if got := Reference("2611").Hint(); got != "····" {
		t.Errorf("hint of a broken number = %q", got)
	}
}
