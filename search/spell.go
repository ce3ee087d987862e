package search

// Fold is Normalize without the synonyms: width, case, traditional characters,
// numerals and punctuation only.
func (n *Normalizer) Fold(s string) string {
	t := n.borrow()
	defer n.tracers.Put(t)
	return string(t.fold(s).runes)
}

// FoldAndNormalize returns what Fold and Normalize do, for little more than one of them.
func (n *Normalizer) FoldAndNormalize(s string) (folded, normal string) {
	t := n.borrow()
	defer n.tracers.Put(t)
	x, settled := t.folded(s)
	folded = string(x.runes)
	return folded, string(t.rewritten(x, settled).runes)
}

// Syllables reads a lower-case Latin word as pinyin without tones; nil when it
// is none. Of several readings it returns the one with the longest syllables in
// front.
func Syllables(word string) []string {
	ways := mandarin().cut(word)
	if len(ways) == 0 {
		return nil
	}
	names := mandarin().names
	out := make([]string, len(ways[0]))
	for i, s := range ways[0] {
		out[i] = names[s-1]
	}
	return out
}

// Sound returns the usual reading of a Chinese character as pinyin without tone;
// empty when it has none.
func Sound(r rune) string {
	if !isPlainHan(r) {
		return ""
	}
	s := mandarin()
	known := &s.usual[r-hanFirst]
	usual := known.Load()
	if usual == 0 {
		usual = 1
		if ids := s.readings(r); len(ids) > 0 {
			usual += uint32(ids[0])
		}
		known.Store(usual)
	}
	if usual == 1 {
		return ""
	}
	return s.names[usual-2]
}
