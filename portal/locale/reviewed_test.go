package locale_test

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// several are simplified characters that stand for more than one traditional one.
const several = "丑丰了于云仆仇仿伙余佣修借僵克党冬冲准凄凌几凶出划别刮制升千卜占卤卷厂历厘参发只台叶叹吁吃合吊同后向周咨咸咽哄哗唇喂噪回团困坛复夫奸姜娘宁它家尝尸尽局岩岳巨布帘席干并幸广当录彩征御志念恤恶愈愿戚才扎托扣折抵拐挂挨据搜摆斗旋昆暗曲术朱朴杆杠杯杰松板极柜栗核梁欲毁汇沈沾泛注涂涌淀游漓炼烟熏玩症皂确私秋种筑签系纤绷背胜胡脏腊致舍艳芸苏苔苹范荐荡荫药获蒙虫蜡表证谷赞辟迹适郁采里鉴针钟钥钻铲链闲雕面须饥万个"

// published returns the files whose Chinese text is shown to readers.
func published(t testing.TB) []string {
	t.Helper()
	out := []string{"messages/zh-Hans.toml"}
	for _, pattern := range []string{"*.yaml", "policies/*.md", "help/*.md", "replies/*.md"} {
		names, err := filepath.Glob(filepath.Join("../../content", pattern))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, slices.DeleteFunc(names, func(name string) bool { return strings.Contains(name, ".en.") || heardOnly(name) })...)
	}
	if len(out) < 20 {
		t.Fatalf("only %d files of content", len(out))
	}
	return out
}

// heardOnly reports whether a file holds only what people may say to the bot.
func heardOnly(name string) bool { return filepath.Base(name) == "dialogue.yaml" }

var (
	comment = regexp.MustCompile(`(?m)^\s*# .*$`)
	// unshown are other ways to put a question or to call a thing: what people may
	// type, in any dialect and with any mistake. Only the search reads them.
	unshown = regexp.MustCompile(`(?m)^ *(?:- )?(?:names|alt):\n(?: +- .*\n)+|(?:names|alt): \[[^\]]*\]`)
)

// shown returns what readers see of a file.
func shown(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	text := unshown.ReplaceAllString(string(b), "\n")
	if filepath.Ext(name) != ".md" {
		text = comment.ReplaceAllString(text, "")
	}
	return text
}

// reviewed reads testdata/reviewed.txt: words, a tab, what they must become.
func reviewed(t testing.TB) map[string]string {
	t.Helper()
	f, err := os.Open("testdata/reviewed.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	out := map[string]string{}
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		from, to, ok := strings.Cut(line, "\t")
		if !ok || len([]rune(from)) != len([]rune(to)) || !strings.ContainsAny(from, several) || out[from] != "" {
			t.Fatalf("reviewed.txt:%d: want a word with one of the characters, once, a tab and the word of the same length that it becomes", n)
		}
		out[from] = to
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

const longestWord = 6

// review returns what is wrong with the character at i: that no word of the list
// covers it, or that the longest one wants another character.
func review(words map[string]string, from, to []rune, i int) string {
	for length := longestWord; length > 0; length-- {
		for start := max(0, i-length+1); start <= i && start+length <= len(from); start++ {
			word := string(from[start : start+length])
			want, ok := words[word]
			if !ok {
				continue
			}
			if got := to[i]; got != []rune(want)[i-start] {
				return fmt.Sprintf("%c, but %s is to become %s", got, word, want)
			}
			return ""
		}
	}
	return fmt.Sprintf("%c, which nobody has reviewed: if it is right, add the word to testdata/reviewed.txt; if not, correct it in messages/words.toml", to[i])
}

// TestReviewed wants every character with several forms, wherever it is published,
// in a word that somebody has looked at.
func TestReviewed(t *testing.T) {
	c, words := load(t), reviewed(t)
	for _, name := range published(t) {
		text := shown(t, name)
		from, to := []rune(text), []rune(c.Convert(text))
		if len(from) != len(to) {
			t.Fatalf("%s: conversion changes the number of characters", name)
		}
		for i, r := range from {
			if !strings.ContainsRune(several, r) {
				continue
			}
			if problem := review(words, from, to, i); problem != "" {
				around := strings.Join(strings.Fields(string(from[max(0, i-8):min(len(from), i+9)])), " ")
				t.Errorf("%s: %c in “%s” becomes %s", name, r, around, problem)
			}
		}
	}
}

func TestReviewFinds(t *testing.T) {
	c := load(t)
	words := map[string]string{"家里": "家裏", "公里": "公里", "出": "出", "头发": "頭發"}
	tests := []struct{ text, char, want string }{
		{"家里", "里", ""},
		{"三公里", "里", ""},
		{"村里", "里", "nobody has reviewed"},
		{"拿出", "出", ""},
		{"头发", "发", "头发 is to become 頭發"},
	}
	for _, test := range tests {
		from, to := []rune(test.text), []rune(c.Convert(test.text))
		got := review(words, from, to, slices.Index(from, []rune(test.char)[0]))
		if (test.want == "") != (got == "") || !strings.Contains(got, test.want) {
			t.Errorf("review of %s in %s = %q; want %q", test.char, test.text, got, test.want)
		}
	}
}
