package bot

import "testing"

// TestGroundsOnlyWhenAsked keeps the legal grounds from answering a question that
// does not ask for them.
func TestGroundsOnlyWhenAsked(t *testing.T) {
	b := testBot(t)
	for question, law := range map[string]bool{
		"明天计划补贴怎么办":  false,
		"明天计划的依据是什么": true,
		"福彩圆梦依据哪个文件": true,
	} {
		reply, err := b.Ask(t.Context(), Question{Text: question})
		if err != nil {
			t.Fatal(err)
		}
		if len(reply.Citations) == 0 || (reply.Citations[0].Section == "law") != law {
			t.Errorf("%s: %s cites %v; want the grounds: %v", question, reply.Outcome, reply.Citations, law)
		}
	}
}
