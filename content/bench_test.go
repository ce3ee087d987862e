package content

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

// generated returns a tree of n policies of six sections with 400 characters each.
func generated(n int) fstest.MapFS {
	m := tree(nil)
	delete(m, "policies/sample.md")
	r := rand.New(rand.NewPCG(1, 2))
	for i := range n {
		slug := fmt.Sprintf("policy-%d", i)
		m["policies/"+slug+".md"] = &fstest.MapFile{Data: []byte(generatedPolicy(r, slug))}
	}
	return m
}

func generatedPolicy(r *rand.Rand, slug string) string {
	front, _, _ := strings.Cut(strings.Replace(samplePolicy, "slug: sample", "slug: "+slug, 1), "\n## ")
	var b strings.Builder
	b.WriteString(front)
	for k, id := range []string{"amount", "who", "how", "documents", "time", "law"} {
		fmt.Fprintf(&b, "\n## 第%d节 {#%s}\n\n", k+1, id)
		for range 16 {
			for range 24 {
				b.WriteRune(rune(0x4e00 + r.IntN(3000)))
			}
			b.WriteString("。")
		}
		b.WriteString("\n")
	}
	return b.String()
}

// BenchmarkLoad loads and checks growing libraries; time and memory of a policy
// should not grow with their number.
func BenchmarkLoad(b *testing.B) {
	for _, n := range []int{100, 1000, 10000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			dir := b.TempDir()
			if err := os.CopyFS(dir, generated(n)); err != nil {
				b.Fatal(err)
			}
			fsys := os.DirFS(dir)
			b.ReportAllocs()
			for b.Loop() {
				lib, err := Load(fsys)
				if err != nil {
					b.Fatal(err)
				}
				if len(lib.Policies) != n {
					b.Fatalf("%d policies", len(lib.Policies))
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*n), "µs/policy")
		})
	}
}
