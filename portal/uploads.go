package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"syscall"
	"time"

	"gocloud.dev/blob"
	_ "gocloud.dev/blob/s3blob" // s3://

	"huitong/portal/apply"
	"huitong/portal/intake"
	"huitong/portal/store"
	"huitong/portal/vault"
	"huitong/portal/web"
)

// blobSchemes are the schemes of the drivers that are linked.
var blobSchemes = []string{"s3"}

// openBucket opens where uploads lie: a directory below --data by default.
func openBucket(env *environment) (*blob.Bucket, error) {
	if env.cfg.BlobURL == "" {
		return vault.OpenDirectory(filepath.Join(env.cfg.Data, "uploads"))
	}
	bucket, err := blob.OpenBucket(env.ctx, env.cfg.BlobURL)
	if err != nil {
		return nil, fmt.Errorf("HUITONG_BLOB_URL: %w", err)
	}
	return bucket, nil
}

const (
	sweepBatch = 200 // uploads that one round deletes at most
	scanBatch  = 50  // and checks at most
	scanEvery  = 5 * time.Second
	scanPause  = 30 * time.Second // after clamd could not be reached
)

// sweep deletes what is left of uploads that were removed or broken off.
func sweep(env *environment, data *store.Store) {
	n, err := data.SweepFiles(env.ctx, sweepBatch)
	if err != nil && !errors.Is(err, context.Canceled) {
		env.log.Error("remains of uploads not deleted", "error", err)
	}
	noteJob(env.ctx, env, data, jobSweep, err)
	if n > 0 {
		env.log.Info("remains of uploads deleted", "files", n)
	}
}

// scan has uploads checked as they come, until the process ends. While the scanner
// is away they wait, held back from staff.
func scan(env *environment, data *store.Store) {
	if env.cfg.Clamd == "" {
		return
	}
	clamd, err := intake.NewClamd(env.cfg.Clamd)
	if err != nil {
		env.log.Error("uploads are not checked", "error", err)
		return
	}
	away := false
	for pause := time.Duration(0); ; {
		select {
		case <-env.ctx.Done():
			return
		case <-time.After(pause):
		}
		_, err := data.ScanFiles(env.ctx, scanner{clamd}, scanBatch)
		pause = scanEvery
		switch {
		case err == nil && away:
			env.log.Info("uploads are checked again")
		case err != nil && !away && !errors.Is(err, context.Canceled):
			env.log.Warn("uploads wait to be checked", "error", err)
		}
		if away = err != nil; away {
			pause = scanPause
		}
	}
}

// scanner lets the store ask clamd.
type scanner struct{ clamd *intake.Clamd }

// Scan implements store.Scanner.
func (s scanner) Scan(ctx context.Context, file io.Reader) (apply.FileState, error) {
	verdict, err := s.clamd.Scan(ctx, file)
	switch {
	case errors.Is(err, intake.ErrScan):
		return apply.FileFailed, nil
	case err != nil:
		return "", err
	case verdict == intake.Infected:
		return apply.FileInfected, nil
	}
	return apply.FileClean, nil
}

// roomNeeded is how much a directory of uploads has to have left for a few more.
const roomNeeded = 64 << 20

// uploadsState tells whether photos can be kept. The site works without: families send
// them later, or bring paper.
func uploadsState(ctx context.Context, cfg *Config, bucket *blob.Bucket) []web.Dependency {
	d := web.Dependency{Name: "uploads", OK: true}
	if cfg.BlobURL != "" {
		ctx, stop := context.WithTimeout(ctx, readyPatience)
		defer stop()
		if _, _, err := bucket.ListPage(ctx, blob.FirstPageToken, 1, nil); err != nil {
			d.OK, d.Detail = false, "the bucket cannot be listed; no photos are taken"
		}
		return []web.Dependency{d}
	}
	// A list of a directory reads it whole, which is too much to be asked every few seconds.
	var disk syscall.Statfs_t
	switch err := syscall.Statfs(filepath.Join(cfg.Data, "uploads"), &disk); {
	case err != nil:
		d.OK, d.Detail = false, "the directory is not there; no photos are taken"
	case disk.Bavail*uint64(disk.Bsize) < roomNeeded:
		d.OK, d.Detail = false, "the disk is full; no photos are taken"
	}
	return []web.Dependency{d}
}

// scannerState tells whether the virus scanner answers, if there is to be one. The
// site works without: uploads wait.
func scannerState(ctx context.Context, cfg *Config) []web.Dependency {
	if cfg.Clamd == "" {
		return nil
	}
	d := web.Dependency{Name: "scanner", Detail: "does not answer; uploads wait"}
	if clamd, err := intake.NewClamd(cfg.Clamd); err == nil && clamd.Ping(ctx) == nil {
		d.OK, d.Detail = true, ""
	}
	return []web.Dependency{d}
}
