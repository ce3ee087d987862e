package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
	"huitong/portal/casework"
)

// ownDataPage is where a family takes a copy of what is kept of it, corrects it,
// withdraws, or has it deleted: Personal Information Protection Law (个人信息保护法),
// articles 44 to 47.
type ownDataPage struct {
	page
	State    string
	Correct  string // where a draft is corrected; "" once it is handed in
	Withdraw bool
	Erasable bool
	Version  int
	Changed  bool // something happened between reading and sending
	Pass     pass
	Renewed  bool // the query code has just been changed
}

func (s *Server) showOwnData(c *fiber.Ctx, a *apply.Application) error {
	return s.renderOwnData(c, a, false)
}

func (s *Server) renderOwnData(c *fiber.Ctx, a *apply.Application, changed bool) error {
	t := s.words(c)
	view := ownDataPage{page: s.page(c, "track.data.title"), State: string(a.State.Public()), Version: a.Version, Erasable: a.Erasable(), Changed: changed, Pass: passOf(a), Renewed: c.Query("renewed") == "1"}
	view.NoIndex, view.Of = true, string(a.Reference)
	view.Crumbs = []crumb{{t("track.title"), "/track"}, {t("track.status.title"), "/track/status"}}
	view.Withdraw = a.State != apply.Draft && a.Can(apply.Withdraw, apply.FamilyActor)
	if p, ok := s.policy(c, a.Policy); ok && a.State == apply.Draft {
		view.Correct = applyPath(p, "review")
	}
	return s.render(c, "track-data", view)
}

// ownData is the copy: what was answered, agreed to and done, with the words of the
// form and the values that programs read.
type ownData struct {
	Taken     time.Time      `json:"taken"`
	Number    string         `json:"number"`
	Policy    string         `json:"policy"`
	Title     string         `json:"title,omitempty"`
	State     string         `json:"state"`
	Created   time.Time      `json:"created"`
	Submitted *time.Time     `json:"submitted,omitempty"`
	Answers   []ownAnswer    `json:"answers"`
	Papers    []ownPaper     `json:"papers,omitempty"`
	Consent   *apply.Consent `json:"consent,omitempty"`
	Contact   *ownContact    `json:"contact,omitempty"`
	Helped    *ownHelp       `json:"helped,omitempty"`
	History   []ownEvent     `json:"history"`
	Told      []ownTelling   `json:"told,omitempty"` // of what the offices did between themselves
}

// ownHelp is who helped to fill it in, and what the family agreed to.
type ownHelp struct {
	Name     string    `json:"name"`
	Town     string    `json:"town"`
	Village  string    `json:"village"`
	Relation string    `json:"relation"` // of who agreed
	Means    string    `json:"means"`    // in-person or by-phone
	Notice   string    `json:"notice"`   // version of the words agreed to
	Agreed   time.Time `json:"agreed"`
}

// ownContact is where messages go.
type ownContact struct {
	Channel string    `json:"channel"` // sms or email
	Address string    `json:"address"`
	Changes bool      `json:"changes"`   // told of every change
	Whole   bool      `json:"household"` // for all applications of the household
	Notice  string    `json:"notice"`    // version of the words agreed to
	Agreed  time.Time `json:"agreed"`
}

type ownAnswer struct {
	Name     string `json:"name"`
	Question string `json:"question,omitempty"`
	Value    string `json:"value"`
	Shown    string `json:"shown,omitempty"`
}

// ownPaper is a document that was asked for, with what was given.
type ownPaper struct {
	Name    string         `json:"name"`
	Title   string         `json:"title,omitempty"`
	OnPaper bool           `json:"onPaper"` // brought to the office
	Files   []ownPaperFile `json:"files,omitempty"`
}

// ownPaperFile is a photo or PDF of it. Its address opens in a browser that follows the application.
type ownPaperFile struct {
	Kind  string    `json:"kind"`
	Size  int64     `json:"size"` // bytes
	Added time.Time `json:"added"`
	State string    `json:"state"` // of the search for viruses
	At    string    `json:"at"`
}

type ownEvent struct {
	At     time.Time `json:"at"`
	Move   string    `json:"move"`
	By     string    `json:"by"` // family or staff
	Text   string    `json:"text,omitempty"`
	Reason string    `json:"reason,omitempty"`

	Grounds []ownGround `json:"grounds,omitempty"` // of a refusal
}

// ownGround is one of the reasons that the office chose from its list.
type ownGround struct {
	Name string `json:"name"`
	Says string `json:"says"`
	More string `json:"more,omitempty"`
}

// sendOwnData sends the copy as a file. It holds numbers that pages mask, so it
// takes a press of a button, and the audit notes it.
func (s *Server) sendOwnData(c *fiber.Ctx, a *apply.Application) error {
	err := s.cases.Audit.RecordAccess(c.UserContext(), casework.AuditEntry{Actor: apply.Family, Action: casework.CopyCase, Reference: a.Reference})
	if err != nil {
		return err
	}
	data := s.ownDataOf(c, a)
	if data.Contact, err = s.ownContactOf(c, a); err != nil {
		return err
	}
	if data.Helped, err = s.ownHelpOf(c, a); err != nil {
		return err
	}
	if data.Told, err = s.ownTellings(c, a); err != nil {
		return err
	}
	file, err := json.MarshalIndent(data, "", "  ")
	if err != nil {
		return fmt.Errorf("write copy of an application: %w", err)
	}
	c.Attachment("application.json") // a name that says nothing
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSONCharsetUTF8)
	return c.Send(file)
}

// ownHelpOf returns nil if nobody helped.
func (s *Server) ownHelpOf(c *fiber.Ctx, a *apply.Application) (*ownHelp, error) {
	part, from, err := s.cases.TakeOvers.HelpOf(c.UserContext(), a.Reference)
	if errors.Is(err, apply.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	agreed := part.Consent
	return &ownHelp{from.Name, s.townName(c, from.Area), from.Village, agreed.Relation, string(agreed.Means), agreed.Notice, agreed.At}, nil
}

// ownContactOf returns nil if no messages were asked for.
func (s *Server) ownContactOf(c *fiber.Ctx, a *apply.Application) (*ownContact, error) {
	known, err := s.cases.Contacts.Contact(c.UserContext(), a.Reference)
	if errors.Is(err, apply.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &ownContact{string(known.Channel), known.Address, known.Changes, known.Household, known.Notice, known.Agreed}, nil
}

func (s *Server) ownDataOf(c *fiber.Ctx, a *apply.Application) ownData {
	out := ownData{
		Taken: s.now().UTC(), Number: a.Reference.Grouped(), Policy: a.Policy, State: string(a.State.Public()), Created: a.Created,
		Answers: []ownAnswer{}, History: []ownEvent{},
	}
	if !a.Submitted.IsZero() {
		out.Submitted, out.Consent = &a.Submitted, &a.Consent
	}
	known := map[string]bool{}
	if p, ok := s.policy(c, a.Policy); ok {
		out.Title = s.contentText(c, p.Title(visitOf(c).Lang.Code))
		eachQuestion(p, func(_ string, q *content.Question) {
			if value := a.Answers[q.Name]; value != "" {
				known[q.Name] = true
				out.Answers = append(out.Answers, ownAnswer{q.Name, s.contentText(c, q.Label), value, s.contentText(c, q.OptionLabel(value))})
			}
		})
	}
	for _, name := range slices.Sorted(maps.Keys(a.Answers)) {
		if !known[name] {
			out.Answers = append(out.Answers, ownAnswer{Name: name, Value: a.Answers[name]})
		}
	}
	out.Papers = s.ownPapers(c, a)
	for _, e := range a.Events {
		if e.Move.Quiet() {
			continue
		}
		out.History = append(out.History, ownEvent{e.At, string(e.Move), string(e.Actor.Kind), e.Text, e.Reason, s.ownGrounds(c, e)})
	}
	return out
}

// ownPapers lists the documents for which something was given, those first that the policy
// asks for.
func (s *Server) ownPapers(c *fiber.Ctx, a *apply.Application) []ownPaper {
	titles, names := map[string]string{}, []string{}
	if p, ok := s.policy(c, a.Policy); ok {
		for _, d := range p.Documents {
			titles[d.Name] = s.contentText(c, d.Title)
			names = append(names, d.Name)
		}
	}
	titles[apply.OtherDocument] = s.words(c)("documents.other")
	names = append(names, apply.OtherDocument)
	for _, f := range a.Files { // of a document that the policy no longer asks for
		if !slices.Contains(names, f.Document) {
			names = append(names, f.Document)
		}
	}
	var out []ownPaper
	for _, name := range names {
		one := ownPaper{Name: name, Title: titles[name], OnPaper: a.OnPaper(name)}
		for _, f := range a.FilesOf(name) {
			one.Files = append(one.Files, ownPaperFile{f.Kind, f.Size, f.Added, string(f.State), s.base + "/track/files/" + f.ID})
		}
		if one.OnPaper || len(one.Files) > 0 {
			out = append(out, one)
		}
	}
	return out
}

func (s *Server) ownGrounds(c *fiber.Ctx, e apply.Event) []ownGround {
	var out []ownGround
	for _, g := range e.Grounds {
		said := s.saidGround(c, g)
		out = append(out, ownGround{g.ID, said.Title, said.Text})
	}
	return out
}

// eraseOwnData deletes the application, and what the browser kept of it.
func (s *Server) eraseOwnData(c *fiber.Ctx, a *apply.Application) error {
	version, err := strconv.Atoi(c.FormValue("version"))
	if err != nil {
		return fiber.ErrBadRequest
	}
	err = s.cases.Erasure.Erase(c.UserContext(), a.Reference, version)
	if errors.Is(err, apply.ErrConflict) {
		if a, err = s.cases.Desk.ApplicationByReference(c.UserContext(), a.Reference); err != nil {
			return err
		}
		c.Status(fiber.StatusConflict)
		return s.renderOwnData(c, a, true)
	}
	if err != nil {
		return err
	}
	if err := s.letGo(c); err != nil {
		return err
	}
	c.Set("Clear-Site-Data", `"cache", "storage"`)
	return s.redirect(c, "/track?erased=1")
}
