package bot

import (
	"encoding/binary"
	"math"
	"slices"
	"sync"
)

// neighbours finds the example sentences most like a question and lets them vote
// on its class. It corrects the classifier where a question is unlike most of its
// class but nearly the same as one example.
type neighbours struct {
	classes  int
	files    []file // by feature
	postings []posting
	ballots  []ballot  // by example
	shared   [][]int   // classes of the examples that have several
	memory   sync.Pool // of ballot rooms
}

// ballot is what a vote needs of an example, and no more: those of the voters lie all
// over memory.
type ballot struct {
	weight float32
	class  int32 // or, for one with several, -1 less its place in shared
}

// file is what is known of a feature, side by side, as they lie all over memory.
type file struct {
	idf         float32 // 0 of those too common to tell anything
	first, last uint32  // range in postings
}

// posting says that an example holds a feature.
type posting struct {
	example uint32
	value   float32
}

const (
	voters       = 20   // examples that vote
	commonShare  = 0.04 // of the examples, from which a feature tells nothing
	noVote       = 0.02 // what a class without votes counts
	voteExponent = 0.7  // how much the votes count beside the classifier
	mostVotes    = 16   // times that the votes can make a class likelier: (1+noVote)/noVote to the voteExponent
)

// newNeighbours files the examples, whose vectors are given, under the features that the
// classifier knows.
func newNeighbours(c *classifier, examples []example, vectors []vector) *neighbours {
	n := &neighbours{classes: c.classes, files: make([]file, c.ids.n)}
	n.enrol(examples)
	for _, v := range vectors {
		for _, f := range v {
			n.files[f.id].last++
		}
	}
	total := uint32(0)
	for i := range n.files {
		f, count := &n.files[i], n.files[i].last
		f.first, f.last = total, total
		if share := float64(count) / float64(max(1, len(examples))); share <= commonShare {
			f.idf = float32(math.Log(1 + float64(len(examples))/float64(count+1)))
			total += count
		}
	}
	n.postings = make([]posting, total)
	for i, v := range vectors {
		for _, f := range n.weigh(nil, v) {
			file := &n.files[f.id]
			n.postings[file.last] = posting{uint32(i), f.value}
			file.last++
		}
	}
	return n
}

// enrol gives each example its ballot.
func (n *neighbours) enrol(examples []example) {
	n.ballots, n.shared = make([]ballot, len(examples)), nil
	for i, e := range examples {
		class := -1 - len(n.shared)
		if len(e.classes) == 1 {
			class = e.classes[0]
		} else {
			n.shared = append(n.shared, e.classes)
		}
		n.ballots[i] = ballot{e.weight, int32(class)}
	}
}

// classesOf returns the classes of an example.
func (n *neighbours) classesOf(b ballot) []int {
	if b.class >= 0 {
		return []int{int(b.class)}
	}
	return n.shared[-1-b.class]
}

// weigh makes rare features count for more and scales the vector to length 1. The result
// takes the place of out.
func (n *neighbours) weigh(out, v vector) vector {
	out = slices.Grow(out[:0], len(v))
	var norm float64
	for _, f := range v {
		if x := f.value * n.files[f.id].idf; x > 0 {
			out = append(out, feature{f.id, x})
			norm += float64(x) * float64(x)
		}
	}
	length := float32(math.Sqrt(norm))
	for i := range out {
		out[i].value /= length
	}
	return out
}

// poll is how alike the examples are to a question, four bytes for each, so that several can be
// read at once; all of it is zero between votes.
type poll []byte

// newPoll returns one for so many examples, and some more to be read together.
func newPoll(examples int) poll { return make(poll, (examples+atOnce-1)/atOnce*atOnce*pollBytes) }

// of returns how alike an example is.
func (p poll) of(example int) float32 {
	return math.Float32frombits(binary.LittleEndian.Uint32(p[pollBytes*example:]))
}

// ballotRoom is the memory of one vote, for the next one to use again.
type ballotRoom struct {
	poll    poll
	asked   vector // what of the question tells something
	touched uint32 // of no use: see touch
}

// vote returns the share of the votes that each class gets; an example has more
// votes the more alike it is.
func (n *neighbours) vote(v vector) []float64 {
	room, _ := n.memory.Get().(*ballotRoom)
	if room == nil {
		room = &ballotRoom{poll: newPoll(len(n.ballots))}
	}
	defer n.memory.Put(room)
	n.count(room, v)
	out := make([]float64, n.classes)
	total := 1e-9
	var best [voters]posting
	for _, voter := range room.poll.nearest(best[:0]) {
		b := n.ballots[voter.example]
		votes := float64(voter.value*voter.value*voter.value) * float64(min(1, b.weight))
		total += votes
		if b.class >= 0 {
			out[b.class] += votes
			continue
		}
		several := n.shared[-1-b.class]
		for _, class := range several {
			out[class] += votes / float64(len(several))
		}
	}
	for i := range out {
		out[i] /= total
	}
	return out
}

// count finds how alike the examples are to a question.
func (n *neighbours) count(room *ballotRoom, v vector) {
	room.touched += n.touchFiles(v)
	room.asked = n.weigh(room.asked, v)
	room.touched += n.touchPostings(room.asked)
	for _, f := range room.asked {
		at := &n.files[f.id]
		room.poll.add(n.postings[at.first:at.last], f.value)
	}
}

// touchFiles reads what is known of the features. That lies all over memory: read one
// after the other, with work in between, each would be waited for; this way they come
// together. What it returns is of no use but to have been read.
func (n *neighbours) touchFiles(v vector) (touched uint32) {
	for _, f := range v {
		touched += n.files[f.id].last
	}
	return touched
}

// touchPostings does the same for the beginnings of their lists.
func (n *neighbours) touchPostings(v vector) (touched uint32) {
	for _, f := range v {
		if at := &n.files[f.id]; at.first < at.last {
			touched += n.postings[at.first].example
		}
	}
	return touched
}

// add adds what a feature counts to all examples that have it.
func (p poll) add(list []posting, value float32) {
	for _, one := range list {
		at := p[pollBytes*int(one.example):][:pollBytes]
		sum := math.Float32frombits(binary.LittleEndian.Uint32(at)) + value*one.value
		binary.LittleEndian.PutUint32(at, math.Float32bits(sum))
	}
}

// nearest appends the examples that are most alike, highest first; of two that are equal
// the later one comes first. It leaves the poll empty for the next vote. To look at all
// examples is faster than to keep a list of those with a value.
func (p poll) nearest(best []posting) []posting {
	least := float32(0)
	for at := p.passOver(0, least); at < len(p); at = p.passOver(at+pollBytes*atOnce, least) {
		for example := at / pollBytes; example < at/pollBytes+atOnce; example++ {
			value := p.of(example)
			if value <= least {
				continue
			}
			best = enter(best, posting{uint32(example), value})
			if len(best) == voters {
				least = best[voters-1].value
			}
		}
	}
	clear(p)
	return best
}

const (
	atOnce    = 16 // examples that are passed over together, as most are
	pollBytes = 4  // of a value
)

// passOver returns from where on one of the values, none of which is negative, is more than
// that. Numbers made of the same bits have the same order: two of them beside each other are
// taken from the limit together, with a bit above each that stays where it is no more.
func (p poll) passOver(at int, least float32) int {
	const above = 1<<63 | 1<<31
	limit := uint64(math.Float32bits(least))
	limit |= limit<<32 | above
	for ; at+pollBytes*atOnce <= len(p); at += pollBytes * atOnce {
		some := (*[pollBytes * atOnce]byte)(p[at:])
		a := (limit - binary.LittleEndian.Uint64(some[0:8])) & (limit - binary.LittleEndian.Uint64(some[8:16]))
		b := (limit - binary.LittleEndian.Uint64(some[16:24])) & (limit - binary.LittleEndian.Uint64(some[24:32]))
		c := (limit - binary.LittleEndian.Uint64(some[32:40])) & (limit - binary.LittleEndian.Uint64(some[40:48]))
		d := (limit - binary.LittleEndian.Uint64(some[48:56])) & (limit - binary.LittleEndian.Uint64(some[56:64]))
		if a&b&c&d&above != above {
			break
		}
	}
	return at
}

// enter puts an example where it belongs among the best; the last makes room.
func enter(best []posting, one posting) []posting {
	if len(best) < voters {
		best = append(best, one)
	}
	at := len(best) - 1
	for ; at > 0 && best[at-1].value <= one.value; at-- {
		best[at] = best[at-1]
	}
	best[at] = one
	return best
}

// foregone is the probability of a class from which no votes could make another one likelier:
// at worst it is mostVotes to one. Votes are half of what it costs to find the topic of a
// question, and two of three questions need none.
const foregone = 0.95

// usualVotes is how many times likelier votes make such a class, by the median of the
// development questions.
const usualVotes = 4

// surer returns the probabilities as votes would leave them where nobody has to vote, given
// the highest of them.
func surer(probabilities []float64, top float64) []float64 {
	scale := 1 / (1 + (usualVotes-1)*top)
	for i, p := range probabilities {
		if p == top {
			p *= usualVotes
		}
		probabilities[i] = p * scale
	}
	return probabilities
}

// unvoted is what a class without votes counts beside the classifier.
var unvoted = math.Pow(noVote, voteExponent)

// agree turns the classifier's probabilities into those of both together.
func (n *neighbours) agree(probabilities []float64, v vector) []float64 {
	votes := n.vote(v)
	total := 0.0
	for i, p := range probabilities {
		counts := unvoted // of most classes
		if votes[i] > 0 {
			counts = math.Pow(votes[i]+noVote, voteExponent)
		}
		probabilities[i] = p * counts
		total += probabilities[i]
	}
	for i := range probabilities {
		probabilities[i] /= total
	}
	return probabilities
}
