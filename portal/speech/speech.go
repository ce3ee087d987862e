// Package speech reads texts aloud for people whose browser cannot: it has
// espeak-ng, where that is installed, make a sound file of a text.
//
// [Open] finds the program and returns a [Speaker], nil where there is none.
// [Speaker.Speak] returns a WAVE file that browsers play, one or several texts long,
// from its cache what has been asked for before; [Speaker.Tag] names what Speak would
// return without making it. [Readable] is how a text is read: telephone numbers digit by
// digit, amounts as numbers.
//
// The package refuses to know whose text it is, HTTP and the content. The text
// reaches the program as its input, never as an argument.
package speech

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Voice is a language that texts are read in.
type Voice string

// The voices.
const (
	Mandarin  Voice = "cmn"
	Cantonese Voice = "yue"
	English   Voice = "en"
)

// programVoices are the program's names for the voices. Its plain cmn of version
// 1.51 reads most Chinese characters as English letters, the one named here reads
// Chinese.
var programVoices = map[Voice]string{Mandarin: "cmn-latn-pinyin", Cantonese: "yue", English: "en"}

// paces are words a minute, a little slower than the program's own.
var paces = map[Voice]int{Mandarin: 150, Cantonese: 150, English: 145}

// MaxText is how long a text may be, in characters: some ten minutes.
const MaxText = 4000

// Errors of a text that is not read.
var (
	ErrTooLong = errors.New("text is too long to be read aloud")
	ErrNoVoice = errors.New("no such voice")
	ErrBusy    = errors.New("too many texts are waiting to be read")
)

// Limits of a Speaker: sound files kept, in bytes; programs at once; texts that may
// wait for one; how long a text may take; what a program may write, in bytes.
const (
	keptBytes  = 32 << 20
	atOnce     = 1
	mayWait    = 16
	maxTime    = 15 * time.Second
	maxWritten = 64 << 20
)

// version is part of every tag; it changes when the same text sounds different.
const version = "3"

// Speaker makes sound files. It is safe for concurrent use.
type Speaker struct {
	program string
	release string // of the program; another one may sound different
	voices  []Voice
	kept    *cache
	shelf   *shelf // nil: sounds are kept in memory alone
	log     *slog.Logger
	work    chan struct{} // one for each program that may run
	queue   chan struct{} // one for each text that runs or waits
	timeout time.Duration
}

// Config is what a Speaker is made of. The zero value is a good one.
type Config struct {
	Program string // "" means espeak-ng
	Dir     string // where sounds are kept over a restart; "" keeps them in memory alone
	Keep    int64  // bytes that may be kept there
	Log     *slog.Logger
	Now     func() time.Time
}

// Open returns a speaker. It is nil without an error where no program is named and
// espeak-ng is not installed. Voices that the program lacks are left out; where nothing
// can be kept on disk, the log says so.
func Open(ctx context.Context, cfg Config) (*Speaker, error) {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	program, err := exec.LookPath(cfg.Program)
	if cfg.Program == "" {
		if program, err = exec.LookPath("espeak-ng"); err != nil {
			return nil, nil
		}
	}
	if err != nil {
		return nil, fmt.Errorf("find %s: %w", cfg.Program, err)
	}
	s := &Speaker{program: program, log: cfg.Log, kept: newCache(keptBytes), work: make(chan struct{}, atOnce), queue: make(chan struct{}, atOnce+mayWait), timeout: maxTime}
	for _, v := range []Voice{Mandarin, Cantonese, English} {
		if _, failed := s.run(ctx, v, "1"); failed != nil {
			err = failed
			continue
		}
		s.voices = append(s.voices, v)
	}
	if len(s.voices) == 0 {
		return nil, fmt.Errorf("try %s: %w", program, err)
	}
	s.release = releaseOf(ctx, program)
	if cfg.Dir != "" && cfg.Keep > 0 {
		if s.shelf, err = openShelf(cfg.Dir, cfg.Keep, cfg.Now); err != nil {
			s.log.Warn("sounds are not kept over a restart", "error", err)
		}
	}
	return s, nil
}

// releaseOf asks a program which one it is; "" if it does not say.
func releaseOf(ctx context.Context, program string) string {
	ctx, cancel := context.WithTimeout(ctx, maxTime)
	defer cancel()
	said, err := exec.CommandContext(ctx, program, "--version").Output()
	if err != nil {
		return ""
	}
	line, _, _ := strings.Cut(string(said), "\n")
	return line
}

// Voices returns the codes of the voices that there are.
func (s *Speaker) Voices() []string {
	var out []string
	for _, v := range s.voices {
		out = append(out, string(v))
	}
	return out
}

// Tag names the sound of texts one after the other: equal tags, equal sound.
func (s *Speaker) Tag(voice string, texts ...string) string {
	sum := sha256.Sum256([]byte(version + "\n" + s.release + "\n" + voice + "\n" + strings.Join(texts, "\x00")))
	return hex.EncodeToString(sum[:12])
}

// Speak returns the texts, one after the other, as a WAVE file. Its caller must not
// change it. Each text is made and kept by itself, so that texts in a new order cost
// nothing. The error is ErrTooLong, for all together, ErrNoVoice, ErrBusy, that of ctx
// or that of the program.
func (s *Speaker) Speak(ctx context.Context, voice string, texts ...string) ([]byte, error) {
	v := Voice(voice)
	switch {
	case !slices.Contains(s.voices, v):
		return nil, ErrNoVoice
	case utf8.RuneCountInString(strings.Join(texts, "")) > MaxText:
		return nil, ErrTooLong
	}
	var sounds [][]byte
	for _, text := range texts {
		one, err := s.speak(ctx, v, text)
		if err != nil {
			return nil, err
		}
		sounds = append(sounds, one)
	}
	return joined(sounds, pause)
}

// Marks returns the sentences of the texts as they are written, and the second of their
// sound at which each begins. The errors are those of [Speaker.Speak].
func (s *Speaker) Marks(ctx context.Context, voice string, texts ...string) (said []string, at []float64, err error) {
	sound, err := s.Speak(ctx, voice, texts...)
	if err != nil {
		return nil, nil, err
	}
	for _, text := range texts {
		said = append(said, Sentences(text, Voice(voice))...)
	}
	rate, _, err := muLawSamples(sound)
	if err != nil {
		return nil, nil, err
	}
	for _, cue := range cuesOf(sound) {
		at = append(at, float64(cue)/float64(rate))
	}
	if len(at) != len(said) { // what has no sound at all
		return nil, nil, errNoSound
	}
	return said, at, nil
}

// speak returns one text as a WAVE file.
func (s *Speaker) speak(ctx context.Context, v Voice, text string) ([]byte, error) {
	tag := s.Tag(string(v), text)
	return s.kept.get(ctx, tag, func() ([]byte, error) {
		if sound := s.shelved(shelfFile(v, tag)); sound != nil {
			return sound, nil
		}
		select {
		case s.queue <- struct{}{}:
			defer func() { <-s.queue }()
		default:
			return nil, ErrBusy
		}
		s.work <- struct{}{}
		defer func() { <-s.work }()
		// Whoever asked first may leave; the sound is for those who wait with them.
		sound, err := s.read(context.WithoutCancel(ctx), v, text)
		if err != nil {
			return nil, fmt.Errorf("read a text aloud: %w", err)
		}
		if s.shelf != nil {
			if err := s.shelf.put(shelfFile(v, tag), sound); err != nil {
				s.log.Warn("a sound is not kept over a restart", "error", err)
			}
		}
		return sound, nil
	})
}

// read has the program read a text sentence by sentence, so that it is known where each
// begins. The program ends a sentence with the same silence when it stands alone.
func (s *Speaker) read(ctx context.Context, v Voice, text string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	var sounds [][]byte
	for _, sentence := range Sentences(text, v) {
		one, err := s.run(ctx, v, Readable(sentence, v))
		if err != nil {
			return nil, err
		}
		sounds = append(sounds, one)
	}
	return joined(sounds, 0)
}

// shelved returns a sound that was kept; nil if it has to be made.
func (s *Speaker) shelved(name string) []byte {
	if s.shelf == nil {
		return nil
	}
	sound, err := s.shelf.get(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		s.log.Warn("a kept sound is made anew", "error", err)
	}
	return sound
}

// run has the program read the text. Its arguments are the same for every text.
func (s *Speaker) run(ctx context.Context, v Voice, text string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, s.program, "-v", programVoices[v], "-s", strconv.Itoa(paces[v]), "-b", "1", "--stdin", "--stdout")
	cmd.Env = []string{"LANG=C.UTF-8"}
	cmd.Dir = "/"
	cmd.WaitDelay = time.Second
	cmd.Stdin = strings.NewReader(text)
	var written bytes.Buffer
	cmd.Stdout = &limited{w: &written, left: maxWritten}
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return nil, err
	}
	return compact(written.Bytes())
}

// limited refuses what is written beyond a number of bytes, which ends the program.
type limited struct {
	w    io.Writer
	left int
}

func (l *limited) Write(p []byte) (int, error) {
	if l.left -= len(p); l.left < 0 {
		return 0, ErrTooLong
	}
	return l.w.Write(p)
}
