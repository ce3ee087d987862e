package speech

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// wave returns a WAVE file as the program writes it, with a length that it does not
// know yet.
func wave(samples []int16) []byte {
	le := binary.LittleEndian
	b := append([]byte("RIFF\x24\xf0\xff\x7fWAVEfmt "), 16, 0, 0, 0, 1, 0, 1, 0)
	b = le.AppendUint32(b, 22050)
	b = le.AppendUint32(b, 44100)
	b = append(b, 2, 0, 16, 0)
	b = append(b, "data\x00\xf0\xff\x7f"...)
	for _, s := range samples {
		b = le.AppendUint16(b, uint16(s))
	}
	return b
}

// linear is what a player makes of a sample in eight bits.
func linear(u byte) int {
	u = ^u
	v := (int(u&0x0f)<<3 + 132) << (u >> 4 & 7)
	if v -= 132; u&0x80 != 0 {
		return -v
	}
	return v
}

func TestMuLaw(t *testing.T) {
	for _, known := range []struct {
		sample int
		want   byte
	}{{0, 0xff}, {32767, 0x80}, {-32768, 0x00}, {-1, 0x7f}} {
		if got := muLaw(known.sample); got != known.want {
			t.Errorf("muLaw(%d) = %#x; want %#x", known.sample, got, known.want)
		}
	}
	for s := -32000; s <= 32000; s += 7 {
		if got := linear(muLaw(s)); math.Abs(float64(got-s)) > math.Abs(float64(s))/16+8 {
			t.Fatalf("sample %d is heard as %d", s, got)
		}
	}
}

// TestCompact wants a tone of the voice's range to stay as it is, and one that half
// the rate cannot carry to be gone.
func TestCompact(t *testing.T) {
	power := func(hertz float64) float64 {
		samples := make([]int16, 22050)
		for i := range samples {
			samples[i] = int16(10000 * math.Sin(2*math.Pi*hertz*float64(i)/22050))
		}
		out, err := compact(wave(samples))
		if err != nil {
			t.Fatal(err)
		}
		_, heard, err := muLawSamples(out)
		if err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for _, b := range heard {
			sum += float64(linear(b)) * float64(linear(b))
		}
		return math.Sqrt(sum/float64(len(heard))) / (10000 / math.Sqrt2)
	}
	if p := power(440); p < 0.95 || p > 1.05 {
		t.Errorf("440 Hz comes out %.2f as loud", p)
	}
	if p := power(10000); p > 0.1 {
		t.Errorf("10 kHz comes out %.2f as loud", p)
	}
}

func TestCompactRefuses(t *testing.T) {
	good := wave([]int16{1, 2, 3, 4})
	stereo := bytes.Clone(good)
	stereo[22] = 2
	for name, b := range map[string][]byte{
		"nothing": nil, "text": []byte("<html>no sound here at all</html>"), "header alone": good[:44],
		"no data": good[:36], "data before format": append(bytes.Clone(good[:12]), good[36:]...), "stereo": stereo,
		"chunk longer than the file": append(bytes.Clone(good[:12]), "fmt \xff\xff\xff\xff"...),
	} {
		if out, err := compact(b); err == nil {
			t.Errorf("%s: %d bytes of sound", name, len(out))
		}
	}
}

func FuzzCompact(f *testing.F) {
	f.Add(wave([]int16{1, 2, 3, 4}))
	f.Fuzz(func(t *testing.T, b []byte) {
		if out, err := compact(b); err == nil && (len(out) < 58 || int(binary.LittleEndian.Uint32(out[4:])) != len(out)-8) {
			t.Errorf("the header of %d bytes is wrong", len(out))
		}
	})
}

// program writes a shell script that stands in for espeak-ng.
func program(t *testing.T, script string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(name, []byte("#!/bin/sh\nPATH=/usr/bin:/bin\n"+script), 0o700); err != nil {
		t.Fatal(err)
	}
	return name
}

// tone puts a sound file where a script can write it out, and returns the command.
func tone(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "tone.wav")
	if err := os.WriteFile(name, wave(make([]int16, 2000)), 0o600); err != nil {
		t.Fatal(err)
	}
	return "cat " + name
}

func open(t *testing.T, script string) *Speaker {
	t.Helper()
	s, err := Open(t.Context(), Config{Program: program(t, script)})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestSpeak wants the text to reach the program as input, whatever is in it, with
// the same arguments each time, and to be made once.
func TestSpeak(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log")
	s := open(t, `{ echo "$@"; cat; echo; } >> `+log+"\n"+tone(t))
	if got := strings.Join(s.Voices(), " "); got != "cmn yue en" {
		t.Errorf("voices = %q", got)
	}
	if err := os.Truncate(log, 0); err != nil {
		t.Fatal(err)
	}
	const text = "--help; $(touch x) -w /tmp/x `id`"
	for range 2 {
		sound, err := s.Speak(t.Context(), "cmn", text)
		if err != nil || string(sound[:4]) != "RIFF" {
			t.Fatalf("%.20q, %v", sound, err)
		}
	}
	b, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	want := "-v cmn-latn-pinyin -s 150 -b 1 --stdin --stdout\n" + Readable(text, Mandarin) + "\n"
	if string(b) != want {
		t.Errorf("the program got %q; want %q", b, want)
	}
	if s.Tag("cmn", text) == s.Tag("yue", text) || s.Tag("cmn", text) == s.Tag("cmn", "other") {
		t.Error("different sounds have one tag")
	}
}

// TestSpeakSeveral wants several texts as one sound with a pause between, each of them
// made once whatever it is joined to, and another tag for another order.
func TestSpeakSeveral(t *testing.T) {
	count := filepath.Join(t.TempDir(), "count")
	s := open(t, "echo >> "+count+"\n"+tone(t))
	if err := os.Truncate(count, 0); err != nil {
		t.Fatal(err)
	}
	one, err := s.Speak(t.Context(), "cmn", "甲")
	if err != nil {
		t.Fatal(err)
	}
	three, err := s.Speak(t.Context(), "cmn", "甲", "乙", "甲")
	if err != nil {
		t.Fatal(err)
	}
	rate, samples, err := muLawSamples(three)
	if err != nil || rate != 11025 {
		t.Fatalf("rate %d, %v", rate, err)
	}
	_, alone, err := muLawSamples(one)
	if want := 3*len(alone) + 2*(11025/pause); err != nil || len(samples) != want {
		t.Errorf("%d samples; want %d", len(samples), want)
	}
	if made, err := os.ReadFile(count); err != nil || len(made) != 2 {
		t.Errorf("%d texts were made, %v; want 2", len(made), err)
	}
	if s.Tag("cmn", "甲", "乙") == s.Tag("cmn", "乙", "甲") || s.Tag("cmn", "甲", "乙") == s.Tag("cmn", "甲乙") {
		t.Error("different sounds have one tag")
	}
	if _, err := s.Speak(t.Context(), "cmn", strings.Repeat("长", MaxText), "长"); !errors.Is(err, ErrTooLong) {
		t.Errorf("too long together: %v", err)
	}
}

func TestJoinedRefuses(t *testing.T) {
	whole := muLawFile(11025, make([]byte, 100), nil)
	for name, sounds := range map[string][][]byte{
		"nothing": {}, "cut short": {whole, whole[:80]}, "no sound": {whole, []byte("<html>")}, "another rate": {whole, muLawFile(8000, make([]byte, 100), nil)},
	} {
		if out, err := joined(sounds, pause); err == nil {
			t.Errorf("%s: %d bytes of sound", name, len(out))
		}
	}
}

func TestSpeakRefuses(t *testing.T) {
	s := open(t, tone(t))
	for _, tt := range []struct {
		name, voice, text string
		want              error
	}{
		{"voice", "../x", "text", ErrNoVoice},
		{"length", "cmn", strings.Repeat("长", MaxText+1), ErrTooLong},
	} {
		if _, err := s.Speak(t.Context(), tt.voice, tt.text); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v; want %v", tt.name, err, tt.want)
		}
	}
}

// TestBadPrograms has the program fail in each way that it can; none of it may
// take long, stay in the cache or come out as sound.
func TestBadPrograms(t *testing.T) {
	for name, script := range map[string]string{
		"fails":   "exit 3",
		"silent":  "exit 0",
		"garbage": "echo no sound",
		"stalls":  "exec sleep 60",
		"floods":  "exec cat /dev/zero",
	} {
		t.Run(name, func(t *testing.T) {
			mark := filepath.Join(t.TempDir(), "bad")
			s := open(t, "if [ -e "+mark+" ]; then\n"+script+"\nfi\n"+tone(t))
			s.timeout = 2 * time.Second
			if err := os.WriteFile(mark, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			if sound, err := s.Speak(t.Context(), "cmn", "text"); err == nil {
				t.Errorf("%d bytes of sound", len(sound))
			}
			if took := time.Since(began); took > 20*time.Second {
				t.Errorf("it took %v", took)
			}
			if err := os.Remove(mark); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Speak(t.Context(), "cmn", "text"); err != nil {
				t.Errorf("afterwards: %v", err)
			}
		})
	}
}

// TestSpeakAtOnce has many ask for one text and then for more texts than may wait.
func TestSpeakAtOnce(t *testing.T) {
	count := filepath.Join(t.TempDir(), "count")
	gate := filepath.Join(t.TempDir(), "gate")
	s := open(t, "echo >> "+count+"\nwhile [ -e "+gate+" ]; do sleep 0.02; done\n"+tone(t))
	for _, name := range []string{gate, count} {
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var wg sync.WaitGroup
	failed := make(chan error, 100)
	speak := func(text string) {
		defer wg.Done()
		if _, err := s.Speak(t.Context(), "yue", text); err != nil {
			failed <- err
		}
	}
	// Who asked first may leave without taking the sound from the others.
	gone, leave := context.WithCancel(t.Context())
	leave()
	if _, err := s.Speak(gone, "yue", "same"); !errors.Is(err, context.Canceled) {
		t.Errorf("one who left got %v", err)
	}
	for b := []byte(nil); len(b) == 0; time.Sleep(5 * time.Millisecond) {
		b, _ = os.ReadFile(count)
	}
	for range 20 {
		wg.Add(1)
		go speak("same")
	}
	for i := range 40 {
		wg.Add(1)
		go speak(strings.Repeat("其他", i+1))
	}
	for len(failed) < 40-mayWait {
		time.Sleep(5 * time.Millisecond)
	}
	if err := os.Remove(gate); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	close(failed)
	busy := 0
	for err := range failed {
		if !errors.Is(err, ErrBusy) {
			t.Error(err)
		}
		busy++
	}
	b, err := os.ReadFile(count)
	if err != nil {
		t.Fatal(err)
	}
	if runs := bytes.Count(b, []byte("\n")); runs != 41-busy {
		t.Errorf("%d runs for %d texts", runs, 41-busy)
	}
}

func TestCacheHasALimit(t *testing.T) {
	c := newCache(100)
	made := 0
	get := func(tag string, size int) {
		t.Helper()
		if _, err := c.get(t.Context(), tag, func() ([]byte, error) { made++; return make([]byte, size), nil }); err != nil {
			t.Fatal(err)
		}
	}
	for _, step := range []struct {
		tag        string
		size, want int // what has been made by then
	}{
		{"a", 40, 1}, {"b", 40, 2}, {"a", 40, 2}, {"c", 40, 3}, {"a", 40, 3}, {"b", 40, 4}, {"too large", 101, 5}, {"too large", 101, 6}, {"b", 40, 6},
	} {
		get(step.tag, step.size)
		if made != step.want {
			t.Fatalf("%s: %d made; want %d", step.tag, made, step.want)
		}
		c.mu.Lock()
		if c.size > c.limit || c.recent.Len() != len(c.sounds) {
			t.Fatalf("%d bytes in %d sounds, %d known", c.size, c.recent.Len(), len(c.sounds))
		}
		c.mu.Unlock()
	}
}

func TestOpenWithoutProgram(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if s, err := Open(t.Context(), Config{}); s != nil || err != nil {
		t.Errorf("%v, %v; want nothing", s, err)
	}
	if _, err := Open(t.Context(), Config{Program: "nowhere-to-be-found"}); err == nil {
		t.Error("a program that is not there was found")
	}
	if _, err := Open(t.Context(), Config{Program: program(t, "exit 1")}); err == nil {
		t.Error("a program without voices was taken")
	}
}

// TestEspeak has the real program read, if this machine has it; without it the
// speaker is nil, which TestOpenWithoutProgram holds.
func TestEspeak(t *testing.T) {
	s, err := Open(t.Context(), Config{})
	if err != nil {
		t.Fatal(err)
	}
	if _, missing := exec.LookPath("espeak-ng"); missing != nil {
		if s != nil {
			t.Error("a speaker without a program")
		}
		return
	}
	for _, voice := range []string{"cmn", "yue"} {
		sound, err := s.Speak(t.Context(), voice, "孤儿补贴每人每月1578元，请拨12345。")
		if err != nil {
			t.Fatal(err)
		}
		if twice, err := s.Speak(t.Context(), voice, "孤儿补贴每人每月1578元，请拨12345。", "孤儿补贴每人每月1578元，请拨12345。"); err != nil || len(twice) < 2*len(sound)-headerBytes {
			t.Errorf("%s: twice the text is %d bytes, once %d; %v", voice, len(twice), len(sound), err)
		}
		if seconds := float64(len(sound)) / 11025; seconds < 3 || seconds > 20 {
			t.Errorf("%s: %.1f s", voice, seconds)
		}
	}
}
