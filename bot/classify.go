package bot

import (
	"cmp"
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"unicode/utf8"

	"huitong/search"
)

// classifier tells classes of questions apart by the characters, runs of
// characters, sounds and groups of words in them: multinomial logistic regression,
// trained on example sentences when the content is loaded. Of two classes only the
// second has weights; of more, each has, so that none is favoured.
type classifier struct {
	classes int
	width   int    // weights of a feature: 1 for two classes, otherwise one for each
	ids     *table // hash of a feature to its place; nil where an index has it
	index   *index
	column  int // of the index
	weights []float32
	bias    []float32
}

// example is a sentence and the classes it belongs to, any of which is right.
type example struct {
	text    string   // normalised
	marks   []string // further features, such as the word groups it holds
	classes []int
	weight  float32
}

// vector is a sparse, length-normalised list of features.
type vector []feature

type feature struct {
	id    uint32
	value float32
}

const (
	epochs       = 7
	averaged     = 4 // of the last epochs, so that a sentence more or less changes little
	learningRate = 0.2
	learntWell   = 0.004 // how likely the wrong classes of an example may be so that it is passed over
	vectorLength = 2     // long enough for confident probabilities
	markWeight   = 1.5   // of a word group beside a pair of characters
	soundWeight  = 0.5   // of a sound beside the character that was written
	stemLength   = 5     // of a Latin word, so that its forms are one
)

// sample is an example as the training sees it.
type sample struct {
	v       vector
	classes []int
	weight  float32
	name    uint64 // of its text
}

// shuffled returns the places of the samples in the order of an epoch. It follows from
// their texts alone, so that a sentence more leaves the others where they are: otherwise
// each edit of the content would change some answers that it has nothing to do with.
func shuffled(samples []sample, epoch uint64) []int {
	type place struct {
		key uint64
		at  int
	}
	places := make([]place, len(samples))
	for i, s := range samples {
		random := rand.NewPCG(epoch, s.name)
		places[i] = place{random.Uint64(), i}
	}
	slices.SortFunc(places, func(a, b place) int { return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.at, b.at)) })
	out := make([]int, len(places))
	for i, p := range places {
		out[i] = p.at
	}
	return out
}

// train fits a classifier to the examples. Each is seen twice: as written and by
// its sound alone, so that questions typed in pinyin are understood too. The same
// examples always give the same classifier. When ctx ends training stops early. The
// vectors of the examples as written come with it.
func train(ctx context.Context, examples []example, classes int) (*classifier, []vector) {
	c := &classifier{classes: classes, width: classes, ids: newTable()}
	if classes == 2 {
		c.width = 1
	}
	c.bias = make([]float32, c.width)
	samples, written := c.samples(examples)
	c.fit(ctx, samples)
	return c, written
}

// fit finds the weights for the samples.
func (c *classifier) fit(ctx context.Context, samples []sample) {
	c.weights = make([]float32, c.ids.n*c.width)
	sums := make([]float32, len(c.weights)) // AdaGrad: squared gradients so far
	p := make([]float32, c.classes)
	average := make([]float32, len(c.weights))
	for epoch := range epochs {
		if ctx.Err() != nil {
			break
		}
		for _, i := range shuffled(samples, uint64(epoch)) {
			s := &samples[i]
			c.softmax(s.v, p)
			if s.gradient(p) > learntWell {
				c.step(s, p[c.classes-c.width:], sums)
			}
		}
		if epoch >= epochs-averaged {
			for i, w := range c.weights {
				average[i] += w / averaged
			}
		}
	}
	c.weights = average
}

// gradient turns the probability of each class into the gradient of the loss by
// each score, and returns how likely the classes are that are not right. Between
// several right classes the likelier one is asked for more.
func (s *sample) gradient(p []float32) float32 {
	var right float32
	for _, class := range s.classes {
		right += p[class]
	}
	for _, class := range s.classes {
		p[class] -= p[class] / max(right, 1e-12)
	}
	return 1 - right
}

func (c *classifier) samples(examples []example) (samples []sample, written []vector) {
	samples, written = make([]sample, 0, 2*len(examples)), make([]vector, len(examples))
	for i, e := range examples {
		t := tokens(e.text)
		written[i] = c.vector(t, e.marks, true)
		name := nameOf(e.text)
		samples = append(samples, sample{written[i], e.classes, e.weight, name})
		if s := heard(t); s != nil {
			samples = append(samples, sample{c.vector(s, e.marks, true), e.classes, e.weight * 0.5, extend(name, "~")})
		}
	}
	return samples, written
}

// step moves the weights against the gradient, less where they moved much before.
func (c *classifier) step(s *sample, gradient, sums []float32) {
	for _, f := range s.v {
		at := int(f.id) * c.width
		weights, moved := c.weights[at:][:len(gradient)], sums[at:][:len(gradient)]
		for k, g := range gradient {
			g *= f.value * s.weight
			moved[k] += g * g
			weights[k] -= learningRate * g / (float32(math.Sqrt(float64(moved[k]))) + 1e-3)
		}
	}
	for k, g := range gradient {
		c.bias[k] -= 0.02 * g * s.weight
	}
}

// sign is a feature before a classifier says which of its own it is.
type sign struct {
	name  uint64 // hash
	value float32
}

// signs turns a question into what all classifiers read; one typed in pinyin as it
// sounds.
func signs(text string, marks []string) []sign { return signsIn(nil, tokens(text), marks) }

// signsIn does the same for a question in tokens, where there is room.
func signsIn(out []sign, t, marks []string) []sign { return signsOf(out, asSpoken(t), marks) }

// asSpoken returns tokens as they sound where most are typed in pinyin.
func asSpoken(t []string) []string {
	if latinShare(t) > 0.5 {
		if s, ok := spoken(t); ok {
			return s
		}
	}
	return t
}

// signsRoom is how many signs tokens have at most, and their marks, but rarely.
func signsRoom(t []string) int { return 5*len(t) + usualMarks }

// read returns the features of a question that the classifier knows, scaled to a vector of
// fixed length. No two of its signs have the same name.
func (c *classifier) read(said []sign) vector { return c.readIn(nil, said) }

// readIn does so in the memory of v.
func (c *classifier) readIn(v vector, said []sign) vector {
	v = slices.Grow(v[:0], len(said))
	if !c.glance(said) {
		return v
	}
	var norm float32
	for _, s := range said {
		if id, ok := c.find(s.name); ok {
			v = append(v, feature{id, s.value})
			norm += s.value * s.value
		}
	}
	scale := scaleOf(norm)
	for i := range v {
		v[i].value *= scale
	}
	return v
}

// scaleOf returns what brings a vector to its length, of which the square is given.
func scaleOf(norm float32) float32 { return float32(vectorLength / math.Sqrt(float64(max(norm, 1)))) }

// glance is that of the table or index; false where the classifier knows nothing of it.
func (c *classifier) glance(said []sign) bool {
	if c.index != nil {
		return c.index.glance(said)
	}
	return c.ids.glance(said)
}

// find returns the number of a feature that the classifier knows.
func (c *classifier) find(name uint64) (id uint32, ok bool) {
	if c.index != nil {
		place := c.index.row(name).places[c.column]
		return place - 1, place > 0
	}
	return c.ids.find(name)
}

// second returns the probability of the second of two classes, without a vector.
func (c *classifier) second(said []sign) float64 {
	var sum, norm float32
	switch known := c.glance(said); {
	case known && c.index != nil:
		sum, norm = c.index.sum(said, c.column)
	case known:
		for _, s := range said {
			if id, ok := c.find(s.name); ok {
				sum += s.value * c.weights[id]
				norm += s.value * s.value
			}
		}
	}
	return logistic(float64(sum*scaleOf(norm) + c.bias[0]))
}

// probabilities returns one number for each class; they sum to 1.
func (c *classifier) probabilities(v vector) []float64 {
	var few [usualClasses]float32
	p := few[:]
	if c.classes > len(p) {
		p = make([]float32, c.classes)
	}
	p = p[:c.classes]
	p[0] = c.touch(v) // which softmax writes over
	c.softmax(v, p)
	out := make([]float64, len(p))
	for i, x := range p {
		out[i] = float64(x)
	}
	return out
}

// touch reads the ends of the weights of all features, for the reason that touchFiles has.
func (c *classifier) touch(v vector) (touched float32) {
	for _, f := range v {
		at := int(f.id) * c.width
		touched += c.weights[at] + c.weights[at+c.width-1]
	}
	return touched
}

// softmax writes the probability of each class into out.
func (c *classifier) softmax(v vector, out []float32) {
	out[0] = 0
	scores := out[c.classes-c.width:]
	copy(scores, c.bias)
	for _, f := range v {
		row := c.weights[int(f.id)*c.width:][:len(scores)]
		for k, w := range row {
			scores[k] += w * f.value
		}
	}
	top := slices.Max(out)
	var sum float32
	for k, s := range out {
		out[k] = float32(math.Exp(float64(s - top)))
		sum += out[k]
	}
	for k := range out {
		out[k] /= sum
	}
}

// vector turns tokens into features. Only training adds some that were not known.
func (c *classifier) vector(t, marks []string, learn bool) vector {
	said := signsOf(nil, t, marks)
	for i := 0; learn && i < len(said); i++ {
		c.ids.add(said[i].name)
	}
	return c.read(said)
}

// signsOf lists what tokens are known by: single ones, runs of two and three, pairs
// of sounds, and stems. They take the place of out.
func signsOf(out []sign, t, marks []string) []sign {
	out = slices.Grow(out[:0], signsRoom(t))
	var few [usualTokens]string
	sounds := heardIn(few[:0], t)
	var one, two uint64 // names of the token before, and of the two before
	for i, token := range t {
		single, pair := extend(noName, token), uint64(0)
		out = append(out, sign{single, 1})
		if i > 0 {
			pair = extend(one, token)
			out = append(out, sign{pair, 1})
		}
		if i > 1 {
			out = append(out, sign{extend(two, token), 0.7})
		}
		if sounds != nil && i > 0 {
			out = append(out, sign{nameOf("~", sounds[i-1], sounds[i]), soundWeight})
		}
		if len(token) > stemLength && token[0] < utf8.RuneSelf {
			out = append(out, sign{nameOf("^", token[:stemLength]), 1})
		}
		one, two = single, pair
	}
	return marked(distinct(out), marks)
}

// Of usualSigns, more than nearly every question has, distinct finds those that recur without
// asking for memory.
const (
	usualSigns = 1 << 8
	signSlots  = 2 * usualSigns
)

// distinct leaves of signs with the same name the first, in the same memory.
func distinct(said []sign) []sign {
	var room [signSlots]uint16 // place of a sign, plus one
	slots := room[:]
	for len(slots) < 2*len(said) {
		slots = make([]uint16, 2*len(slots))
	}
	last, n := uint64(len(slots)-1), 0
	for _, s := range said {
		at := s.name * spread >> 32 & last
		for slots[at] > 0 && said[slots[at]-1].name != s.name {
			at = (at + 1) & last
		}
		if slots[at] == 0 {
			said[n] = s
			n++
			slots[at] = uint16(n)
		}
	}
	return said[:n]
}

// More of these than nearly every question has.
const (
	usualMarks  = 1 << 4
	usualTokens = 1 << 6
	usualValues = 1 << 7 // features that a classifier knows
)

// usualClasses is more than there are policies.
const usualClasses = 1 << 5

// marked adds further features to those of tokens, where there is room behind them: what was
// added there before is gone.
func marked(plain []sign, marks []string) []sign {
	out := slices.Grow(plain, len(marks))
	for _, mark := range marks {
		out = append(out, sign{nameOf("#", mark), markWeight})
	}
	return out
}

// paired adds the pairs of the features that marked has added, named as pairsOf names them, but
// without making those names.
func paired(said []sign, marks []string) []sign {
	for i, a := range marks {
		first := follow(follow(nameOf("#"), a), pairSign)
		for _, b := range marks[i+1:] {
			said = append(said, sign{extend(first, b), markWeight})
		}
	}
	return said
}

// noName is the name of no token at all.
const noName = uint64(14695981039346656037)

// nameOf names a run of tokens (FNV-1a); two runs with the same name among the some
// hundred thousand here are very unlikely, and would do no harm.
func nameOf(parts ...string) uint64 {
	name := noName
	for _, s := range parts {
		name = extend(name, s)
	}
	return name
}

// extend names a run by the name of what comes before its last token.
func extend(name uint64, token string) uint64 {
	return (follow(name, token) ^ 0xff) * 1099511628211
}

// follow names what begins with a run and the beginning of another token.
func follow(name uint64, beginning string) uint64 {
	for i := range len(beginning) {
		name = (name ^ uint64(beginning[i])) * 1099511628211
	}
	return name
}

// heard returns the sound of each token; nil when none can be heard otherwise than
// it is written.
func heard(t []string) []string { return heardIn(make([]string, 0, len(t)), t) }

// heardIn does so in the memory of out.
func heardIn(out, t []string) []string {
	out = append(out[:0], t...)
	found := false
	for i, token := range t {
		if sound := soundOf(token); sound != "" {
			out[i] = sound
			found = true
		}
	}
	if !found && len(t) > 0 && search.Syllables(t[0]) == nil {
		return nil
	}
	return out
}

// latinShare returns the share of tokens in Latin letters.
func latinShare(t []string) float64 {
	n := 0
	for _, token := range t {
		if token[0] >= 'a' && token[0] <= 'z' {
			n++
		}
	}
	return float64(n) / float64(max(1, len(t)))
}
