package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
	"huitong/portal/intake"
)

// Fields of the documents page. The input of a document is named by
// [apply.DocumentField].
const (
	paperField    = "paper"    // documents brought on paper
	papersField   = "-papers"  // the ticks of the page are complete
	replacesField = "replace-" // and the file's ID: a file in its place
	formStay      = "-stay"    // document to come back to
	formRemove    = "-remove"  // ID of a file
)

// maxUploads is how many files are held in memory at once; more wait for their turn.
const (
	maxUploads = 16
	uploadWait = 30 * time.Second
)

// filing is the place where the files of one application are given: in a draft, or
// where the office asks for more.
type filing struct {
	policy *content.Policy // nil if it is no longer published
	app    *apply.Application
	base   string // address of the page of all documents
	member string // what the address ends with: the child, in a household
	files  string // where its files are
	one    string // the document of the page; "" for all
	late   bool   // what was posted came from a page that was too old, and was not kept
}

func (f filing) draft() bool { return f.app.State == apply.Draft }

// owner stands for the application in a browser that others use as well: the pages of
// two families have one address, and what one has begun to send is never sent to the other.
func (f filing) owner() string {
	sum := sha256.Sum256([]byte("uploads of " + string(f.app.Reference)))
	return hex.EncodeToString(sum[:12])
}

// documents lists what can be attached. What the office asks for need not be in the
// policy's list.
func (f filing) documents() []content.Document {
	var out []content.Document
	if f.policy != nil {
		out = apply.Form{Policy: f.policy}.Documents(f.app.Answers)
	}
	if !f.draft() {
		out = append(out, content.Document{Name: apply.OtherDocument})
	}
	return out
}

func (f filing) knows(document string) bool {
	return slices.ContainsFunc(f.documents(), func(d content.Document) bool { return d.Name == document })
}

type documentsPage struct {
	draft
	Progress  progress
	Filing    bool // for an application that was submitted before
	Alone     bool // the page is that of one document
	First     bool // the documents begin here
	Late      bool // photos came from a page that was too old
	Action    string
	Owner     string // stands for the application, where a browser keeps what is being sent
	Documents []documentField
	Elsewhere []string // titles of what departments check between themselves
	MaxSize   int      // megabytes
	MaxFiles  int
	Back      string
	Review    bool
	Problems  []problem
}

// documentField is one document with what is attached for it.
type documentField struct {
	Name, Title, Text string
	Lang              string // of title and text
	Alone             bool   // its title is that of the page
	Elder             bool   // the camera has its own button
	Example           string // how to take the photo
	Optional          bool
	Files             []shownFile
	Full              bool        // no more can be added
	Offer             *paperOffer // what another application of the household has for it
	OnPaper           bool
	Errors            []string
	Heard             heard
	wrong             passage // where the first of Errors can be heard
}

// Field returns the name of the input.
func (d documentField) Field() string { return apply.DocumentField(d.Name) }

// ID returns the id of the input, or of what takes its place when no more can be added.
func (d documentField) ID() string { return "f-" + d.Field() }

// DescribedBy lists the ids of what is said of the input.
func (d documentField) DescribedBy() string {
	ids := []string{d.ID() + "-help"}
	if len(d.Errors) > 0 {
		ids = append(ids, d.ID()+"-error")
	}
	return strings.Join(ids, " ")
}

func documentsPath(p *content.Policy) string { return applyPath(p, apply.DocumentsPage) }

// hasDocuments reports whether the family is asked for documents after these answers.
func hasDocuments(p *content.Policy, a apply.Answers) bool {
	return len(apply.Form{Policy: p}.Documents(a)) > 0
}

func (s *Server) draftFiling(p *content.Policy, a *apply.Application) filing {
	return filing{policy: p, app: a, base: documentsPath(p), member: memberPath("", a), files: applyPath(p, "files") + "/"}
}

func (s *Server) showDocuments(c *fiber.Ctx, p *content.Policy, a *apply.Application) error {
	if !hasDocuments(p, a.Answers) {
		return s.redirect(c, applyPath(p, "review"))
	}
	f := s.draftFiling(p, a)
	if visitOf(c).Mode == modeElder {
		return s.redirect(c, withReview(c, f.at(s.openPaper(f))))
	}
	return s.renderDocuments(c, f, comesFromReview(c), nil)
}

// saveDocuments keeps what the page of all documents brought.
func (s *Server) saveDocuments(c *fiber.Ctx, p *content.Policy, a *apply.Application) error {
	return s.saveFiling(c, s.draftFiling(p, a))
}

// saveFiling keeps files and ticks. What is refused is told beside its document;
// whatever else the page brought is kept.
func (s *Server) saveFiling(c *fiber.Ctx, f filing) error {
	values, invalid, err := s.takeFiles(c, f)
	if errors.Is(err, errStaleForm) {
		return s.chooseAgain(c, f)
	}
	if err != nil {
		return err
	}
	if f.app, err = s.cases.Desk.ApplicationByReference(c.UserContext(), f.app.Reference); err != nil {
		return err
	}
	f.app = s.asOfToday(f.policy, f.app)
	borrowed := values.Get(formBorrow)
	if borrowed != "" {
		refused, err := s.borrow(c, f, borrowed)
		if err != nil {
			return err
		}
		invalid = append(invalid, refused...)
	}
	review := values.Get(formTo) == "review"
	to := f.action()
	if review {
		to = withParam(to, formTo[1:], "review")
	}
	switch stay := values.Get(formStay); {
	case len(invalid) > 0:
		return s.renderDocuments(c, f, review, invalid)
	case wayOut(values.Get) != "":
		return s.leaveDocuments(c, f, wayOut(values.Get), review)
	case borrowed != "" && f.knows(borrowed):
		return s.redirect(c, to+"#"+borrowed)
	case stay != "" && f.knows(stay):
		return s.redirect(c, to+"#"+stay)
	case values.Get(formRemove) != "", stay != "":
		return s.redirect(c, to)
	}
	for _, problem := range s.missing(f) {
		if problem.Section == apply.DocumentsPage && (f.one == "" || problem.Field == apply.DocumentField(f.one)) {
			invalid = append(invalid, problem)
		}
	}
	if len(invalid) > 0 {
		return s.renderDocuments(c, f, review, invalid)
	}
	return s.redirect(c, s.afterPaper(c, f, review))
}

// chooseAgain shows the page anew where the posted one was too old, or of another
// application. No page can give photos back, so it says that they are to be chosen again.
func (s *Server) chooseAgain(c *fiber.Ctx, f filing) error {
	f.late = true
	c.Status(fiber.StatusForbidden)
	return s.renderDocuments(c, f, comesFromReview(c), nil)
}

// leaveDocuments follows a way out of the page, on which everything is saved.
func (s *Server) leaveDocuments(c *fiber.Ctx, f filing, way string, review bool) error {
	switch {
	case way == wayStatus:
		return s.redirect(c, ways[wayStatus])
	case way != wayBack:
		return s.redirect(c, askingFirst(f.policy, f.app, way))
	}
	return s.redirect(c, f.beforePaper(c, review))
}

func (s *Server) missing(f filing) apply.Invalid {
	_, missing := f.app.Missing(apply.Form{Policy: f.policy}, s.now())
	return missing
}

// takeFiles reads the posted page: it keeps its files as they come, then its ticks,
// and removes what is to be removed. What is wrong with files comes back as Invalid.
func (s *Server) takeFiles(c *fiber.Ctx, f filing) (url.Values, apply.Invalid, error) {
	var invalid apply.Invalid
	known := func(err error) error {
		var found apply.Invalid
		if errors.As(err, &found) {
			invalid = append(invalid, found...)
			return nil
		}
		return err
	}
	var before url.Values // what stood before the file
	var piece []byte
	check := func(c *fiber.Ctx, values url.Values) error {
		before = values
		if of := values.Get(ofField); of != "" && of != string(f.app.Reference) {
			return errStaleForm // what comes belongs to another application of this browser
		}
		return s.checkPosted(c, values)
	}
	values, err := s.readFormBy(c, check, func(file sent) error {
		if before.Has(uploadField) {
			piece = file.body
			return nil
		}
		return known(s.takeFile(c, f, file))
	})
	if err == nil && values.Has(uploadField) {
		err = known(s.takePart(c, f, values, piece))
	}
	if err != nil {
		return nil, nil, err
	}
	if values.Get(papersField) != "" {
		papers := map[string]bool{}
		for _, d := range f.shown() {
			papers[d.Name] = slices.Contains(values[paperField], d.Name)
		}
		if err := s.cases.Files.SetPapers(c.UserContext(), f.app.Reference, papers); err != nil {
			return nil, nil, err
		}
	}
	if id := values.Get(formRemove); id != "" {
		if err := s.cases.Files.RemoveFile(c.UserContext(), f.app.Reference, id); err != nil {
			return nil, nil, err
		}
	}
	return values, invalid, nil
}

// takeFile cleans and keeps one file.
func (s *Server) takeFile(c *fiber.Ctx, f filing, file sent) error {
	n := apply.NewFile{Document: strings.TrimPrefix(file.field, apply.DocumentField(""))}
	if id, ok := strings.CutPrefix(file.field, replacesField); ok {
		old, _ := f.app.File(id)
		n.Document, n.Replaces = old.Document, id
	}
	if !f.knows(n.Document) {
		return fiber.ErrBadRequest
	}
	err := s.clean(c, file, n, func(n apply.NewFile) error {
		_, err := s.cases.Files.AddFile(c.UserContext(), f.app.Reference, n)
		return err
	})
	if errors.Is(err, apply.ErrNotKept) { // the family can go on: on paper, or later
		return s.notKept(c, n.Document, err)
	}
	var refusal *intake.RefusedError
	if errors.As(err, &refusal) {
		return apply.Invalid{{
			Section: apply.DocumentsPage, Field: apply.DocumentField(n.Document),
			Key: fmt.Sprintf("error.file.%s", refusal.Reason), Args: map[string]any{"Max": intake.MaxSize >> 20},
		}}
	}
	return err
}

func (s *Server) notKept(c *fiber.Ctx, document string, err error) error {
	s.log.LogAttrs(c.UserContext(), slog.LevelError, "upload not kept", slog.String("request", requestID(c)), slog.Any("error", err))
	return apply.Invalid{{Section: apply.DocumentsPage, Field: apply.DocumentField(document), Key: apply.KeyFileNotKept}}
}

// clean puts what is kept of a file that arrived into n and hands it on, few at a time.
// The error is an [intake.RefusedError] for what cannot be taken.
func (s *Server) clean(c *fiber.Ctx, file sent, n apply.NewFile, keep func(apply.NewFile) error) error {
	ctx, cancel := context.WithTimeout(wholeTime(c), uploadWait)
	defer cancel()
	if err := s.uploads.Acquire(ctx, 1); err != nil {
		return fiber.ErrServiceUnavailable
	}
	defer s.uploads.Release(1)
	if file.large {
		return &intake.RefusedError{Reason: intake.TooLarge}
	}
	cleaned, err := s.cleaner.Clean(ctx, file.body)
	switch {
	case ctx.Err() != nil && errors.Is(err, ctx.Err()): // others' large pictures came first
		return fiber.ErrServiceUnavailable
	case err != nil:
		return err
	}
	s.renewTime(c) // waiting for a turn took none of what the store may take
	digest := sha256.Sum256(file.body)
	n.Kind, n.Body, n.Small, n.Digest = string(cleaned.Kind), cleaned.Body, cleaned.Small, digest[:]
	return keep(n)
}

func (s *Server) renderDocuments(c *fiber.Ctx, f filing, review bool, invalid apply.Invalid) error {
	view := documentsPage{Filing: !f.draft(), Action: f.action(), Owner: f.owner(), MaxSize: intake.MaxSize >> 20, MaxFiles: apply.MaxFiles, Review: review}
	if f.draft() {
		view.draft = s.newDraft(c, f.policy, f.app, s.words(c)("documents.title"))
		s.fillWay(c, &view, f)
	} else {
		s.askedDraft(c, &view, f)
	}
	view.Scripts, view.Late = []string{"upload.js", "speech.js"}, f.late
	offers, err := s.paperOffers(c, f)
	if err != nil {
		return err
	}
	for _, d := range f.shown() {
		one := s.documentField(c, view.page, f, d, invalid)
		one.Offer = offers[d.Name]
		view.Documents = append(view.Documents, one)
	}
	for _, d := range view.Documents {
		for _, words := range d.Errors {
			view.Problems = append(view.Problems, problem{d.ID(), d.Title + s.words(c)("punctuation.colon") + words, d.wrong})
		}
	}
	if len(view.Problems) > 0 {
		s.wrong(c, &view.page)
	}
	if !view.Alone {
		return s.render(c, "documents", view)
	}
	view.Heading = view.Documents[0].Title
	return s.render(c, "document", view)
}

// fillWay says where the page stands between those of the form.
func (s *Server) fillWay(c *fiber.Ctx, p *documentsPage, f filing) {
	p.Alone, p.First = f.one != "", f.place() <= 0
	p.Progress = progressAfter(c, f.policy, f.app.Answers, max(f.place(), 0)+1, stepsAfter(f.policy, f.app.Answers, p.Elder()))
	p.Crumbs = append(p.Crumbs, crumb{p.Short, applyPath(f.policy, "")})
	p.Short, p.Back = p.Heading, f.beforePaper(c, p.Review)
	p.Return = p.Back
	if p.Elder() {
		p.posting()
	}
	if p.Alone && f.neighbour(1) != "" {
		return // what need not be given is told at the end
	}
	for _, d := range f.policy.DocumentsFor(content.Answers(f.app.Answers)) {
		if d.Holder == "department" {
			p.Elsewhere = append(p.Elsewhere, s.contentText(c, d.Title))
		}
	}
}

// trackedPage is a page below the state of a followed application.
func (s *Server) trackedPage(c *fiber.Ctx, f filing, titleID string) page {
	t := s.words(c)
	p := s.page(c, titleID)
	p.NoIndex, p.Of = true, string(f.app.Reference)
	p.Crumbs = []crumb{{t("track.title"), "/track"}, {t("track.status.title"), "/track/status"}}
	p.Column = column{Name: t("track.title"), About: t("track.lead"), Path: "/track"}
	if f.policy != nil {
		p.ContentLang = p.Lang.shows(f.policy.Lang)
	}
	return p
}

func (s *Server) documentField(c *fiber.Ctx, p page, f filing, d content.Document, invalid apply.Invalid) documentField {
	t := s.words(c)
	out := documentField{
		Name: d.Name, Title: s.contentText(c, d.Title), Text: s.contentText(c, d.Text), Optional: !d.Required,
		Alone: f.one != "", Elder: p.Elder(), Example: s.example(c, d.Name), OnPaper: f.app.OnPaper(d.Name), Files: s.shownFiles(c, f.app, d.Name, f.files),
	}
	if d.Name == apply.OtherDocument {
		out.Title, out.Text = t("documents.other"), t("documents.other.about")
	} else if p.Foreign() {
		out.Lang = p.ContentLang
	}
	out.Full = len(out.Files) >= apply.MaxFiles
	for _, wrong := range invalid {
		if wrong.Field == out.Field() {
			if words := s.problemWords(c, wrong, true); !slices.Contains(out.Errors, words) {
				out.Errors = append(out.Errors, words)
			}
			if out.wrong.Part == "" {
				out.wrong = wrongAt(f.policy.Slug, d.Name, wrong.Key)
			}
		}
	}
	at := passage{f.policy.Slug, documentPrefix + d.Name}
	if out.wrong.Part != "" {
		at = joint(out.wrong, at)
	}
	out.Heard = s.heardHere(p.Lang, at, out.Title, p.ContentLang, ".upload")
	return out
}

// examples are the documents for which the interface says in particular how to take
// the photo; for others it says it in general.
var examples = []string{
	"household-register", "id-card", "photo", "bank-book", "application-form", "disability-card",
	"death-proof", "illness-record", "medical-record", "invoices", "school-proof",
}

func (s *Server) example(c *fiber.Ctx, document string) string {
	if slices.Contains(examples, document) {
		return s.words(c)(fmt.Sprintf("documents.example.%s", document))
	}
	return s.words(c)("documents.example")
}
