package bot

import (
	"os"
	"syscall"
	"unsafe"
)

// The advice of Linux to keep memory in large pages, and to make them of small ones at once,
// which package syscall does not name. See madvise(2).
const (
	hugePages = 14
	collapse  = 25
)

// together asks for a large slice to lie in pages of 2 MB. What a question reads of it lies all
// over: in pages of 4 kB the processor finds hardly any of them without looking through the
// tables of pages first, which takes longer than to read. It is a wish, so errors are none.
func together[T any](s []T) {
	page := os.Getpagesize()
	if len(s) == 0 || len(s)*int(unsafe.Sizeof(s[0])) < 2*smallest {
		return
	}
	all := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(s))), len(s)*int(unsafe.Sizeof(s[0])))
	before := int(uintptr(unsafe.Pointer(unsafe.SliceData(s))) % uintptr(page))
	if before > 0 {
		all = all[page-before:]
	}
	_ = syscall.Madvise(all, hugePages)
	_ = syscall.Madvise(all, collapse)
}

// smallest is the size of a large page.
const smallest = 2 << 20
