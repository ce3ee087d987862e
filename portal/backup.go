package main

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"filippo.io/age"
	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"

	"huitong/portal/store"
	"huitong/portal/vault"
)

// A backup is one file: a tar of backup.json, the rows of each table as JSON, the keys
// and the uploads as they lie, and at last end.json, which says how much there was;
// compressed by gzip and encrypted by age. So it can be opened without the portal too:
// age -d FILE | tar xz.
const (
	backupFormat = 1
	headEntry    = "backup.json"
	keysEntry    = "secrets.json"
	rowsEntry    = "rows/" // table and number of the part
	blobsEntry   = "uploads/"
	endEntry     = "end.json"
)

type backupHead struct {
	Format int       `json:"format"`
	Made   time.Time `json:"made"`
	Portal string    `json:"portal"`
	Tables int64     `json:"tables"` // version
}

type backupEnd struct {
	Rows    map[string]int `json:"rows"` // by table
	Uploads int            `json:"uploads"`
}

// backupCommand writes a backup while the portal goes on to serve.
type backupCommand struct {
	File       string   `arg:"" help:"File to write; it must not be there yet."`
	Recipient  []string `help:"age1… of whoever may open it; several are possible. Their identities need not be on this machine, and should not be." placeholder:"age1…"`
	Passphrase string   `name:"passphrase-file" help:"File with the passphrase that opens it, instead of recipients." type:"existingfile"`
}

// Run writes FILE whole, or leaves nothing.
func (c backupCommand) Run(env *environment) (err error) {
	to, err := c.recipients()
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(env.cfg.Data, keysEntry)); err != nil {
		return fmt.Errorf("there is no portal in %s: %w; name its directory with --data", env.cfg.Data, err)
	}
	if _, err := os.Lstat(c.File); err == nil {
		return fmt.Errorf("%s is there already: choose another name, nothing is written over", c.File)
	}
	partial := c.File + ".partial"
	f, err := os.OpenFile(partial, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("create backup: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close(), os.Remove(partial))
		}
	}()
	end, err := writeBackup(env, f, to)
	if err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	if err := f.Sync(); err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	if err := os.Rename(partial, c.File); err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	fmt.Fprintf(env.out, "%s: %s. Keep it on another machine; portal restore --check says whether it opens.\n", c.File, end)
	return nil
}

// String says how much there is.
func (e backupEnd) String() string {
	rows := 0
	for _, n := range e.Rows {
		rows += n
	}
	return fmt.Sprintf("%d applications, %d rows in all, %d uploads, and the keys", e.Rows["applications"], rows, e.Uploads)
}

// recipients returns whoever may open the backup.
func (c backupCommand) recipients() ([]age.Recipient, error) {
	var to []age.Recipient
	for _, said := range c.Recipient {
		r, err := age.ParseX25519Recipient(said)
		if err != nil {
			return nil, fmt.Errorf("--recipient: %w", err)
		}
		to = append(to, r)
	}
	switch {
	case c.Passphrase == "" && len(to) == 0:
		return nil, errors.New("a backup holds all keys, so it is never written in the clear: name --recipient age1… (made by age-keygen) or --passphrase-file")
	case c.Passphrase != "" && len(to) > 0:
		return nil, errors.New("name either --recipient or --passphrase-file: age takes no both")
	case c.Passphrase != "":
		words, err := readPassphrase(c.Passphrase)
		if err != nil {
			return nil, err
		}
		r, err := age.NewScryptRecipient(words)
		if err != nil {
			return nil, fmt.Errorf("--passphrase-file: %w", err)
		}
		return []age.Recipient{r}, nil
	}
	return to, nil
}

// leastPassphrase is how long a passphrase has to be, in bytes: whoever has the file can
// try at leisure.
const leastPassphrase = 16

func readPassphrase(path string) (string, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("--passphrase-file: %w", err)
	}
	words := strings.TrimSpace(string(b))
	if len(words) < leastPassphrase {
		return "", fmt.Errorf("--passphrase-file: the passphrase has %d characters; use %d or more", len(words), leastPassphrase)
	}
	return words, nil
}

func writeBackup(env *environment, f io.Writer, to []age.Recipient) (backupEnd, error) {
	sealed, err := age.Encrypt(f, to...)
	if err != nil {
		return backupEnd{}, err
	}
	packed := gzip.NewWriter(sealed)
	w := &backupWriter{tar.NewWriter(packed), env.now()}
	end, err := w.all(env)
	return end, errors.Join(err, w.Close(), packed.Close(), sealed.Close())
}

type backupWriter struct {
	*tar.Writer
	made time.Time
}

// all writes rows, then keys, then uploads: what the rows name is there, since a file is
// stored before its row says so, and its key is made before both.
func (w *backupWriter) all(env *environment) (backupEnd, error) {
	end := backupEnd{Rows: map[string]int{}}
	parts := 0
	err := store.Dump(env.ctx, databaseOf(env), func(version int64) error {
		return w.entry(headEntry, backupHead{Format: backupFormat, Made: w.made.UTC(), Portal: buildVersion().Version, Tables: version})
	}, func(p store.Part) error {
		parts++
		end.Rows[p.Table] += len(p.Rows)
		return w.entry(fmt.Sprintf("%s%s/%06d.json", rowsEntry, p.Table, parts), plainPart(p))
	})
	if err != nil {
		return end, err
	}
	keys, err := os.ReadFile(filepath.Join(env.cfg.Data, keysEntry))
	if err != nil {
		return end, err
	}
	if err := w.bytes(keysEntry, keys); err != nil {
		return end, err
	}
	if end.Uploads, err = w.uploads(env); err != nil {
		return end, err
	}
	return end, w.entry(endEntry, end)
}

func (w *backupWriter) entry(name string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return w.bytes(name, b)
}

func (w *backupWriter) bytes(name string, b []byte) error {
	if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(b)), ModTime: w.made}); err != nil {
		return err
	}
	_, err := w.Write(b)
	return err
}

// uploads copies every blob as it lies, sealed. One that its family removes meanwhile is
// left out.
func (w *backupWriter) uploads(env *environment) (int, error) {
	bucket, err := openBucket(env)
	if err != nil {
		return 0, err
	}
	defer func() { _ = bucket.Close() }()
	n := 0
	for list := bucket.List(nil); ; {
		object, err := list.Next(env.ctx)
		if err == io.EOF {
			return n, nil
		}
		if err != nil {
			return n, err
		}
		b, err := bucket.ReadAll(env.ctx, object.Key) // up to intake.MaxSize
		if gcerrors.Code(err) == gcerrors.NotFound {
			continue
		}
		if err != nil {
			return n, err
		}
		if err := w.bytes(blobsEntry+object.Key, b); err != nil {
			return n, err
		}
		n++
	}
}

// databaseOf names the database of the settings, without keys.
func databaseOf(env *environment) store.Config {
	return store.Config{URL: env.cfg.DatabaseURL, Path: filepath.Join(env.cfg.Data, "huitong.db"), Now: env.now}
}

// jsonPart is a part as JSON has it: bytes are a list of one text in base 64.
type jsonPart struct {
	Table   string   `json:"table"`
	Columns []string `json:"columns"`
	Rows    [][]any  `json:"rows"`
}

func plainPart(p store.Part) jsonPart {
	out := jsonPart{p.Table, p.Columns, make([][]any, len(p.Rows))}
	for i, row := range p.Rows {
		out.Rows[i] = make([]any, len(row))
		for j, v := range row {
			if b, ok := v.([]byte); ok {
				v = [][]byte{append([]byte{}, b...)}
			}
			out.Rows[i][j] = v
		}
	}
	return out
}

// part returns what plainPart was given.
func (p jsonPart) part() (*store.Part, error) {
	for _, row := range p.Rows {
		for j, v := range row {
			switch v := v.(type) {
			case json.Number:
				n, err := v.Int64()
				if err != nil {
					return nil, err
				}
				row[j] = n
			case []any:
				b, err := bytesOf(v)
				if err != nil {
					return nil, err
				}
				row[j] = b
			}
		}
	}
	return &store.Part{Table: p.Table, Columns: p.Columns, Rows: p.Rows}, nil
}

var errBackupDamaged = errors.New("the backup is damaged, or not of a portal")

func bytesOf(list []any) ([]byte, error) {
	var one [][]byte
	b, err := json.Marshal(list)
	if err == nil {
		err = json.Unmarshal(b, &one)
	}
	if err != nil || len(one) != 1 {
		return nil, errBackupDamaged
	}
	return append([]byte{}, one[0]...), nil
}

// restoreCommand fills an empty portal from a backup.
type restoreCommand struct {
	File       string `arg:"" help:"File that portal backup wrote." type:"existingfile"`
	Identity   string `name:"identity-file" help:"File with the identity of a recipient, AGE-SECRET-KEY-1…." type:"existingfile"`
	Passphrase string `name:"passphrase-file" help:"File with the passphrase." type:"existingfile"`
	Check      bool   `help:"Only read it to its end, and write nothing."`
}

// Run restores into --data and --database-url, which must both be empty.
func (c restoreCommand) Run(env *environment) error {
	r, err := c.open()
	if err != nil {
		return err
	}
	defer func() { _ = r.file.Close() }()
	if c.Check {
		if err := r.readRows(func(store.Part) error { return nil }); err != nil {
			return fmt.Errorf("restore: %w", err)
		}
		end, err := r.rest(func(string, io.Reader) error { return nil })
		if err != nil {
			return fmt.Errorf("restore: %w", err)
		}
		fmt.Fprintf(env.out, "The backup of %s opens: %s.\n", r.head.Made.Format(time.RFC3339), end)
		return nil
	}
	secrets := filepath.Join(env.cfg.Data, keysEntry)
	if _, err := os.Lstat(secrets); err == nil {
		return fmt.Errorf("restore: %s is there already, and it may be the only key to what was sealed with it: name an empty directory with --data", secrets)
	}
	if err := os.MkdirAll(env.cfg.Data, 0o700); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	bucket, err := openBucket(env)
	if err != nil {
		return err
	}
	defer func() { _ = bucket.Close() }()
	if err := store.Restore(env.ctx, databaseOf(env), r.head.Tables, r.part); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	late := 0
	end, err := r.rest(func(name string, from io.Reader) error {
		if name == keysEntry {
			return writeKeys(secrets, from)
		}
		if !r.named[strings.TrimPrefix(name, blobsEntry)] {
			late++
			return nil
		}
		return putBlob(env.ctx, bucket, strings.TrimPrefix(name, blobsEntry), from)
	})
	if err != nil {
		return fmt.Errorf("restore: %w; the database is filled: empty it before you try again", err)
	}
	if late > 0 {
		fmt.Fprintf(env.out, "%d uploads came after the rows and belong to none: they were left out.\n", late)
	}
	fmt.Fprintf(env.out, "Restored from %s: %s. Now run portal doctor and portal audit verify.\n", r.head.Made.Format(time.RFC3339), end)
	return nil
}

func writeKeys(path string, from io.Reader) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, from)
	return errors.Join(err, f.Sync(), f.Close())
}

// putBlob writes one upload. A name with a slash is none of ours.
func putBlob(ctx context.Context, bucket *blob.Bucket, name string, from io.Reader) error {
	if name == "" || strings.ContainsAny(name, `/\`) || strings.HasPrefix(name, ".") {
		return errBackupDamaged
	}
	b, err := io.ReadAll(from)
	if err != nil {
		return err
	}
	return bucket.WriteAll(ctx, name, b, nil)
}

// backupReader reads a backup in the order in which it was written.
type backupReader struct {
	file    *os.File
	tar     *tar.Reader
	head    backupHead
	seen    backupEnd
	named   map[string]bool // what stands in the rows and may be the name of an upload
	pending *tar.Header     // read beyond the rows
}

func (c restoreCommand) open() (*backupReader, error) {
	ids, err := c.identities()
	if err != nil {
		return nil, err
	}
	f, err := os.Open(c.File)
	if err != nil {
		return nil, fmt.Errorf("restore: %w", err)
	}
	r := &backupReader{file: f, named: map[string]bool{}, seen: backupEnd{Rows: map[string]int{}}}
	if err := r.begin(ids); err != nil {
		return nil, errors.Join(fmt.Errorf("restore: %w", err), f.Close())
	}
	return r, nil
}

func (c restoreCommand) identities() ([]age.Identity, error) {
	switch {
	case c.Identity != "":
		f, err := os.Open(c.Identity)
		if err != nil {
			return nil, fmt.Errorf("--identity-file: %w", err)
		}
		defer func() { _ = f.Close() }()
		ids, err := age.ParseIdentities(f)
		if err != nil {
			return nil, fmt.Errorf("--identity-file: %w", err)
		}
		return ids, nil
	case c.Passphrase != "":
		words, err := readPassphrase(c.Passphrase)
		if err != nil {
			return nil, err
		}
		id, err := age.NewScryptIdentity(words)
		if err != nil {
			return nil, fmt.Errorf("--passphrase-file: %w", err)
		}
		return []age.Identity{id}, nil
	}
	return nil, errors.New("name what opens the backup: --identity-file or --passphrase-file")
}

func (r *backupReader) begin(ids []age.Identity) error {
	plain, err := age.Decrypt(bufio.NewReader(r.file), ids...)
	if err != nil {
		return err
	}
	unpacked, err := gzip.NewReader(plain)
	if err != nil {
		return fmt.Errorf("%w: %w", errBackupDamaged, err)
	}
	r.tar = tar.NewReader(unpacked)
	h, err := r.tar.Next()
	if err != nil || h.Name != headEntry || json.NewDecoder(r.tar).Decode(&r.head) != nil {
		return errBackupDamaged
	}
	if r.head.Format != backupFormat {
		return fmt.Errorf("the backup has format %d, this portal reads %d: use the portal that made it", r.head.Format, backupFormat)
	}
	return nil
}

// part returns the next rows; nil behind the last.
func (r *backupReader) part() (*store.Part, error) {
	h, err := r.tar.Next()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errBackupDamaged, err)
	}
	if !strings.HasPrefix(h.Name, rowsEntry) {
		r.pending = h
		return nil, nil
	}
	var p jsonPart
	d := json.NewDecoder(r.tar)
	d.UseNumber()
	if err := d.Decode(&p); err != nil {
		return nil, fmt.Errorf("%w: %w", errBackupDamaged, err)
	}
	r.seen.Rows[p.Table] += len(p.Rows)
	r.note(p.Rows)
	return p.part()
}

// note keeps what may be names of uploads. An upload that came while the backup was
// written has no row: nobody could open it, and nobody would ever delete it. Which columns
// name uploads is not asked, so that a table of tomorrow cannot be forgotten here.
func (r *backupReader) note(rows [][]any) {
	for _, row := range rows {
		for _, v := range row {
			text, ok := v.(string)
			if !ok {
				continue
			}
			for _, word := range strings.FieldsFunc(text, func(c rune) bool { return !strings.ContainsRune("0123456789abcdef", c) }) {
				if len(word) == vault.FileIDLength {
					r.named[word] = true
				}
			}
		}
	}
}

func (r *backupReader) readRows(take func(store.Part) error) error {
	for {
		p, err := r.part()
		if err != nil || p == nil {
			return err
		}
		if err := take(*p); err != nil {
			return err
		}
	}
}

// rest gives what comes behind the rows to take, and fails unless the end is there and
// says as much as was read.
func (r *backupReader) rest(take func(name string, from io.Reader) error) (backupEnd, error) {
	for h := r.pending; ; {
		if h == nil {
			return r.seen, errBackupDamaged
		}
		if h.Name == endEntry {
			return r.seen, r.finish()
		}
		if h.Name != keysEntry && !strings.HasPrefix(h.Name, blobsEntry) {
			return r.seen, errBackupDamaged
		}
		if err := take(h.Name, r.tar); err != nil {
			return r.seen, err
		}
		if h.Name != keysEntry {
			r.seen.Uploads++
		}
		var err error
		if h, err = r.tar.Next(); err != nil {
			return r.seen, fmt.Errorf("%w: %w", errBackupDamaged, err)
		}
	}
}

func (r *backupReader) finish() error {
	var end backupEnd
	if err := json.NewDecoder(r.tar).Decode(&end); err != nil || fmt.Sprint(end) != fmt.Sprint(r.seen) {
		return errBackupDamaged
	}
	if _, err := r.tar.Next(); err != io.EOF {
		return errBackupDamaged
	}
	return nil
}
