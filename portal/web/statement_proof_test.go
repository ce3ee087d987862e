package web

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"huitong/portal/proof"
)

// TestStatementTellsResults wants every requirement on the statement with its
// verdict in words, in every language, and no claim of a certificate.
func TestStatementTellsResults(t *testing.T) {
	s := newTestServer(t, nil)
	rows, err := proof.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range languages {
		words := mustWords(t, l)
		_, doc := fetch(t, s, modeAccessible, l.path("/accessibility"))
		for _, r := range rows {
			found := find(doc, func(n *html.Node) bool { return attr(n, "id") == "proof-"+r.ID })
			if len(found) != 1 {
				t.Errorf("%s: %d entries for %s; want 1", l.Code, len(found), r.ID)
				continue
			}
			got := text(found[0])
			if want := words("proof.verdict." + string(r.Verdict)); !strings.Contains(got, want) || !strings.Contains(got, r.Day) {
				t.Errorf("%s: %s says %q; want %q of %s", l.Code, r.ID, got, want, r.Day)
			}
			for _, name := range r.Tests {
				if !strings.Contains(got, name) {
					t.Errorf("%s: %s does not name %s", l.Code, r.ID, name)
				}
			}
		}
		whole := text(doc)
		if !strings.Contains(whole, words("proof.summary", countProof(rows)...)) {
			t.Errorf("%s: the statement lacks its summary", l.Code)
		}
		if !strings.Contains(whole, words("accessibility.target.2")) || !strings.Contains(whole, words("accessibility.contact.1")[:6]) {
			t.Errorf("%s: the statement does not say that nobody certified it, or whom to tell", l.Code)
		}
	}
}

// TestStatementSaysWhoIsToAct wants each gap under whom it waits for, people, the owner
// or whoever runs the site, and in elder mode on a page of its own.
func TestStatementSaysWhoIsToAct(t *testing.T) {
	s := newTestServer(t, nil)
	rows, err := proof.Load()
	if err != nil {
		t.Fatal(err)
	}
	words := mustWords(t, languages[0])
	_, whole := fetch(t, s, modeStandard, "/accessibility")
	for _, who := range proof.Waits {
		_, alone := fetch(t, s, modeElder, "/accessibility/part/missing-"+who)
		title := words("proof.waits." + who)
		if h1 := text(find(alone, tag(atom.H1))[0]); h1 != title {
			t.Errorf("the page of %s is called %q; want %q", who, h1, title)
		}
		group := find(whole, func(n *html.Node) bool { return attr(n, "id") == "missing-"+who })
		if len(group) != 1 {
			t.Fatalf("%d groups of what waits for %s; want 1", len(group), who)
		}
		var want []string
		for _, r := range rows {
			if r.Gap != nil && r.Gap.Waits == who {
				want = append(want, r.ID)
			}
		}
		slices.Sort(want)
		for where, n := range map[string]*html.Node{"the statement": group[0], "its own page": alone} {
			var got []string
			for _, id := range find(n, func(n *html.Node) bool { return attr(n, "class") == "proof__id" }) {
				got = append(got, text(id))
			}
			if slices.Sort(got); !slices.Equal(got, want) {
				t.Errorf("%s has %v waiting for %s; want %v", where, got, who, want)
			}
		}
	}
}

func TestMissingComesWorstFirst(t *testing.T) {
	verdicts := []proof.Verdict{proof.Failing, proof.Open, proof.Unknown, proof.Partly, proof.Kept}
	for i := 1; i < len(verdicts); i++ {
		if proofRank(verdicts[i-1]) <= proofRank(verdicts[i]) {
			t.Errorf("%s does not come before %s", verdicts[i-1], verdicts[i])
		}
	}
}
