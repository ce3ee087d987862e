package web

import (
	"bytes"
	"io"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/andybalholm/brotli"
)

// A writer of Brotli takes some 32 MB, so that a crowd on pages that nobody has read yet
// would take gigabytes if each page had its own.
func TestPackingIsBounded(t *testing.T) {
	const crowd, mostMB = 64, 400 // all at once would be 2000
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	texts := make([][]byte, crowd)
	packed := make([][]byte, crowd)
	var wait sync.WaitGroup
	for i := range crowd {
		texts[i] = []byte(strings.Repeat(strconv.Itoa(i)+"号申请的孩子未满18周岁，", 8000))
		wait.Go(func() { packed[i] = brotlied(texts[i]) })
	}
	wait.Wait()
	runtime.ReadMemStats(&after)
	if got := (after.HeapSys - before.HeapSys) >> 20; after.HeapSys > before.HeapSys && got > mostMB {
		t.Errorf("%d texts compressed at once took %d MB; want at most %d", crowd, got, mostMB)
	}
	for i, b := range packed {
		if back, err := io.ReadAll(brotli.NewReader(bytes.NewReader(b))); err != nil || !bytes.Equal(back, texts[i]) {
			t.Errorf("text %d comes back as another (%v)", i, err)
		}
	}
}
