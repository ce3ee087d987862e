package casework

import (
	"regexp"
	"testing"
)

func TestMaskPersonal(t *testing.T) {
	public := func() []string { return []string{"076088201124", "12345"} }
	cases := []struct {
		name, text, want string
		found            Found
	}{
		{"nothing", "孤儿补贴2021年是1578元，打12345问", "孤儿补贴2021年是1578元，打12345问", Found{}},
		{"identity number", "身份证442000201703020024能查吗", "身份证***能查吗", Found{Numbers: true}},
		{"with X", "442000 20170302 002x 查一下", "*** 查一下", Found{Numbers: true}},
		{"full width", "４４２０００２０１７０３０２００２４", "***", Found{Numbers: true}},
		{"Chinese digits", "电话一三八零零一三八零零零", "电话***", Found{Numbers: true}},
		{"as it is said on the telephone", "电话幺三八零零幺三八零零零", "电话***", Found{Numbers: true}},
		{"as it is written on a cheque", "电话壹叁捌零零壹叁捌零零零，卡号陸貳貳玖肆伍柒", "电话***，卡号陸貳貳玖肆伍柒", Found{Numbers: true}},
		{"in circles", "电话①③⑧⓪⓪①③⑧⓪⓪⓪", "电话***", Found{Numbers: true}},
		{"as pictures of keys", "电话1️⃣3️⃣8️⃣0️⃣0️⃣1️⃣3️⃣8️⃣0️⃣0️⃣0️⃣", "电话***", Found{Numbers: true}},
		{"with what nobody sees", "打138\u200b0013\u200b8000", "打***", Found{Numbers: true}},
		{"in English words", "call one three eight, zero zero one three - eight oh oh zero now", "call *** now", Found{Numbers: true}},
		{"few English words", "one or two of the three eight year olds", "one or two of the three eight year olds", Found{}},
		{"few of each", "陆叔和幺妹都三岁", "陆叔和幺妹都三岁", Found{}},
		{"mobile in groups", "打我138-0013-8000", "打我***", Found{Numbers: true}},
		{"bank card", "卡号 6217 0033 6000 0000 124 对吗", "卡号 *** 对吗", Found{Numbers: true}},
		{"application number and code", "编号1234-5678-9012 码1234 5678", "编号*** 码***", Found{Numbers: true}},
		{"public hotline", "88201124还打得通吗，0760-88201124呢", "88201124还打得通吗，0760-88201124呢", Found{}},
		{"number of a reply", "第2021049号建议", "第2021049号建议", Found{}},
		{"name", "我叫陈小明，想申请", "我叫***，想申请", Found{Names: true}},
		{"name in traditional characters", "我叫陳小明", "我叫***", Found{Names: true}},
		{"full name", "姓名：欧阳娜", "姓名：***", Found{Names: true}},
		{"child's name", "孩子的名字是李雷", "孩子的名字是***", Found{Names: true}},
		{"no name", "这种补贴叫什么名字", "这种补贴叫什么名字", Found{}},
		{"crying", "孩子叫救命", "孩子叫救命", Found{}},
		{"English name", "My name is Mary Ann Chan and my son is sick", "My name is *** and my son is sick", Found{Names: true}},
		{"English, lower case", "my name is peter, can I apply", "my name is ***, can I apply", Found{Names: true}},
		{"full width mail", "写信到 a.b＠example.com 吧", "写信到 *** 吧", Found{Names: true}},
		{"name in capitals", "MY NAME IS PETER", "MY NAME IS ***", Found{Names: true}},
		{"Arabic digits", "٠١٢٣٤٥٦٧٨", "***", Found{Numbers: true}},
		{"mail", "写信到 a.b@example.com 吧", "写信到 *** 吧", Found{Names: true}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, found := MaskPersonal(c.text, public)
			if got != c.want || found != c.found {
				t.Errorf("MaskPersonal(%q) = %q, %+v; want %q, %+v", c.text, got, found, c.want, c.found)
			}
		})
	}
}

func FuzzMaskPersonal(f *testing.F) {
	f.Add("身份证 44200020170302002X")
	for _, text := range []string{"Name: Mary, a@b.cn", "oh oh oh oh oh oh oh oh", "ſix,ſEVEN.oh-oh oh oh oh oh", "NAME: A", "he is CALLED Bo", "姓名：陈小明", "全名 是李四", "名字叫王二毛", "名字陈小明", "名叫陈小明", "我叫做陈小明", "怎么报名陈小明", "名名字陈小明"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		h := hintsOf(text)
		for pattern, can := range map[*regexp.Regexp]bool{figures: h.figures >= fewestFigures, figuresEN: h.spelled(), mailbox: h.mail, named: h.named, namedEN: h.namedEN} {
			if pattern.MatchString(text) && !can {
				t.Errorf("%q matches %v; hints are %+v", text, pattern, h)
			}
		}
		once, _ := MaskPersonal(text, nil)
		if twice, _ := MaskPersonal(once, nil); twice != once {
			t.Errorf("masking %q twice: %q, then %q", text, once, twice)
		}
	})
}
