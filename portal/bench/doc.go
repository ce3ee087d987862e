// Package bench measures the portal beside programs that people know, in the same
// run on the same machine: a policy page against a bare Fiber handler and against
// nginx, thousands of generated policies against Hugo, and the bot's answers against
// plain Bleve queries.
//
// It also loads a whole portal with visitors of every kind, and watches it for long:
// [BenchmarkLoad] and [BenchmarkSoak], behind make load and make soak (doc 0038).
//
// There is nothing here but tests. [BenchmarkServe], [BenchmarkMeter],
// [BenchmarkBuild] and [BenchmarkAsk], behind make bench, print the machine, its load and tables with ratios; the ordinary tests
// run the same code at a tiny size, with what the machine has of the other programs,
// so that a change of the portal cannot break the benchmarks unseen. A program that
// is measured, but for the bot and Bleve, which are libraries, runs in a process of
// its own: the test binary starts itself again with a role (roles), so that time and
// peak memory are those of the work alone.
package bench
