package search

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/mozillazg/go-pinyin"
)

// syllables lists the pinyin of Mandarin without tones, v for ü.
const syllables = `a ai an ang ao ba bai ban bang bao bei ben beng bi bian biao bie bin bing bo bu
ca cai can cang cao ce cen ceng cha chai chan chang chao che chen cheng chi chong chou chu chua
chuai chuan chuang chui chun chuo ci cong cou cu cuan cui cun cuo da dai dan dang dao de dei den
deng di dia dian diao die ding diu dong dou du duan dui dun duo e ei en eng er fa fan fang fei fen
feng fo fou fu ga gai gan gang gao ge gei gen geng gong gou gu gua guai guan guang gui gun guo ha
hai han hang hao he hei hen heng hong hou hu hua huai huan huang hui hun huo ji jia jian jiang jiao
jie jin jing jiong jiu ju juan jue jun ka kai kan kang kao ke ken keng kong kou ku kua kuai kuan
kuang kui kun kuo la lai lan lang lao le lei leng li lia lian liang liao lie lin ling liu lo long
lou lu luan lun luo lv lve ma mai man mang mao me mei men meng mi mian miao mie min ming miu mo mou
mu na nai nan nang nao ne nei nen neng ni nian niang niao nie nin ning niu nong nou nu nuan nuo nv
nve o ou pa pai pan pang pao pei pen peng pi pian piao pie pin ping po pou pu qi qia qian qiang
qiao qie qin qing qiong qiu qu quan que qun ran rang rao re ren reng ri rong rou ru rua ruan rui
run ruo sa sai san sang sao se sen seng sha shai shan shang shao she shei shen sheng shi shou shu
shua shuai shuan shuang shui shun shuo si song sou su suan sui sun suo ta tai tan tang tao te teng
ti tian tiao tie ting tong tou tu tuan tui tun tuo wa wai wan wang wei wen weng wo wu xi xia xian
xiang xiao xie xin xing xiong xiu xu xuan xue xun ya yan yang yao ye yi yin ying yo yong you yu
yuan yue yun za zai zan zang zao ze zei zen zeng zha zhai zhan zhang zhao zhe zhei zhen zheng zhi
zhong zhou zhu zhua zhuai zhuan zhuang zhui zhun zhuo zi zong zou zu zuan zui zun zuo`

const (
	maxAlike         = 6  // words of one sound that a query is widened with
	maxSyllable      = 6  // runes of the longest syllable, zhuang
	maxReadings      = 3  // readings kept of a character that has several
	maxSegmentations = 24 // ways looked at to cut a word into syllables
)

// syllable is a sound without its tone; zero is none.
type syllable uint16

// sounds knows every syllable, by spelling and by blurred spelling.
type sounds struct {
	ids     map[string]syllable
	blurred []syllable                   // syllable to the one it is easily taken for
	names   []string                     // of syllable i+1
	read    []atomic.Pointer[[]syllable] // readings of characters, from hanFirst, once looked up; the dictionary is slow
	usual   []atomic.Uint32              // the first of them plus one, or one where there is none; 0 until it is looked up
}

var mandarin = sync.OnceValue(func() *sounds {
	names := strings.Fields(syllables)
	s := &sounds{ids: make(map[string]syllable, len(names)), blurred: make([]syllable, len(names)+1), names: names}
	s.read = make([]atomic.Pointer[[]syllable], hanLast-hanFirst+1)
	s.usual = make([]atomic.Uint32, len(s.read))
	for i, name := range names {
		s.ids[name] = syllable(i + 1)
	}
	for i, name := range names {
		s.blurred[i+1] = syllable(i + 1)
		if id, ok := s.ids[blur(name)]; ok {
			s.blurred[i+1] = id
		}
	}
	return s
})

// blur merges the sounds that speakers in the south often do not keep apart.
func blur(name string) string {
	for _, p := range [][2]string{{"zh", "z"}, {"ch", "c"}, {"sh", "s"}, {"n", "l"}} {
		if rest, ok := strings.CutPrefix(name, p[0]); ok {
			name = p[1] + rest
			break
		}
	}
	for _, end := range []string{"ang", "eng", "ing"} {
		if strings.HasSuffix(name, end) {
			return strings.TrimSuffix(name, "g")
		}
	}
	return name
}

// readings returns the sounds of a character, the usual one first.
func (s *sounds) readings(r rune) []syllable {
	if !isPlainHan(r) {
		return nil
	}
	if known := s.read[r-hanFirst].Load(); known != nil {
		return *known
	}
	args := pinyin.NewArgs()
	args.Heteronym = true
	var out []syllable
	for _, name := range pinyin.SinglePinyin(r, args) {
		if id, ok := s.ids[name]; ok && !slices.Contains(out, id) && len(out) < maxReadings {
			out = append(out, id)
		}
	}
	s.read[r-hanFirst].Store(&out)
	return out
}

// initial returns the first letter of the usual reading, or 0.
func (s *sounds) initial(r rune) byte {
	if ids := s.readings(r); len(ids) > 0 {
		return s.names[ids[0]-1][0]
	}
	return 0
}

// cut returns the ways to read a Latin word as syllables, longest syllables
// first; nil when it is no pinyin.
func (s *sounds) cut(word string) [][]syllable {
	c := cutter{s: s, word: word, dead: make([]bool, len(word)+1)}
	c.from(0)
	return c.ways
}

type cutter struct {
	s    *sounds
	word string
	path []syllable
	ways [][]syllable
	dead []bool // no way leads from this offset to the end
}

func (c *cutter) from(i int) bool {
	if i == len(c.word) {
		c.ways = append(c.ways, slices.Clone(c.path))
		return true
	}
	if c.dead[i] {
		return false
	}
	found := false
	for j := min(len(c.word), i+maxSyllable); j > i && len(c.ways) < maxSegmentations; j-- {
		if id, ok := c.s.ids[c.word[i:j]]; ok {
			c.path = append(c.path, id)
			found = c.from(j) || found
			c.path = c.path[:len(c.path)-1]
		}
	}
	c.dead[i] = !found
	return found
}

// soundIndex finds the two-character words of a text by their sound.
type soundIndex struct {
	*sounds
	exact, near alike
}

// newSoundIndex enters every pair of the lexicon.
func newSoundIndex(lex *lexicon, memory []*page) *soundIndex {
	x := &soundIndex{sounds: mandarin()}
	exact := newMostCommon(len(x.blurred), lex.len())
	heard := make([][]syllable, len(lex.chars))
	for i, r := range lex.chars {
		heard[i] = x.readings(r)
	}
	for first, p := range lex.pairs {
		for i, second := range p.second {
			if len(heard[first]) == 0 || len(heard[second]) == 0 {
				continue
			}
			term := lex.base[first] + int32(i)
			one := common{term, lex.frequency(memory, term)}
			for _, a := range heard[first] {
				for _, b := range heard[second] {
					exact.enter(a, b, one)
				}
			}
		}
	}
	x.exact, x.near = exact.alike(), exact.blur(x.blurred).alike()
	return x
}

// common is a term and the number of documents that have it.
type common struct{ term, docs int32 }

func (c common) before(other common) bool {
	return c.docs > other.docs || c.docs == other.docs && c.term < other.term
}

// mostCommon collects up to maxAlike terms for each pair of sounds: those found in
// most documents first, and of two that are as common the first in the lexicon.
type mostCommon struct {
	sounds int
	at     []int32 // pair of sounds to its place in lists, plus one
	lists  [][maxAlike]common
}

// newMostCommon makes room for about n terms.
func newMostCommon(sounds, n int) *mostCommon {
	return &mostCommon{sounds: sounds, at: make([]int32, sounds*sounds), lists: make([][maxAlike]common, 0, min(n, sounds*sounds/2))}
}

func (m *mostCommon) enter(a, b syllable, one common) {
	at := &m.at[int(a)*m.sounds+int(b)]
	if *at == 0 {
		m.lists = append(m.lists, [maxAlike]common{})
		*at = int32(len(m.lists))
	}
	list := &m.lists[*at-1]
	i := maxAlike
	for i > 0 && one.before(list[i-1]) {
		i--
	}
	if i == maxAlike || slices.Contains(list[:i], one) {
		return
	}
	copy(list[i+1:], list[i:])
	list[i] = one
}

// blur puts together what sounds nearly the same.
func (m *mostCommon) blur(blurred []syllable) *mostCommon {
	out := newMostCommon(m.sounds, len(m.lists)/4)
	for pair, at := range m.at {
		if at == 0 {
			continue
		}
		for _, one := range m.lists[at-1] {
			if one.docs > 0 {
				out.enter(blurred[pair/m.sounds], blurred[pair%m.sounds], one)
			}
		}
	}
	return out
}

// alike returns what was collected, without the numbers of documents.
func (m *mostCommon) alike() alike {
	a := alike{sounds: m.sounds, at: m.at, ends: make([]int32, len(m.lists)+1), terms: make([]int32, 0, maxAlike*len(m.lists))}
	for i, list := range m.lists {
		for _, one := range list {
			if one.docs > 0 {
				a.terms = append(a.terms, one.term)
			}
		}
		a.ends[i+1] = int32(len(a.terms))
	}
	a.terms = slices.Clone(a.terms)
	return a
}

// alike are the most common terms of each pair of sounds.
type alike struct {
	sounds int
	at     []int32 // pair of sounds to its place in ends, which is that after its terms; 0 for none
	ends   []int32
	terms  []int32
}

func (a *alike) of(p, q syllable) []int32 {
	at := a.at[int(p)*a.sounds+int(q)]
	if at == 0 {
		return nil
	}
	return a.terms[a.ends[at-1]:a.ends[at]]
}

// find returns the bigrams that sound like the pair, and whether exactly.
func (x *soundIndex) find(p, q syllable) (ids []int32, exact bool) {
	if ids = x.exact.of(p, q); len(ids) > 0 {
		return ids, true
	}
	return x.near.of(x.blurred[p], x.blurred[q]), false
}

// alike returns the bigrams that sound like two characters.
func (x *soundIndex) alike(a, b rune) (ids []int32, exact bool) {
	for _, p := range x.readings(a) {
		for _, q := range x.readings(b) {
			if ids, exact = x.find(p, q); len(ids) > 0 {
				return ids, exact
			}
		}
	}
	return nil, false
}

// bestCut picks the reading of consecutive words whose pairs the text knows
// best; nil when the words are no pinyin or the text knows too few of them.
func (x *soundIndex) bestCut(words []string) []syllable {
	var whole []syllable
	for _, w := range words {
		ways := x.cut(w)
		if len(ways) == 0 {
			return nil
		}
		best, most := 0, -1
		for i, way := range ways {
			if known := 2*x.known(way) - len(way); known > most || i == 0 {
				best, most = i, known
			}
		}
		whole = append(whole, ways[best]...)
	}
	if n := len(whole); n < 2 || 2*x.known(whole) < n-1 {
		return nil
	}
	return whole
}

// known counts the pairs of neighbours that the text contains.
func (x *soundIndex) known(s []syllable) int {
	n := 0
	for i := 1; i < len(s); i++ {
		if ids, _ := x.find(s[i-1], s[i]); len(ids) > 0 {
			n++
		}
	}
	return n
}
