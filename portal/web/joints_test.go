package web

import (
	"strings"
	"testing"

	"huitong/content"
)

func TestJoints(t *testing.T) {
	t.Parallel()
	lib := &content.Library{}
	for _, word := range []string{"孤儿", "困境儿童", "事实无人抚养儿童", "基本生活补贴", "监护评估", "结对帮扶", "孤儿医疗康复明天计划", "家庭教育指导", "委托照护", "福彩圆梦·孤儿助学工程"} {
		lib.Glossary = append(lib.Glossary, content.Term{ZH: word})
	}
	j := &joiner{convert: func(s string) string { return s }}
	for _, tt := range []struct{ heading, want string }{
		{"查进度", "查进度"},
		{"查查能不能领：基本生活补贴", "查查能不能领：基本生活补贴"},
		{"孤儿和事实无人抚养儿童基本生活补贴", "孤儿|和事实无人|抚养|儿童|基本生活补贴"},
		{"困境儿童认定与分类保障", "困境儿童|认定|与分类保障"},
		{"家庭监护评估和结对帮扶", "家庭|监护评估|和结对帮扶"},
		{"孤儿医疗康复明天计划", "孤儿医疗|康复|明天|计划"},
		{"家庭监护、委托照护与家庭教育指导", "家庭监护、委托照护|与家庭教育指导"},
		{"原来的困境儿童救助热线还打得通吗？", "原来的|困境儿童|救助热线还打得通吗？"},
		{"不要这份没有提交的申请了吗？", "不要这份没有提交的|申请了吗？"},
		{"我们会不会是困境儿童的？", "我们会不会是|困境儿童的？"},
		{"福彩圆梦·孤儿助学工程", "福彩圆梦·|孤儿助学工程"},
		{"政策宣讲怎样进村（居）", "政策宣讲怎样进村（居）"},
		{"孩子近期1寸免冠照片", "孩子近期|1寸|免冠|照片"},
		{"孩子的妈妈现在是什么情况？", "孩子的|妈妈|现在是|什么情况？"},
		{"联席会议和未成年人保护协调机构", "联席会议|和未成年人|保护|协调|机构"},
		{"孩子有没有被民政部门认定过？", "孩子|有没有|被民政部门认定过？"},
		{"关于加强家庭教育、关爱留守儿童建议的会办意见（摘要）", "关于加强家庭教育、关爱留守儿童建议的|会办意见（摘要）"},
		{"A title that says <nothing>", "A title that says &lt;nothing&gt;"},
	} {
		got := strings.ReplaceAll(string(j.breaks(lib, tt.heading, jointless)), "<wbr>", "|")
		if got != tt.want {
			t.Errorf("breaks(%q) = %q; want %q", tt.heading, got, tt.want)
		}
	}
}
