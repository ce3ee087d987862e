package bot

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"
)

// TestConversations plays testdata/conversations.txt.
func TestConversations(t *testing.T) {
	b := testBot(t)
	text, err := os.ReadFile("testdata/conversations.txt")
	if err != nil {
		t.Fatal(err)
	}
	var reply Reply
	asked := ""
	for n, line := range strings.Split(string(text), "\n") {
		key, value, _ := strings.Cut(line, " ")
		switch key {
		case "#":
		case "":
			reply = Reply{}
		case ">":
			asked = value
			if reply, err = b.Ask(context.Background(), Question{Text: value, Conversation: reply.Conversation}); err != nil {
				t.Fatalf("line %d: %v", n+1, err)
			}
		default:
			if got := property(reply, key); !meets(key, got, value) {
				t.Errorf("line %d: %q: %s = %q; want %q", n+1, asked, key, got, value)
			}
		}
	}
}

func property(r Reply, key string) string {
	switch {
	case key == "outcome":
		return string(r.Outcome)
	case key == "says":
		return r.Answer
	case len(r.Citations) == 0:
		return ""
	case key == "policy":
		return r.Citations[0].Policy
	case key == "section":
		return r.Citations[0].Section
	}
	return "no such property"
}

func meets(key, got, want string) bool {
	if key == "says" {
		return strings.Contains(got, want)
	}
	return slices.Contains(strings.Split(want, "|"), got)
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
	f.Add("孤儿补贴", "about:basic-living-allowance")
	f.Add("\xff\u202e", "about:../../etc")
	f.Fuzz(func(t *testing.T, text, conversation string) {
		r, err := b.Ask(context.Background(), Question{Text: text, Conversation: conversation})
		if err == nil && (r.Answer == "" || r.Outcome == "" || r.Confidence < 0 || r.Confidence > 1) {
			t.Errorf("reply to %q = %+v", text, r)
		}
	})
}
