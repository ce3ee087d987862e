package search

import (
	"context"
	"math"
	"strings"
	"testing"
)

// TestLengthen wants a text to count less the longer it is, where texts are long.
func TestLengthen(t *testing.T) {
	by := weights{longer: 0.5}
	for name, c := range map[string]struct{ length, long, want float64 }{
		"as long as others":     {1, 1, 1},
		"four times as long":    {4, 1, 0.5},
		"a quarter":             {0.25, 1, 2},
		"texts are not so long": {4, 0.5, 0.75},
		"texts are short":       {4, 0, 1},
		"nothing in it":         {0, 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			if got := by.lengthen(c.length, c.long); math.Abs(float64(got)-c.want) > 1e-6 {
				t.Errorf("counts %v; want %v", got, c.want)
			}
		})
	}
}

// TestLongTexts wants the shorter of two long texts found that have as much of a question.
func TestLongTexts(t *testing.T) {
	filling := strings.Repeat("本页说明各个选项的含义以及命令结束时返回的状态，另见下列各页。", 60)
	docs := []Document{
		{ID: "long", Text: strings.Repeat(filling, 9) + "给文件的每一行编上号码，给文件编号。"},
		{ID: "short", Text: filling + "给文件的每一行编上号码。"},
	}
	for _, n := range []string{"排序", "合并", "打印", "压缩", "删除", "复制"} {
		docs = append(docs, Document{ID: n, Text: filling + "此命令用来" + n + "目录。"})
	}
	r, err := generalIndexOf(t, docs).Search(context.Background(), Query{Text: "给文件编号", Bare: true})
	if err != nil || len(r.Hits) == 0 || r.Hits[0].ID != "short" {
		t.Errorf("found %v, %v; want the short one", r.Hits[:min(1, len(r.Hits))], err)
	}
}
