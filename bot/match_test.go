package bot

import "testing"

// TestGroundsOnlyWhenAsked keeps the legal grounds from answering a question that
// does not ask for them.
func TestGroundsOnlyWhenAsked(t *testing.T) {
	b := learnedBot(t)
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

// TestShortestQuestions asks what people ask most in the fewest words; "孤儿每个月领多少"
// was once refused, because the nearest examples spoke of other cities.
func TestShortestQuestions(t *testing.T) {
	b := learnedBot(t)
	for _, q := range []string{"孤儿每个月可领多少", "没爸没妈每月领几多", "事实孤儿每月可以领几钱", "孤兒每個月可領多少"} {
		r, err := b.Ask(t.Context(), Question{Text: q})
		if err != nil || r.Outcome != Answer || r.Citations[0].Policy != "basic-living-allowance" {
			t.Errorf("%s: %v, %s %+v; want the allowance", q, err, r.Outcome, r.Citations)
		}
	}
	for _, q := range []string{"江门孤儿每月可领多少", "孤寡老人每月可领多少"} {
		if r, err := b.Ask(t.Context(), Question{Text: q}); err != nil || r.Outcome != Refuse {
			t.Errorf("%s: %v, %s; want a refusal", q, err, r.Outcome)
		}
	}
}

// TestKnownFromExamplesAlone asks in words that stand in no published text, or where much
// else is found: the policy is known all the same.
func TestKnownFromExamplesAlone(t *testing.T) {
	b := learnedBot(t)
	for question, want := range map[string]string{
		"字小得像蚂蚁，哪里弄大":                      "accessibility-help",
		"家访打分":                             "guardianship-assessment",
		"打去使唔使讲埋我住边座边楼":                    "protection-hotline",
		"gu er zuo shou shu shei chu qian": "tomorrow-plan",
	} {
		r, err := b.Ask(t.Context(), Question{Text: question})
		if err != nil || r.Outcome != Answer || r.Citations[0].Policy != want {
			t.Errorf("%s: %v, %s %+v; want %s", question, err, r.Outcome, r.Citations, want)
		}
	}
}
