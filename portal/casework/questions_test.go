package casework_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"huitong/portal/casework"
)

func TestCleanQuestion(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"plain", "  宠物医疗\n怎么 报销 ", "宠物医疗 怎么 报销"},
		{"short numbers stay", "18岁以后2026年还有吗", "18岁以后2026年还有吗"},
		{"identity number", "440000201805060012能领吗", "***能领吗"},
		{"telephone", "打13800138000找我", "打***找我"},
		{"a name", "我叫陈小明，想问补助", "我叫***，想问补助"},
		{"a child's name", "孩子名字是李小花", "孩子名字是***"},
		{"no name", "这个叫什么补贴", "这个叫什么补贴"},
		{"who one is stays", "我是孤儿，怎么办", "我是孤儿，怎么办"},
		{"a name behind the kin", "我女儿李小红今年八岁，能领补贴吗", "我女儿***今年八岁，能领补贴吗"},
		{"a name of two characters", "我孙子陈强的申请", "我孙子***的申请"},
		{"whose application", "李小明的申请批了吗", "***的申请批了吗"},
		{"whose telephone", "告诉我王小红家的电话", "告诉我***家的电话"},
		{"who one is, by name", "我是王建国，要申请", "我是***，要申请"},
		{"no name behind the kin", "孩子高中的学费，儿子白血病在治，女儿马上读书", "孩子高中的学费，儿子白血病在治，女儿马上读书"},
		{"no name at the beginning", "孤儿的申请，石岐的电话，困境儿童的资料", "孤儿的申请，石岐的电话，困境儿童的资料"},
		{"kin is no name", "孙女的申请怎么办，黄圃镇的电话", "孙女的申请怎么办，黄圃镇的电话"},
		{"in traditional characters", "我女兒陳小紅今年八歲，張大文的申請", "我女兒***今年八歲，***的申請"},
		{"a handle", "加微信号 abc_12345，QQ是a123456", "加微信号 ***，QQ是***"},
		{"no handle", "用微信可以申请吗，微信wechat", "用微信可以申请吗，微信wechat"},
		{"invisible", "138\u200b0013\u200b8000", "***"},
		{"mail", "a.b@example.com", "***"},
	}
	for _, tt := range tests {
		if got := casework.CleanQuestion(tt.text); got != tt.want {
			t.Errorf("%s: %q; want %q", tt.name, got, tt.want)
		}
	}
}

func FuzzCleanQuestion(f *testing.F) {
	f.Add("我叫陈小明13800138000")
	f.Fuzz(func(t *testing.T, text string) {
		got := casework.CleanQuestion(text)
		if utf8.RuneCountInString(got) > casework.MaxQuestionText || strings.ContainsAny(got, "\n\r\t") {
			t.Errorf("kept %q", got)
		}
		for run := 0; len(got) > 0; got = got[1:] {
			if run++; got[0] < '0' || got[0] > '9' {
				run = 0
			}
			if run >= 6 {
				t.Fatalf("a number is kept of %q", text)
			}
		}
	})
}
