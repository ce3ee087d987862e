package search

import (
	"strings"
	"testing"
)

const testSynonyms = `# test data
没有 = 冇, 无得, 冇得
什么 = 咩, 咩嘢
小孩 = 细路, 细路仔, 小朋友
孤儿 = 孤二
事实无人抚养儿童 = 事实孤儿, 事实无人扶养儿童
抚养 = 扶养
保障 = 宝障
是 = 系
身份证 = id card, identity card
+ 关系, 联系, 系统
服刑 ~ 坐牢, 判刑
补贴 ~ 津贴, 补助
孤儿 ~ 父母不在了
! 请问, 我想问一下, 吗, 的, 都, 已经
? 怎么, 多少
`

func testNormalizer(t testing.TB) *Normalizer {
	t.Helper()
	n, err := NewNormalizer(strings.NewReader(testSynonyms))
	if err != nil {
		t.Fatalf("NewNormalizer: %v", err)
	}
	return n
}

func TestNormalize(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"empty", "", ""},
		{"plain", "孤儿补贴", "孤儿补贴"},
		{"full width", "ＡＢＣ１２３４５", "abc12345"},
		{"case", "Orphan Allowance", "orphan allowance"},
		{"traditional", "孤兒補貼幾時發", "孤儿补贴几时发"},
		{"punctuation", "《孤儿》,补贴?!", "孤儿 补贴"},
		{"line breaks", " 孤儿\n\n补贴\t", "孤儿 补贴"},
		{"zero width", "孤\u200b儿\ufeff补\u00ad贴", "孤儿补贴"},
		{"soft marks", "e\u0301cole", "école"},
		{"typed with gaps", "孤 儿 补 贴", "孤儿补贴"},
		{"gaps between words stay", "孤儿 补贴", "孤儿 补贴"},
		{"invalid bytes", "孤\xff儿", "孤儿"},
		{"circled digit", "①", "1"},
		{"alias", "冇钱", "没有钱"},
		{"longest alias", "细路仔读书", "小孩读书"},
		{"alias in traditional script", "細路仔冇書讀", "小孩没有书读"},
		{"single character alias", "系咩", "是什么"},
		{"protected words", "关系和联系", "关系和联系"},
		{"standard term kept whole", "事实无人抚养儿童", "事实无人抚养儿童"},
		{"alias of a long term", "事实孤儿", "事实无人抚养儿童"},
		{"alias inside a latin word", "my id card", "my 身份证"},
		{"not inside another word", "grid cards", "grid cards"},
	}
	n := testNormalizer(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := n.Normalize(tt.in); got != tt.want {
				t.Errorf("Normalize(%q) = %q; want %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestNumerals(t *testing.T) {
	tests := []struct{ in, want string }{
		{"一千五百七十八元", "1578元"},
		{"1,578元", "1578元"},
		{"１，５７８元", "1578元"},
		{"1578.00元", "1578元"},
		{"2.50", "2.5"},
		{"2026.7.1", "2026 7 1"},
		{"十八岁", "18岁"},
		{"十岁", "10岁"},
		{"两岁", "2岁"},
		{"三个月", "3个月"},
		{"二十四小时", "24小时"},
		{"廿三岁", "23岁"},
		{"一百零五", "105"},
		{"一百一十", "110"},
		{"一百二", "120"},
		{"两千三", "2300"},
		{"一万五", "15000"},
		{"一万零五", "10005"},
		{"1万", "10000"},
		{"1.5万元", "15000元"},
		{"5万8千", "58000"},
		{"三十万", "300000"},
		{"一亿两千万", "120000000"},
		{"壹仟伍佰元", "1500元"},
		{"二零二六年", "2026年"},
		{"二〇二六年", "2026年"},
		{"一二三四五", "12345"},
		{"一一零", "110"},
		{"第三十一条", "第31条"},
		{"二十几岁", "20几岁"},
		{"一起", "一起"},
		{"三级", "三级"},
		{"万一", "万一"},
		{"千万不要", "千万不要"},
		{"十分", "十分"},
		{"一样一些一下", "一样一些一下"},
		{"几十块", "几十块"},
		{"好几千元", "好几千元"},
		{"三四个月", "三四个月"},
		{"百分之百", "百分之百"},
		{"1.00005万", "1 50000"},
		{"0760-88201124", "0760 88201124"},
		{"儿童：补贴？（孤儿）《办法》！；18：30", "儿童 补贴 孤儿 办法 18 30"},
		{"孤儿：\u0301补贴？\u20dd", "孤儿 补贴"}, // marks of a mark
		{"满18岁，在读", "满18岁 在读"},
		{"1578，每月", "1578 每月"},
		{"九千九百九十九万亿九千九百九十九万亿九千", "九千九百九十九万亿九千九百九十九万亿九千"},
	}
	n := testNormalizer(t)
	for _, tt := range tests {
		if got := n.Normalize(tt.in); got != tt.want {
			t.Errorf("Normalize(%q) = %q; want %q", tt.in, got, tt.want)
		}
	}
}

// TestFoldAndNormalize wants both as they are by themselves, of texts after each other.
func TestFoldAndNormalize(t *testing.T) {
	n := testNormalizer(t)
	for _, text := range []string{"", "孤兒補貼幾時發", "我 啲 细路仔", "領一千五百元。", "孤 儿 补 贴", "冇 1,578 元"} {
		folded, normal := n.FoldAndNormalize(text)
		if wantFolded, want := n.Fold(text), n.Normalize(text); folded != wantFolded || normal != want {
			t.Errorf("FoldAndNormalize(%q) = %q, %q; want %q, %q", text, folded, normal, wantFolded, want)
		}
	}
}

func TestNormalizeKeepsOrigin(t *testing.T) {
	n := testNormalizer(t)
	tests := []struct{ in, rune, want string }{
		{"ＡＢ孤兒", "儿", "兒"},
		{"領一千五百元。", "5", "一千五百"},
		{"我 啲 细路仔", "孩", "细路仔"},
		{"e\u0301cole", "é", "e\u0301"},
	}
	for _, tt := range tests {
		got := n.trace(tt.in)
		i := strings.IndexRune(string(got.runes), []rune(tt.rune)[0])
		if i < 0 {
			t.Fatalf("trace(%q) = %q lacks %q", tt.in, string(got.runes), tt.rune)
		}
		k := len([]rune(string(got.runes)[:i]))
		if origin := tt.in[got.from[k]:got.to[k]]; origin != tt.want {
			t.Errorf("origin of %q in %q = %q; want %q", tt.rune, tt.in, origin, tt.want)
		}
	}
}

func FuzzNormalize(f *testing.F) {
	for _, s := range []string{
		"孤兒補貼 一千五百七十八元", "ＡＢＣ，１２３", "万一十八岁", "e\u0301\u200b", "1.00005万", "İstanbul", "\xff\xfe",
		"系咩 細 路 仔", "ᄒ\u0302ᅡ", "三 四 个", "0.0.0", "一万亿", "ﷺ①Ⅲ½",
	} {
		f.Add(s)
	}
	n := testNormalizer(f)
	f.Fuzz(func(t *testing.T, s string) {
		once := n.trace(s)
		got := string(once.runes)
		if strings.ToValidUTF8(got, "") != got {
			t.Fatalf("Normalize(%q) = %q: not UTF-8", s, got)
		}
		if again := n.Normalize(got); again != got {
			t.Fatalf("Normalize(%q) = %q, again = %q", s, got, again)
		}
		for i := range once.runes {
			if once.from[i] < 0 || once.from[i] > once.to[i] || int(once.to[i]) > len(s) {
				t.Fatalf("Normalize(%q): rune %d has origin %d..%d", s, i, once.from[i], once.to[i])
			}
		}
	})
}

// TestBareTraces wants a tracer that uses its memory again to give the same text as
// one that remembers where each rune came from.
func TestBareTraces(t *testing.T) {
	n := testNormalizer(t)
	bare := tracer{n: n, bare: true}
	for _, d := range mixedDocuments(300) {
		for _, s := range []string{d.Title, d.Text, "三個月 " + d.Title + "1,578.00元", "冇 " + d.Title} {
			if got, want := string(bare.trace(s).runes), n.Normalize(s); got != want {
				t.Fatalf("bare trace of %q = %q; want %q", s, got, want)
			}
		}
	}
}
