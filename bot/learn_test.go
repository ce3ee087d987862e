package bot

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"huitong/content"
)

func TestParseExamples(t *testing.T) {
	got, err := parseExamples(strings.NewReader("# 标题\n\na|b\t一\na|gone\t二\ngone\t三\nurgent\t四\na#who|a#how\t五\n"), []string{"a", "b"})
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, s := range got {
		lines = append(lines, strings.TrimSpace(strings.Join(s.labels, "|")+" "+s.text+" "+strings.Join(s.sections, "|")))
	}
	if want := "a|b 一,a 二,urgent 四,a 五 a#who|a#how"; strings.Join(lines, ",") != want {
		t.Errorf("got %v; want %s", lines, want)
	}
	if _, err := readExamples([]content.TextFile{{Name: "examples/a.txt", Text: "a\t一\n坏\n"}}, []string{"a"}); err == nil || !strings.Contains(err.Error(), "examples/a.txt line 2") {
		t.Errorf("error %v; want one that names file and line", err)
	}
	for _, bad := range []string{"没有标签", "a|\t一", "A\t一", "a#\t一"} {
		if _, err := parseExamples(strings.NewReader("a\t零\n"+bad), []string{"a"}); err == nil || !strings.Contains(err.Error(), "line 2") {
			t.Errorf("%q: error %v; want one that names line 2", bad, err)
		}
	}
}

// TestOrderOfLearning wants a sentence more to leave the others in the order in which they
// are learnt, which is another one in each epoch.
func TestOrderOfLearning(t *testing.T) {
	c := &classifier{classes: 2, width: 1, ids: newTable()}
	var examples []example
	for i := range 200 {
		examples = append(examples, example{text: fmt.Sprintf("第%d句", i), classes: []int{0}, weight: 1})
	}
	order := func(examples []example, epoch uint64) []uint64 {
		samples, _ := c.samples(examples)
		var names []uint64
		for _, i := range shuffled(samples, epoch) {
			names = append(names, samples[i].name)
		}
		return names
	}
	added := map[uint64]bool{}
	more := []example{{text: "多一句", classes: []int{1}, weight: 1}}
	for _, name := range order(more, 0) {
		added[name] = true
	}
	first, second := order(examples, 0), order(examples, 1)
	if slices.Equal(first, second) || slices.IsSorted(first) {
		t.Error("the epochs have one order")
	}
	with := slices.DeleteFunc(order(append(more, examples...), 0), func(name uint64) bool { return added[name] })
	if !slices.Equal(with, first) {
		t.Error("a sentence more changes the order of the others")
	}
}
