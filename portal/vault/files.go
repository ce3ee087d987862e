package vault

import (
	"bufio"
	"context"
	"crypto/cipher"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gocloud.dev/blob"
	"gocloud.dev/blob/fileblob"
	"gocloud.dev/gcerrors"
)

// ErrTooLarge says that an upload is longer than the limit; nothing was kept.
var ErrTooLarge = errors.New("file is larger than allowed")

// ErrFileID says that an id was not made by NewID.
var ErrFileID = errors.New("not a file id")

// A stored file is: version (1 byte), key id (4), salt (16), then chunks of
// chunkSize plain bytes, each sealed by SM4-GCM under a key made for this file.
// The nonce of a chunk is its number and a final 1 in the last one, so chunks
// cannot be dropped, repeated or moved; the key depends on header and id, so a
// file cannot stand in for another.
const (
	fileVersion    = 1
	saltSize       = 16
	fileHeaderSize = headerSize + saltSize
	chunkSize      = 64 << 10
	fileIDSize     = 16
	tempSuffix     = ".tmp"
	tempLifetime   = 24 * time.Hour
)

// FileIDLength is how many characters the name of a file has, all of them of 0-9 and a-f.
const FileIDLength = 2 * fileIDSize

// Files is a bucket of encrypted files. Whoever holds the bucket sees random names
// and sealed bytes. It is safe for concurrent use.
type Files struct {
	bucket *blob.Bucket
	keys   *Keyring
	limit  int64
}

// OpenFiles keeps files of at most limit bytes in bucket, which stays the caller's
// to close.
func OpenFiles(bucket *blob.Bucket, keys *Keyring, limit int64) *Files {
	return &Files{bucket, keys, limit}
}

// OpenDirectory returns dir as a bucket, making it if absent. Remains of writes
// broken off more than a day ago are removed.
func OpenDirectory(dir string) (*blob.Bucket, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open file store: %w", err)
	}
	left, err := filepath.Glob(filepath.Join(dir, "*"+tempSuffix))
	if err != nil {
		return nil, fmt.Errorf("open file store: %w", err)
	}
	for _, name := range left {
		if info, err := os.Stat(name); err == nil && time.Since(info.ModTime()) > tempLifetime {
			os.Remove(name)
		}
	}
	// A rename is only whole within one file system, so parts are written in dir.
	bucket, err := fileblob.OpenBucket(dir, &fileblob.Options{NoTempDir: true, Metadata: fileblob.MetadataDontWrite})
	if err != nil {
		return nil, fmt.Errorf("open file store: %w", err)
	}
	return bucket, nil
}

// NewID draws the random id under which a file is to be put.
func (f *Files) NewID() (string, error) {
	id := make([]byte, fileIDSize)
	if err := f.keys.read(id); err != nil {
		return "", fmt.Errorf("draw file id: %w", err)
	}
	return hex.EncodeToString(id), nil
}

// Put stores what r gives under id and returns its size. Afterwards the file
// is there whole and, in a directory, survives a power cut; on an error, or when
// ctx ends, it is as it was before. More than the limit is ErrTooLarge.
func (f *Files) Put(ctx context.Context, id string, r io.Reader) (int64, error) {
	if err := checkFileID(id); err != nil {
		return 0, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var part *os.File // where the bucket is a directory
	w, err := f.bucket.NewWriter(ctx, id, &blob.WriterOptions{
		ContentType: "application/octet-stream", DisableContentTypeDetection: true,
		BeforeWrite: func(as func(any) bool) error {
			if as(&part) {
				return part.Chmod(0o600)
			}
			return nil
		},
	})
	if err != nil {
		return 0, fmt.Errorf("put file: %w", err)
	}
	size, err := f.seal(ctx, w, id, r)
	if err == nil && part != nil {
		err = part.Sync()
	}
	if err != nil {
		cancel() // makes Close take back what was written
		_ = w.Close()
		return 0, fmt.Errorf("put file: %w", err)
	}
	if err := w.Close(); err != nil {
		return 0, fmt.Errorf("put file: %w", err)
	}
	if part != nil {
		if err := syncDir(filepath.Dir(part.Name())); err != nil {
			return 0, fmt.Errorf("put file: %w", err)
		}
	}
	return size, nil
}

// Open returns a reader of the plain file; the caller closes it. It gives only
// bytes that were authenticated, and where the file was cut or changed it ends
// with ErrTampered instead of io.EOF. An absent file is fs.ErrNotExist.
func (f *Files) Open(ctx context.Context, id string) (io.ReadCloser, error) {
	r, err := f.open(ctx, id)
	if err != nil {
		return nil, err // not a reader that is nil
	}
	return r, nil
}

func (f *Files) open(ctx context.Context, id string) (*fileReader, error) {
	if err := checkFileID(id); err != nil {
		return nil, err
	}
	file, err := f.bucket.NewReader(ctx, id, nil)
	if gcerrors.Code(err) == gcerrors.NotFound {
		return nil, fmt.Errorf("open file: %w", fs.ErrNotExist)
	}
	if err != nil {
		return nil, fmt.Errorf("open file: %w", err)
	}
	key, aead, err := f.unlock(file, id)
	if err != nil {
		file.Close()
		return nil, err
	}
	return &fileReader{ctx: ctx, key: key.id, file: file, in: bufio.NewReaderSize(file, chunkSize+tagSize+1), aead: aead}, nil
}

// Delete removes the file; one that is not there is no error.
func (f *Files) Delete(ctx context.Context, id string) error {
	if err := checkFileID(id); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := f.bucket.Delete(ctx, id); err != nil && gcerrors.Code(err) != gcerrors.NotFound {
		return fmt.Errorf("delete file: %w", err)
	}
	return nil
}

// Reseal puts the file anew under the current data key and reports true, or false if
// it lies under that already. Until the new one is whole the old one is there; the
// caller sees to it that nobody deletes the file meanwhile.
func (f *Files) Reseal(ctx context.Context, id string) (bool, error) {
	r, err := f.open(ctx, id)
	if err != nil {
		return false, err
	}
	defer r.Close()
	if r.key == f.keys.keys.Load().current {
		return false, nil
	}
	if _, err := f.Put(ctx, id, r); err != nil {
		return false, fmt.Errorf("reseal: %w", err)
	}
	return true, nil
}

// checkFileID admits nothing but the 32 digits of NewID, so no id can leave the
// bucket.
func checkFileID(id string) error {
	if len(id) != FileIDLength || strings.Trim(id, "0123456789abcdef") != "" {
		return ErrFileID
	}
	return nil
}

func (f *Files) seal(ctx context.Context, w io.Writer, id string, r io.Reader) (int64, error) {
	key := f.keys.keys.Load().currentKey()
	header := make([]byte, fileHeaderSize)
	header[0] = fileVersion
	copy(header[1:], key.id[:])
	if err := f.keys.read(header[headerSize:]); err != nil {
		return 0, err
	}
	aead, err := fileCipher(key, header, id)
	if err != nil {
		return 0, err
	}
	if _, err := w.Write(header); err != nil {
		return 0, err
	}
	in := bufio.NewReaderSize(r, chunkSize+1)
	plain, sealed := make([]byte, chunkSize), make([]byte, 0, chunkSize+tagSize)
	var size int64
	for number := uint64(0); ; number++ {
		n, last, err := readChunk(ctx, in, plain)
		if err != nil {
			return 0, err
		}
		if size += int64(n); size > f.limit {
			return 0, ErrTooLarge
		}
		if _, err := w.Write(aead.Seal(sealed, chunkNonce(number, last), plain[:n], nil)); err != nil {
			return 0, err
		}
		if last {
			return size, nil
		}
	}
}

func (f *Files) unlock(r io.Reader, id string) (*openKey, cipher.AEAD, error) {
	header := make([]byte, fileHeaderSize)
	_, err := io.ReadFull(r, header)
	if err == io.EOF || err == io.ErrUnexpectedEOF || err == nil && header[0] != fileVersion {
		return nil, nil, ErrTampered
	}
	if err != nil {
		return nil, nil, fmt.Errorf("open file: %w", err)
	}
	key, err := f.keys.key([keyIDSize]byte(header[1:headerSize]))
	if err != nil {
		return nil, nil, err
	}
	aead, err := fileCipher(key, header, id)
	return key, aead, err
}

func fileCipher(key *openKey, header []byte, id string) (cipher.AEAD, error) {
	return newGCM(derive(key.raw, "file", bound(header, []byte(id))))
}

// readChunk fills buf as far as it can and tells whether the input ended.
func readChunk(ctx context.Context, in *bufio.Reader, buf []byte) (n int, last bool, err error) {
	if err := ctx.Err(); err != nil {
		return 0, false, err
	}
	n, err = io.ReadFull(in, buf)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return n, true, nil
	}
	if err != nil {
		return 0, false, err
	}
	_, err = in.Peek(1)
	if err == io.EOF {
		return n, true, nil
	}
	return n, false, err
}

func chunkNonce(number uint64, last bool) []byte {
	nonce := make([]byte, nonceSize)
	binary.BigEndian.PutUint64(nonce[nonceSize-9:], number)
	if last {
		nonce[nonceSize-1] = 1
	}
	return nonce
}

type fileReader struct {
	ctx    context.Context // of the one request that reads
	key    [keyIDSize]byte
	file   io.ReadCloser
	in     *bufio.Reader
	aead   cipher.AEAD
	buf    [chunkSize + tagSize]byte
	plain  []byte // opened and not yet read
	number uint64
	err    error
}

func (r *fileReader) Read(p []byte) (int, error) {
	for len(r.plain) == 0 && r.err == nil && len(p) > 0 {
		r.plain, r.err = r.next()
	}
	if len(r.plain) == 0 {
		return 0, r.err
	}
	n := copy(p, r.plain)
	r.plain = r.plain[n:]
	return n, nil
}

func (r *fileReader) Close() error { return r.file.Close() }

// next opens one chunk; with the last it also returns io.EOF.
func (r *fileReader) next() ([]byte, error) {
	n, last, err := readChunk(r.ctx, r.in, r.buf[:])
	if err != nil {
		return nil, err
	}
	plain, err := r.aead.Open(r.buf[:0], chunkNonce(r.number, last), r.buf[:n], nil)
	// Put writes an empty chunk only for an empty file.
	if err != nil || len(plain) == 0 && r.number > 0 {
		return nil, ErrTampered
	}
	r.number++
	if last {
		return plain, io.EOF
	}
	return plain, nil
}
