package casework_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"huitong/portal/casework"
)

func TestCleanFeedback(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"plain", "  金额好像是去年的。\r\n请核对 ", "金额好像是去年的。\n请核对"},
		{"amount and phone of the office stay", "写1578元，打12345没人接", "写1578元，打12345没人接"},
		{"identity number", "孩子440000201805060012要改", "孩子***要改"},
		{"identity number ending in X", "44000020180506001X", "***"},
		{"mobile", "打我13800138000吧", "打我***吧"},
		{"grouped mobile", "138-0013-8000或+86 138 0013 8000", "***或***"},
		{"full width", "１３８００１３８０００", "***"},
		{"in characters", "一三八零零一三八零零零", "***"},
		{"hidden by invisible characters", "138\u200b0013\u200b8000", "***"},
		{"date of birth", "生日2018-05-06", "生日***"},
		{"mail", "写信到a.b@example.com谢谢", "写信到***谢谢"},
	}
	for _, tt := range tests {
		if got := casework.CleanFeedback(tt.text); got != tt.want {
			t.Errorf("%s: %q; want %q", tt.name, got, tt.want)
		}
	}
	if got := utf8.RuneCountInString(casework.CleanFeedback(strings.Repeat("字", 900))); got != casework.MaxFeedbackText {
		t.Errorf("a long text keeps %d characters; want %d", got, casework.MaxFeedbackText)
	}
}
