package content

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf8"

	"github.com/cespare/xxhash/v2"
)

// Load reads the whole tree. The error joins every [Problem] found, so that an
// editor sees them all at once; a Library is returned only when there is none.
func Load(fsys fs.FS) (*Library, error) { return load(fsys, parts{}) }

// Reload is Load for a later state of the tree that l was loaded from. Policies and
// pages whose files say the same as before are taken over from l as they are, so
// that a save costs what was saved; problems and result are those of Load.
func (l *Library) Reload(fsys fs.FS) (*Library, error) { return load(fsys, l.parts) }

func load(fsys fs.FS, old parts) (*Library, error) {
	l := &Library{bySlug: map[string]*Policy{}}
	c := &collector{}
	tree := newReading(fsys)
	l.parts.around = loadSurroundings(tree, old.around)
	if l.parts.around.sum != old.around.sum {
		old = parts{} // every file may say something else now
	}
	c.take(l.parts.around.found)
	around := l.parts.around.value.counting(maps.Clone(l.parts.around.used))
	facts := around.facts
	l.Facts = facts
	l.Categories = loadList[Category](tree, "categories.yaml", "categories", c)
	l.Glossary = loadList[Term](tree, "glossary.yaml", "terms", c)
	l.Synonyms = readText(tree, "synonyms.txt", c)
	l.Words = loadWords(tree, c)
	l.Lexicon = readText(tree, "lexicon.txt", c)
	l.Examples = readTexts(tree, "examples", c)
	l.Assistant = loadAssistant(tree, facts, c)
	l.Dialogue = loadDialogue(tree, c)
	l.Places = loadList[Place](tree, placesFile, "places", c)
	l.Holidays = loadHolidays(tree, c)
	l.Referrals, l.CaseFields = loadReferrals(tree, c)
	l.Reporting = loadReporting(tree, c)
	l.CallBack = loadCallBack(tree, c)
	var policies []*Policy
	policies, l.parts.policies = loadFiles(tree, "policies", old.policies, around, loadPolicy, c)
	for _, p := range policies {
		l.Policies = append(l.Policies, p)
		l.bySlug[p.Slug] = p
	}
	l.checkReferrals(c)
	l.Help, l.parts.help = loadFiles(tree, "help", old.help, around, helpPage, c)
	l.Replies, l.parts.replies = loadFiles(tree, "replies", old.replies, around, replyPage, c)
	slices.SortStableFunc(l.Replies, func(a, b *Page) int { return b.Published.Compare(a.Published.Time) })
	l.Assessments, l.parts.assessments = loadFiles(tree, "assessments", old.assessments, around, loadAssessment, c)
	version := sync.OnceValues(tree.version)
	go func() { _, _ = version() }() // while all is checked and put in order
	if len(l.parts.policies) == 0 {
		c.add("policies", 0, "no policy found", "put at least one policies/<slug>.md there")
	}
	l.crossCheck(c)
	l.notes = c.notes
	l.sortPolicies()
	var err error
	l.Version, err = version()
	if problems := c.err(); problems != nil {
		return nil, problems
	}
	return l, err
}

// surroundings are what the text of a file may name.
type surroundings struct {
	facts   *Facts
	shared  map[string]*Question
	english tongue
}

// loadSurroundings reads facts and shared questions, unless they are those of before.
func loadSurroundings(t *reading, old loaded[surroundings]) loaded[surroundings] {
	one := loaded[surroundings]{ok: true, used: map[string]bool{}}
	for _, name := range []string{"facts.yaml", "questions.yaml", "questions.en.yaml"} {
		_, _ = fs.ReadFile(t, name) // one that cannot be read is reported below
		one.sum += name + t.sum(name)
	}
	if old.ok && old.sum == one.sum {
		return old
	}
	c := &one.found
	facts := loadFacts(t, c).counting(one.used)
	one.value = surroundings{facts: facts, shared: loadQuestions(t, facts, c), english: tongue{lang: "en", facts: facts.in("en")}}
	one.value.english.shared = loadQuestionTexts(t, one.value.english, c)
	return one
}

// counting returns the same with the facts that are named from now on put into used.
func (s surroundings) counting(used map[string]bool) surroundings {
	s.facts, s.english.facts = s.facts.counting(used), s.english.facts.counting(used)
	return s
}

// parts is what the files of a library gave, by their names, and what they could
// name.
type parts struct {
	around        loaded[surroundings]
	policies      map[string]loaded[*Policy]
	help, replies map[string]loaded[*Page]
	assessments   map[string]loaded[*AssessmentForm]
}

// loaded is what one file gave together with its translation, or several that belong
// together.
type loaded[T any] struct {
	value T
	ok    bool
	sum   string // of the bytes
	found collector
	used  map[string]bool // facts that it names
}

// file is a Markdown file as it stands.
type file struct {
	name        string
	text        []byte
	translation []byte // of the file beside it; nil: there is none
}

// loadFiles reads the files of a directory, which may be absent, several at a time.
// What they give and their problems come in the order of the names, whichever was
// read first; a file in old that has not changed is not read twice.
func loadFiles[T any](t *reading, dir string, old map[string]loaded[T], around surroundings, parse func(file, surroundings, *collector) (T, bool), c *collector) ([]T, map[string]loaded[T]) {
	names, err := fs.Glob(t, dir+"/*.md")
	if err != nil {
		c.add(dir, 0, "cannot be listed: "+err.Error(), "")
	}
	there := make(map[string]bool, len(names))
	for _, name := range names {
		there[name] = true
	}
	names = slices.DeleteFunc(names, isTranslation)
	all := make([]loaded[T], len(names))
	var next atomic.Int64
	var wait sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			var room fileRoom
			for i := next.Add(1) - 1; i < int64(len(names)); i = next.Add(1) - 1 {
				beside := around.english.beside(names[i])
				if !there[beside] {
					beside = "" // that one is missing is noted with the policy
				}
				all[i] = loadFile(t, names[i], beside, &room, old[names[i]], around, parse)
			}
		})
	}
	wait.Wait()
	values, byName := make([]T, 0, len(all)), make(map[string]loaded[T], len(all))
	for i, one := range all {
		c.take(one.found)
		maps.Copy(around.facts.used, one.used)
		if byName[names[i]] = one; one.ok {
			values = append(values, one.value)
		}
	}
	return values, byName
}

// fileRoom is where one file after the other is read. Nothing that is made of a file holds
// on to its bytes.
type fileRoom struct{ text, translation []byte }

// loadFile reads a file and its translation beside it, if that has a name.
func loadFile[T any](t *reading, name, beside string, room *fileRoom, old loaded[T], around surroundings, parse func(file, surroundings, *collector) (T, bool)) loaded[T] {
	one := loaded[T]{used: map[string]bool{}}
	f, err := file{name: name}, error(nil)
	if f.text, err = t.readInto(&room.text, name); err != nil {
		one.found.add(name, 0, "cannot be read: "+err.Error(), "")
		return one
	}
	if beside != "" {
		if f.translation, err = t.readInto(&room.translation, beside); err != nil && !errors.Is(err, fs.ErrNotExist) {
			one.found.add(beside, 0, "cannot be read: "+err.Error(), "")
			return one
		}
	}
	one.sum = t.sum(name) + t.sum(beside)
	if old.ok && old.sum == one.sum {
		return old
	}
	one.value, one.ok = parse(f, around.counting(one.used), &one.found)
	return one
}

// reading is a tree of files that remembers what was read from it.
type reading struct {
	fs.FS
	mu   sync.Mutex
	sums map[string]string
}

func newReading(fsys fs.FS) *reading { return &reading{FS: fsys, sums: map[string]string{}} }

// ReadFile implements fs.ReadFileFS. Bytes that are no characters end the Markdown parser
// and with it the program, so that a text that has some is refused.
func (t *reading) ReadFile(name string) ([]byte, error) {
	b, err := fs.ReadFile(t.FS, name)
	if err != nil {
		return nil, err
	}
	if err := t.note(name, b); err != nil {
		return nil, err
	}
	return b, nil
}

// readInto is ReadFile into room, which grows as it has to.
func (t *reading) readInto(room *[]byte, name string) ([]byte, error) {
	f, err := t.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // read only
	b := bytes.NewBuffer((*room)[:0])
	if _, err := b.ReadFrom(f); err != nil {
		return nil, err
	}
	*room = b.Bytes()
	if err := t.note(name, *room); err != nil {
		return nil, err
	}
	return *room, nil
}

// note refuses the text of a file or remembers it.
func (t *reading) note(name string, b []byte) error {
	if !utf8.Valid(b) {
		return fmt.Errorf("line %d is not UTF-8; save the file as UTF-8", lineOfBroken(b))
	}
	sum := binary.BigEndian.AppendUint64(nil, xxhash.Sum64(b)) // to tell versions apart, not to prove anything
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sums[name] = string(sum)
	return nil
}

// lineOfBroken returns the first line that is not UTF-8.
func lineOfBroken(text []byte) int {
	number := 1
	for line := range bytes.Lines(text) {
		if !utf8.Valid(line) {
			break
		}
		number++
	}
	return number
}

// sum returns the digest of a file that was read; empty for any other.
func (t *reading) sum(name string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.sums[name]
}

// version names the state of all files of the content. Those that loading had no
// reason to read are read here.
func (t *reading) version() (string, error) {
	h := sha256.New()
	err := fs.WalkDir(t.FS, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if ext := path.Ext(name); ext != ".md" && ext != ".yaml" && ext != ".txt" && ext != ".csv" {
			return nil
		}
		if t.sum(name) == "" {
			if _, err := t.ReadFile(name); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
		fmt.Fprintf(h, "%s\n%s", name, t.sum(name))
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("hash content: %w", err)
	}
	return hex.EncodeToString(h.Sum(nil))[:12], nil
}

// splitLines cuts a file into its lines.
func splitLines(text []byte) []string { return strings.Split(string(text), "\n") }

// loadWords reads the words that no heading is broken within. Content that is older than
// the list has none.
func loadWords(tree fs.FS, c *collector) []string {
	const name = "words.txt"
	if _, err := fs.Stat(tree, name); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var words []string
	for line := range strings.Lines(readText(tree, name, c)) {
		if !strings.HasPrefix(line, "#") {
			words = append(words, strings.Fields(line)...)
		}
	}
	return words
}
