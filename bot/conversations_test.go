package bot

import (
	"context"
	"os"
	"strings"
	"testing"
)

// TestConversations plays the conversations that the bot is tuned on.
func TestConversations(t *testing.T) {
	for name, floor := range map[string]float64{"conversations.txt": 0.95, "conversations-families.txt": 0.93, "conversations-told.txt": 0.9} {
		p := play(t, name)
		for _, fault := range p.Faults {
			t.Log(name, fault)
		}
		atLeast(t, name+": conversation accuracy", p.Accuracy(), floor)
	}
}

// TestUnseenConversations measures on conversations that nothing is tuned on; their
// faults are not looked at.
func TestUnseenConversations(t *testing.T) {
	p := play(t, "conversations-unseen.txt")
	t.Logf("accuracy %.3f of %d turns", p.Accuracy(), p.Turns)
	atLeast(t, "conversation accuracy", p.Accuracy(), 0.92)
}

func play(t *testing.T, name string) Played {
	t.Helper()
	f, err := os.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	conversations, err := ParseConversations(f)
	if err != nil {
		t.Fatal(err)
	}
	p, err := learnedBot(t).Play(context.Background(), conversations)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestAnswersAreQuoted holds every answer against what is published: it must be a
// passage of the policy that it cites.
func TestAnswersAreQuoted(t *testing.T) {
	b := testBot(t)
	published := map[string]string{}
	for _, e := range b.entries {
		published[e.Policy] += e.Text + "\n"
	}
	for _, line := range labelled(t, "questions.txt") {
		r, err := b.Ask(context.Background(), Question{Text: line[2]})
		if err != nil {
			t.Fatal(err)
		}
		if r.Outcome != Answer {
			continue
		}
		c := r.Citations[0]
		if !strings.Contains(published[c.Policy], strings.TrimSuffix(r.Answer, "……")) {
			t.Errorf("%s: answer is not in %s: %s", line[2], c.Policy, r.Answer)
		}
		if want := "/policies/" + c.Policy + "#" + c.Section; c.URL != want {
			t.Errorf("%s: URL = %s; want %s", line[2], c.URL, want)
		}
	}
}

func FuzzAsk(f *testing.F) {
	b := testBot(f)
	if err := b.wait(f.Context()); err != nil { // for each input a worker has ten seconds
		f.Fatal(err)
	}
	f.Add("孤儿补贴", `{"p":"basic-living-allowance","s":"amount"}`)
	f.Add("坐监", `{"k":{"p":"basic-living-allowance","g":[["child_age","8"]],"q":"father"}}`)
	f.Add("第一个", `{"d":true,"c":["tomorrow-plan.faq.0","check:dream-scholarship"]}`)
	f.Add("\xff\u202e", `{"p":"../../etc"}`)
	f.Fuzz(func(t *testing.T, text, conversation string) {
		r, err := b.Ask(context.Background(), Question{Text: text, Conversation: conversation})
		if err == nil && (r.Answer == "" || r.Outcome == "" || r.Confidence < 0 || r.Confidence > 1) {
			t.Errorf("reply to %q = %+v", text, r)
		}
	})
}
