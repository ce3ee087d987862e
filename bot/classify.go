package bot

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	"huitong/search"
)

// classifier tells classes of questions apart by the characters, pairs of
// characters and sounds in them: multinomial logistic regression, trained on
// example sentences when the content is loaded. The same examples always give
// the same classifier.
type classifier struct {
	features map[string]int32
	weights  [][]float32 // by feature, then class
	bias     []float32
	classes  int
}

// example is a sentence and the class it belongs to.
type example struct {
	text   string   // normalised
	marks  []string // further features, such as the word groups it holds
	class  int
	weight float32
}

// vector is a sparse, length-normalised list of features.
type vector []feature

type feature struct {
	id    int32
	value float32
}

const (
	epochs       = 12
	learningRate = 0.5
	vectorLength = 2 // long enough for confident probabilities
	markWeight   = 1.5
	soundWeight  = 0.5 // of a sound beside the character that was written
)

// train fits a classifier to the examples. Each is seen twice: as written and by
// its sound alone, so that questions typed in pinyin are understood too.
func train(examples []example, classes int) *classifier {
	c := &classifier{features: map[string]int32{}, classes: classes, bias: make([]float32, classes)}
	type sample struct {
		v      vector
		class  int
		weight float32
	}
	var samples []sample
	for _, e := range examples {
		t := tokens(e.text)
		samples = append(samples, sample{c.vector(t, e.marks, true), e.class, e.weight})
		if s := heard(t); s != nil {
			samples = append(samples, sample{c.vector(s, e.marks, true), e.class, e.weight * 0.5})
		}
	}
	c.weights = make([][]float32, len(c.features))
	sums := make([][]float32, len(c.features)) // AdaGrad: squared gradients so far
	flat := make([]float32, 2*classes*len(c.features))
	for i := range c.weights {
		c.weights[i], flat = flat[:classes:classes], flat[classes:]
		sums[i], flat = flat[:classes:classes], flat[classes:]
	}
	order := rand.New(rand.NewPCG(1, 2))
	scores := make([]float32, classes)
	for range epochs {
		for _, i := range order.Perm(len(samples)) {
			s := samples[i]
			c.softmax(s.v, scores)
			scores[s.class]--
			for _, f := range s.v {
				c.step(c.weights[f.id], sums[f.id], scores, f.value*s.weight)
			}
			for k, g := range scores {
				c.bias[k] -= 0.02 * g * s.weight
			}
		}
	}
	return c
}

func (c *classifier) step(weights, sums, gradient []float32, value float32) {
	for k, g := range gradient {
		g *= value
		sums[k] += g * g
		weights[k] -= learningRate * g / float32(math.Sqrt(float64(sums[k]))+1e-3)
	}
}

// probabilities returns one number for each class; they sum to 1.
func (c *classifier) probabilities(text string, marks ...string) []float64 {
	t := tokens(text)
	if s, ok := spoken(t); ok && latinShare(t) > 0.5 {
		t = s
	}
	scores := make([]float32, c.classes)
	c.softmax(c.vector(t, marks, false), scores)
	out := make([]float64, c.classes)
	for i, s := range scores {
		out[i] = float64(s)
	}
	return out
}

func (c *classifier) softmax(v vector, out []float32) {
	copy(out, c.bias)
	for _, f := range v {
		for k, w := range c.weights[f.id] {
			out[k] += w * f.value
		}
	}
	top := out[0]
	for _, s := range out {
		top = max(top, s)
	}
	var sum float32
	for k, s := range out {
		out[k] = float32(math.Exp(float64(s - top)))
		sum += out[k]
	}
	for k := range out {
		out[k] /= sum
	}
}

// vector turns tokens into features; only training adds new ones.
func (c *classifier) vector(t, marks []string, learn bool) vector {
	counts := map[int32]float32{}
	add := func(name string, value float32) {
		id, ok := c.features[name]
		if !ok {
			if !learn {
				return
			}
			id = int32(len(c.features))
			c.features[name] = id
		}
		counts[id] = max(counts[id], value)
	}
	sounds := heard(t)
	for i, token := range t {
		add(token, 1)
		if i > 0 {
			add(t[i-1]+token, 1)
		}
		if i > 1 {
			add(t[i-2]+t[i-1]+token, 0.7)
		}
		if sounds != nil && i > 0 {
			add("~"+sounds[i-1]+" "+sounds[i], soundWeight)
		}
	}
	for _, mark := range marks {
		add("#"+mark, markWeight)
	}
	return unit(counts)
}

// unit scales the counts to a vector of fixed length, in the order of the ids, so
// that rounding is the same every time.
func unit(counts map[int32]float32) vector {
	v := make(vector, 0, len(counts))
	var norm float64
	for id, x := range counts {
		v = append(v, feature{id, x})
		norm += float64(x) * float64(x)
	}
	slices.SortFunc(v, func(a, b feature) int { return cmp.Compare(a.id, b.id) })
	scale := float32(vectorLength / math.Sqrt(norm))
	for i := range v {
		v[i].value *= scale
	}
	return v
}

// heard returns the sound of each token; nil when no token is Chinese and none
// could be heard otherwise.
func heard(t []string) []string {
	out := make([]string, len(t))
	found := false
	for i, token := range t {
		out[i] = token
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
