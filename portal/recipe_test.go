package main

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// unfilled is what an editor finds in a new policy's file where something is to be written.
const unfilled = "（待填写）"

// winterCoats is what an editor writes there, in the order of the file.
var winterCoats = []string{
	"Winter coats", "冬衣", "有孩子的家庭", "每年冬天给每个孩子发一件棉衣。", "One warm coat for each child every winter.",
	"过冬棉衣发放办法（示例）", "示例单位", "一件棉衣", "每个孩子一件。",
	"未满18岁", "孩子还没满18岁。", "满18岁的不能申请。", "要知道孩子多大。",
	"申请表", "由市民政局决定。", "同意发放。", "不同意发放。",
	"过冬棉衣怎么领", "冬天的棉衣哪里领", "在网上填表，批了以后到村居领。",
	"过冬棉衣多少岁可以领", "几岁的孩子能领棉衣", "没满18岁的孩子可以领。",
	"过冬棉衣可以领几件", "棉衣一人几件", "每个孩子一件棉衣。",
	"领过冬棉衣要交什么材料", "领棉衣带什么", "只要一张申请表。",
	"过冬棉衣多久拿到", "棉衣什么时候发", "一个月以内。",
	"过冬棉衣要不要钱", "棉衣收费吗", "不要钱。",
	"过冬棉衣不合身怎么办", "棉衣太小能换吗", "可以到村居换。",
	"过冬棉衣可以代领吗", "外婆能帮孩子领棉衣吗", "可以，带上证件。",
	"没满十八岁的孩子可以申请。", "每个孩子一件棉衣。", "在网上填，或者到村居填。", "只要一张表。", "一个月以内有结果。", "打村居的电话问。", "按这个办法办。",
	"没满18岁的孩子可以申请。", "每个孩子一件棉衣。", "在网上填表，或者到村居填。", "申请表一张。", "一个月以内有结果。", "打村居的电话问。", "过冬棉衣发放办法（示例）。",
}

// TestNewPolicy goes the steps of CONTRIBUTING, "Adding a policy", to their end: from one
// file without any Go come page, search, answer, checker, form and what the form asks for.
func TestNewPolicy(t *testing.T) {
	dir, day := lean(t), time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC) // when nothing of the content was due
	var out bytes.Buffer
	env := &environment{ctx: t.Context(), cfg: &Config{Content: dir}, out: &out, now: func() time.Time { return day }}
	command := newPolicyCommand{Slug: "winter-coats", Title: "过冬棉衣"}
	if err := command.Run(env); err != nil {
		t.Fatal(err)
	}
	if err := command.Run(env); err == nil {
		t.Error("the second run wrote over the first")
	}
	err := checkCommand{}.Run(env)
	if err == nil || !strings.Contains(out.String(), "policies/winter-coats.md:") || !strings.Contains(out.String(), "not filled in") {
		t.Errorf("check = %v, %s; want what to fill in", err, out.String())
	}
	fillIn(t, filepath.Join(dir, "policies", "winter-coats.md"))
	out.Reset()
	if err := (checkCommand{}).Run(env); err != nil {
		t.Fatalf("check of what is filled in: %v\n%s", err, out.String())
	}
	r := start(t, func(c *Config) { c.Content = dir })
	for path, want := range map[string]string{
		"/policies":                                    `href="/policies/winter-coats"`,
		"/policies/winter-coats":                       "每个孩子一件棉衣。",
		"/zh-hant/policies/winter-coats":               "每個孩子一件棉衣",
		"/en/policies/winter-coats":                    "One warm coat for each child every winter.",
		"/search?q=%E6%A3%89%E8%A1%A3":                 "/policies/winter-coats",
		"/check/winter-coats":                          "孩子今年几岁",
		"/apply/winter-coats":                          "过冬棉衣",
		"/privacy/fields/winter-coats":                 "孩子的姓名",
		"/sitemap.xml":                                 "/policies/winter-coats",
		"/policies/winter-coats/part/gives?mode=elder": "每个孩子一件棉衣。",
	} {
		if page := r.get(t, path); page == "" || !strings.Contains(page, want) {
			t.Errorf("%s lacks %q", path, want)
		}
	}
	if said := r.post(t, "/api/v1/ask", `{"question":"过冬棉衣可以领几件"}`); !strings.Contains(said, "每个孩子一件棉衣。") || !strings.Contains(said, `"policy":"winter-coats"`) {
		t.Errorf("the bot says %s", said)
	}
}

// fillIn writes into the places of a new policy's file what an editor writes there.
func fillIn(t *testing.T, name string) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(string(text), unfilled)
	if len(parts)-1 != len(winterCoats) {
		t.Fatalf("%d places to fill in; want %d", len(parts)-1, len(winterCoats))
	}
	var filled strings.Builder
	for i, part := range parts {
		if i > 0 {
			filled.WriteString(winterCoats[i-1])
		}
		filled.WriteString(part)
	}
	if err := os.WriteFile(name, []byte(filled.String()), 0o600); err != nil {
		t.Fatal(err)
	}
}

// post sends JSON and returns the answer.
func (r running) post(t *testing.T, path, body string) string {
	t.Helper()
	resp, err := http.Post(r.base+path, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var said bytes.Buffer
	if _, err := said.ReadFrom(resp.Body); err != nil {
		t.Fatal(err)
	}
	return said.String()
}
