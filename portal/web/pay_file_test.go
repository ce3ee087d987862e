package web

import (
	"bytes"
	"fmt"
	"runtime"
	"testing"

	"huitong/portal/sheet"
)

// BenchmarkPayFile writes a list of ten thousand grants as each of its files. held-MB is
// what a file has allocated and still held when it was done.
func BenchmarkPayFile(b *testing.B) {
	for _, f := range []payFile{payCSV, payXLSX} {
		b.Run(f.name, func(b *testing.B) {
			var size int
			for b.Loop() {
				var before, after runtime.MemStats
				runtime.GC()
				runtime.ReadMemStats(&before)
				file, err := f.begin(payColumns)
				if err != nil {
					b.Fatal(err)
				}
				for i := range 10_000 {
					if err := file.Row(fmt.Sprintf("2611%08d", i), "石岐街道", "金丝雀", "44200020180301002X", "画眉鸟", "6222021234567890124", sheet.Hundredths(157800), "2026-12", "《关于提高标准的通知》，2026年1月1日起", "2025-12", "13"); err != nil {
						b.Fatal(err)
					}
				}
				var out bytes.Buffer
				if err := file.End(&out); err != nil {
					b.Fatal(err)
				}
				runtime.ReadMemStats(&after)
				size = out.Len()
				b.ReportMetric(float64(after.HeapAlloc-min(after.HeapAlloc, before.HeapAlloc))/(1<<20), "held-MB")
			}
			b.ReportMetric(float64(size)/(1<<20), "file-MB")
		})
	}
}
