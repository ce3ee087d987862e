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
const version = "2"

// Speaker makes sound files. It is safe for concurrent use.
type Speaker struct {
	program string
	voices  []Voice
	kept    *cache
	work    chan struct{} // one for each program that may run
	queue   chan struct{} // one for each text that runs or waits
	timeout time.Duration
}

// Open returns a speaker that runs command, or espeak-ng where command is empty.
// It is nil without an error where espeak-ng is not installed. Voices that the
// program lacks are left out.
func Open(ctx context.Context, command string) (*Speaker, error) {
	program, err := exec.LookPath(command)
	if command == "" {
		if program, err = exec.LookPath("espeak-ng"); err != nil {
			return nil, nil
		}
	}
	if err != nil {
		return nil, fmt.Errorf("find %s: %w", command, err)
	}
	s := &Speaker{program: program, kept: newCache(keptBytes), work: make(chan struct{}, atOnce), queue: make(chan struct{}, atOnce+mayWait), timeout: maxTime}
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
	return s, nil
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
	sum := sha256.Sum256([]byte(version + "\n" + voice + "\n" + strings.Join(texts, "\x00")))
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
	return joined(sounds)
}

// speak returns one text as a WAVE file.
func (s *Speaker) speak(ctx context.Context, v Voice, text string) ([]byte, error) {
	return s.kept.get(ctx, s.Tag(string(v), text), func() ([]byte, error) {
		select {
		case s.queue <- struct{}{}:
			defer func() { <-s.queue }()
		default:
			return nil, ErrBusy
		}
		s.work <- struct{}{}
		defer func() { <-s.work }()
		// Whoever asked first may leave; the sound is for those who wait with them.
		sound, err := s.run(context.WithoutCancel(ctx), v, Readable(text, v))
		if err != nil {
			return nil, fmt.Errorf("read a text aloud: %w", err)
		}
		return sound, nil
	})
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
