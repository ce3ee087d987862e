package speech

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSentences(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		voice      Voice
		want       []string
	}{
		{"heading and sentences", "给多少钱\n每人1578元。每月发！", Mandarin, []string{"给多少钱", "每人1578元。", "每月发！"}},
		{"closed behind its end", "她说：“可以。”就走了", Cantonese, []string{"她说：“可以。”", "就走了"}},
		{"a semicolon is a pause", "带户口簿；带照片", Mandarin, []string{"带户口簿；", "带照片"}},
		{"what has no sound", "——\n补贴。⚠️", Mandarin, []string{"补贴。"}},
		{"points that end nothing", "It is 3.5 km, e.g. by bus. Call No. 12345. It is free.", English, []string{"It is 3.5 km, e.g. by bus.", "Call No. 12345.", "It is free."}},
		{"a new sentence begins with a capital", "Ask the office. it helps", English, []string{"Ask the office. it helps"}},
		{"nothing", " \n", Mandarin, nil},
	} {
		if diff := cmp.Diff(tt.want, Sentences(tt.text, tt.voice)); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
}

// TestMarks wants to know of each sentence when it begins: behind the sounds of those
// before it, and the silence between texts.
func TestMarks(t *testing.T) {
	s := open(t, tone(t))
	const one = 1000.0 / 11025 // seconds of the tone
	texts := []string{"给多少钱\n每人一份。每月发。", "谁办？"}
	said, at, err := s.Marks(t.Context(), "cmn", texts...)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"给多少钱", "每人一份。", "每月发。", "谁办？"}; !slices.Equal(said, want) {
		t.Errorf("sentences %q; want %q", said, want)
	}
	want := []float64{0, one, 2 * one, 3*one + float64(11025/pause)/11025}
	for i := range want {
		if d := at[i] - want[i]; d > 1e-9 || d < -1e-9 {
			t.Errorf("sentence %d begins at %f; want %f", i, at[i], want[i])
		}
	}
	if _, _, err := s.Marks(t.Context(), "cmn", strings.Repeat("长", MaxText+1)); !errors.Is(err, ErrTooLong) {
		t.Errorf("too long: %v; want %v", err, ErrTooLong)
	}
}

// TestMarksAreKept wants a sound from the shelf to have its marks still.
func TestMarksAreKept(t *testing.T) {
	dir, count := t.TempDir(), filepath.Join(t.TempDir(), "count")
	script := program(t, "echo >> "+count+"\n"+tone(t))
	var kept [2][]float64
	for i := range kept {
		s, err := Open(t.Context(), Config{Program: script, Dir: dir, Keep: 1 << 20})
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(count, 0); err != nil {
			t.Fatal(err)
		}
		if _, kept[i], err = s.Marks(t.Context(), "cmn", "一份。两份。"); err != nil || len(kept[i]) != 2 {
			t.Fatalf("marks %v, %v; want 2", kept[i], err)
		}
	}
	if made, err := os.ReadFile(count); err != nil || len(made) != 0 || !slices.Equal(kept[0], kept[1]) {
		t.Errorf("after a restart %d sentences are made anew, marks %v; want none, %v", len(made), kept[1], kept[0])
	}
}

// FuzzCues wants no file to make its reader fail.
func FuzzCues(f *testing.F) {
	f.Add(muLawFile(11025, []byte{1, 2, 3}, []uint32{0, 2}))
	f.Fuzz(func(_ *testing.T, file []byte) { cuesOf(file) })
}
