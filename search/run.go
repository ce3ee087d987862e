package search

// commonRun finds the longest run of terms that a query has in common with titles.
// Where a term stands in the query is looked up, so that a title costs little more
// than reading it.
type commonRun struct {
	query []int32 // terms; -1 for unknown ones
	first []int32 // term to its last place in the query, plus one; zero between queries
	next  []int32 // place to the one before with the same term, plus one
	ends  []int32 // place to the place in the title where a run ends there, plus one
	runs  []int32 // place to the length of that run
}

// of takes the query; terms are below n.
func (c *commonRun) of(query []int32, n int) {
	c.query, c.first = query, grow(c.first, n)
	c.next, c.ends, c.runs = c.next[:0], c.ends[:0], c.runs[:0]
	for i, term := range query {
		before := int32(0)
		if term >= 0 {
			before = c.first[term]
			c.first[term] = int32(i) + 1
		}
		c.next, c.ends, c.runs = append(c.next, before), append(c.ends, 0), append(c.runs, 0)
	}
}

// forget makes ready for the next query.
func (c *commonRun) forget() {
	for _, term := range c.query {
		if term >= 0 {
			c.first[term] = 0
		}
	}
	c.query = nil
}

// with returns the length of the longest run in common with a title.
func (c *commonRun) with(title []int32) int {
	longest := int32(0)
	clear(c.ends)
	for j, term := range title {
		// From the last place to the first, so that the place before still tells of
		// the term before.
		for at := c.first[term]; at > 0; at = c.next[at-1] {
			i, run := at-1, int32(1)
			if i > 0 && c.ends[i-1] == int32(j) && j > 0 {
				run += c.runs[i-1]
			}
			c.ends[i], c.runs[i] = int32(j)+1, run
			longest = max(longest, run)
		}
	}
	return int(longest)
}
