package search

import "testing"

// TestRunIsFound wants what is quoted to be found, among documents that have the same pairs
// of characters, more often and in a shorter text.
func TestRunIsFound(t *testing.T) {
	x := NewIndex(testNormalizer(t))
	err := x.Index(t.Context(), []Document{
		{ID: "pieces", Text: "家庭住址、住址证明。申请人申请。书面材料、材料齐全。"},
		{ID: "quoted", Text: "办理的时候，由申请人书面材料齐全以后，交给窗口，窗口当场看一遍，缺什么当场说，另外还有许多别的事要在这里写明。"},
		{ID: "other", Text: "窗口每天开门。"},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{"申请人书面材料齐全", "请问申请人书面材料齐全是什么意思"} {
		r, err := x.Search(t.Context(), Query{Text: query})
		if err != nil {
			t.Fatal(err)
		}
		if got := firstID(t, r); got != "quoted" {
			t.Errorf("%q finds %q first; want the quotation", query, got)
		}
	}
}

// TestRuns follows a query through signs that stand at places of it.
func TestRuns(t *testing.T) {
	for name, c := range map[string]struct {
		signs       []uint64 // the places of one sign after the other; 0 for one not asked for
		short, long float32
	}{
		"all":                  {[]uint64{1, 2, 4, 8, 16, 32}, 8, 5},
		"three":                {[]uint64{1, 2, 4, 0, 8, 16}, 2, 0},
		"five":                 {[]uint64{1, 2, 4, 8, 16, 0, 32}, 6, 0},
		"two are no run":       {[]uint64{1, 2, 0, 4, 8}, 0, 0},
		"in another order":     {[]uint64{2, 1, 4, 8}, 0, 0},
		"a sign used twice":    {[]uint64{1 | 4, 2, 1 | 4, 8, 16, 32}, 8, 5},
		"a row begun twice":    {[]uint64{1, 2, 1, 2, 4}, 2, 0},
		"the same once again":  {[]uint64{1, 2, 4, 0, 1, 2, 4}, 2, 0},
		"between two of a gap": {[]uint64{1, 2, 0, 4, 8, 16}, 2, 0},
	} {
		t.Run(name, func(t *testing.T) {
			r := runs{seams: [64]float32{0, 1, 1, 1, 1, 1}}
			r.follow(c.signs)
			if short, long := r.worth(&weights{shortRun: 1}), r.worth(&weights{longRun: 1}); short != c.short || long != c.long {
				t.Errorf("short and long runs are worth %v, %v; want %v, %v", short, long, c.short, c.long)
			}
		})
	}
}

// TestNamesOfLettersAndDigits finds who has the whole name, not who has its parts more often.
func TestNamesOfLettersAndDigits(t *testing.T) {
	docs := []Document{
		{ID: "parts", Text: "王x5与张y3签订协议，由其配偶提供保证。"},
		{ID: "whole", Text: "王x3于次年与出借人签订了借款协议，约定分期偿还本金和利息，并由其配偶提供保证。"},
	}
	for _, name := range []string{"李x4", "陈x6", "周x8", "吴y3"} {
		docs = append(docs, Document{ID: name, Text: name + "在约定的地点交付了货物，当天双方没有异议。"})
	}
	r, err := generalIndexOf(t, docs).Search(t.Context(), Query{Text: "王x3签订了什么协议"})
	if err != nil {
		t.Fatal(err)
	}
	if got := firstID(t, r); got != "whole" {
		t.Errorf("finds %q first; want who has the whole name", got)
	}
}
