package bot

import (
	"sync"
	"testing"
)

// TestAskedAtOnce asks many questions at the same time, and each again: what one leaves in
// memory stands in no reply to another.
func TestAskedAtOnce(t *testing.T) {
	b := testBot(t)
	questions := []string{
		"孤儿补贴一个月多少钱", "how much is the orphan allowance", "gu er bu tie zen me shen qing", "我叔叔强奸了我", "石岐街道找谁",
		"妈妈病死了，爸爸在坐牢，能不能申请", "身份证号***，要什么材料", "我想查一下符不符合", "看病的钱谁出，要多久", "残疾",
	}
	ask := func(text string) (replies [2]Reply) {
		for i, then := range []string{text, "要什么材料"} {
			var err error
			if replies[i], err = b.Ask(t.Context(), Question{Text: then, Conversation: replies[0].Conversation}); err != nil {
				t.Errorf("%s: %v", then, err)
			}
		}
		return replies
	}
	want := make([][2]Reply, len(questions))
	for i, q := range questions {
		want[i] = ask(q)
	}
	var all sync.WaitGroup
	for n := range 8 {
		all.Go(func() {
			for k := range questions {
				i := (k + n) % len(questions)
				for j, got := range ask(questions[i]) {
					if got.Answer != want[i][j].Answer || got.Outcome != want[i][j].Outcome || got.Conversation != want[i][j].Conversation {
						t.Errorf("%s: %+v beside others; want %+v", questions[i], got, want[i][j])
					}
				}
			}
		})
	}
	all.Wait()
}
