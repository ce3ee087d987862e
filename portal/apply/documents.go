package apply

import (
	"log/slog"
	"slices"
	"strings"
	"time"

	"huitong/content"
)

// DocumentsPage is the name of the form's page on which papers are attached.
const DocumentsPage = "documents"

// OtherDocument stands for what the office asks for beyond the policy's list.
const OtherDocument = "other"

// How many files an application may hold: for one document, and in all.
const (
	MaxFiles    = 6
	MaxFilesAll = 40
)

// FileState is what is known of a file.
type FileState string

// The states of a file.
const (
	FilePending  FileState = "pending"  // not yet checked for viruses
	FileClean    FileState = "clean"    // checked, nothing found
	FileInfected FileState = "infected" // kept apart: nobody can open it
	FileFailed   FileState = "failed"   // the check did not succeed and is tried again
)

// FileStates lists all states of a file.
func FileStates() []FileState {
	return []FileState{FilePending, FileClean, FileInfected, FileFailed}
}

// File is a photo or PDF that a family has attached for one of the documents. It has
// no name of its own: the one on the family's phone is never kept.
type File struct {
	ID       string // random
	Document string // name of the document in the policy
	Kind     string // jpeg or pdf
	Size     int64  // bytes
	State    FileState
	Added    time.Time
}

// LogValue implements slog.LogValuer: kind, size and state.
func (f File) LogValue() slog.Value {
	return slog.GroupValue(slog.String("kind", f.Kind), slog.Int64("size", f.Size), slog.String("state", string(f.State)))
}

// NewFile is a file to attach.
type NewFile struct {
	Document string
	Kind     string
	Body     []byte
	Small    []byte // picture to recognise it by; empty for none
	Digest   []byte // of what was sent: the same file again adds nothing
	Replaces string // ID of a file that goes when this one is there; empty for none
}

// Part is a piece of a file that comes over a weak network, in order.
type Part struct {
	Whole    string // SHA-256 of the file, by which it is known again
	Size     int64  // of the file
	Document string
	Replaces string // as in [NewFile]
	At       int64  // where the piece begins
	Body     []byte
}

// Documents lists the documents that the family is asked for after these answers.
// What departments check between themselves is not among them.
func (f Form) Documents(a Answers) []content.Document {
	return slices.DeleteFunc(f.Policy.DocumentsFor(content.Answers(a)), func(d content.Document) bool {
		return d.Holder == "department"
	})
}

// Moot lists the files of a draft for documents that its answers no longer ask for. The
// family sees them on no page, so they are not handed in: minimum collection, Personal
// Information Protection Law (个人信息保护法), article 6.
func (f Form) Moot(a *Application) []File {
	moot := map[string]bool{} // a name that has left the policy's file may be a renamed one
	for _, d := range f.Policy.Documents {
		moot[d.Name] = true
	}
	for _, d := range f.Documents(a.Answers) {
		delete(moot, d.Name)
	}
	return slices.DeleteFunc(slices.Clone(a.Files), func(one File) bool { return !moot[one.Document] })
}

// DocumentField names the input of a document, and the field of its problems.
func DocumentField(name string) string { return "document-" + name }

// FilesOf returns the files attached for a document, oldest first.
func (a *Application) FilesOf(document string) []File {
	var out []File
	for _, f := range a.Files {
		if f.Document == document {
			out = append(out, f)
		}
	}
	return out
}

// File returns the file with this ID.
func (a *Application) File(id string) (File, bool) {
	i := slices.IndexFunc(a.Files, func(f File) bool { return f.ID == id })
	if i < 0 {
		return File{}, false
	}
	return a.Files[i], true
}

// OnPaper reports whether the family brings a document on paper.
func (a *Application) OnPaper(document string) bool { return slices.Contains(a.Papers, document) }

// TakesFiles reports whether the family can attach and remove files now.
func (a *Application) TakesFiles() bool { return a.State == Draft || a.State == MoreNeeded }

// CheckRoom says what is wrong with one more file for a document that has so many,
// in an application that has so many in all.
func (a *Application) CheckRoom(document string, files, all int) error {
	switch {
	case !a.TakesFiles():
		return &TransitionError{From: a.State, Move: "attach to", By: FamilyActor}
	case files >= MaxFiles:
		return Invalid{{Section: DocumentsPage, Field: DocumentField(document), Key: KeyFilesMany, Args: map[string]any{"Max": MaxFiles}}}
	case all >= MaxFilesAll:
		return Invalid{{Section: DocumentsPage, Field: DocumentField(document), Key: KeyFilesAll, Args: map[string]any{"Max": MaxFilesAll}}}
	}
	return nil
}

// Removable reports whether the family can take a file back. What the office has
// received stays with it, unless it was found to be harmful.
func (a *Application) Removable(f File) bool {
	switch a.State {
	case Draft:
		return true
	case MoreNeeded:
		return f.State == FileInfected || a.added(f)
	}
	return false
}

// added reports whether the file came after the office last asked for more.
func (a *Application) added(f File) bool {
	asked, ok := a.Last(AskMore)
	return ok && a.State == MoreNeeded && f.Added.After(asked.At)
}

// Missing checks the whole: the form as [Form.Complete] does, and the documents that
// the policy requires. One that is brought on paper is not missing.
func (a *Application) Missing(f Form, today time.Time) (Answers, Invalid) {
	answers, out := f.Complete(a.Answers, today)
	return answers, append(out, a.missingDocuments(f, answers)...)
}

func (a *Application) missingDocuments(f Form, answers Answers) Invalid {
	var out Invalid
	for _, d := range f.Documents(answers) {
		if !f.insists(d, answers) || a.OnPaper(d.Name) || a.hasUsable(d.Name) {
			continue
		}
		out = append(out, Problem{Section: DocumentsPage, Field: DocumentField(d.Name), Key: KeyDocumentMissing})
	}
	return out
}

// insists reports whether the policy requires a document for certain: one that may
// turn out not to be needed never keeps anybody from submitting.
func (f Form) insists(d content.Document, a Answers) bool {
	return d.Required && (d.When.Empty() || f.Policy.Eval(d.When, content.Answers(a)) == content.True)
}

func (a *Application) hasUsable(document string) bool {
	return slices.ContainsFunc(a.Files, func(f File) bool { return f.Document == document && f.State != FileInfected })
}

// supplied reports whether anything came since the office asked for more.
func (a *Application) supplied(text string) bool {
	return strings.TrimSpace(visible(text)) != "" || slices.ContainsFunc(a.Files, a.added)
}
