package web

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
	"huitong/portal/casework"
	"huitong/static"
)

// Field keeps the devices with which directors work where there is no network, and
// takes what they send.
type Field interface {
	AddDevice(ctx context.Context, by apply.Actor, token apply.Token) (casework.Device, error)
	DeviceKnown(ctx context.Context, id string) (bool, error)
	SeeDevice(ctx context.Context, by apply.Actor, id string, token apply.Token) error
	OpenBoxed(ctx context.Context, by apply.Actor, b casework.Boxed) ([]byte, error)
	SendTyped(ctx context.Context, by apply.Actor, once casework.Once, typed casework.Typed) (apply.Reference, error)
	SentAs(ctx context.Context, by apply.Actor, key string) (apply.Reference, error)
}

// The page at fieldKitPath holds nothing of anybody: browsers keep it to be opened without a
// network. Everything else of the kit belongs to who is signed in.
const (
	fieldPath    = "/staff/field"
	fieldKitPath = "/field-kit"
)

func (s *Server) fieldKitRoutes() []route {
	if s.cases.Field == nil {
		return nil
	}
	const get, post, needs = fiber.MethodGet, fiber.MethodPost, casework.WorkOffline
	return append(s.desk([]deskRoute{
		{get, fieldPath, needs, s.showField, 0},
		{get, fieldPath + "/kit", needs, s.sendKit, 0},
		{post, fieldPath + "/device", needs, s.addDevice, limited},
		{post, fieldPath + "/send", needs, s.takeFromField, 0},
	}),
		route{get, fieldKitPath, s.showFieldKit, 0},
		route{get, fieldKitPath + "/state", s.sendKitState, guarded | private})
}

type fieldPage struct{ staffPage }

// showField says what there is, and leads to each job: all of them work here, too,
// while there is a network.
func (s *Server) showField(c *fiber.Ctx, u casework.User) error {
	return s.render(c, "staff-field", fieldPage{s.newStaffPage(c, u, "field.title")})
}

// fieldKitPage is the page that works without a network.
type fieldKitPage struct {
	page
	Words   []kitWord
	Modules []kitWord
}

// kitWord is a text, or an address, that the scripts find by its name.
type kitWord struct{ Key, Text string }

// kitModules are the scripts that the page's own one loads; kitAssets is all that must be
// kept for it.
var kitModules = []string{"field-store.js", "field-outbox.js", "field-form.js"}

func (s *Server) showFieldKit(c *fiber.Ctx) error {
	p := fieldKitPage{page: s.page(c, "field.title")}
	p.onDesk()
	p.Scripts = []string{"field-kit.js"}
	p.Crumbs = []crumb{{s.words(c)("staff.title"), "/staff"}}
	for _, key := range kitWords {
		p.Words = append(p.Words, kitWord{key, s.words(c)(fmt.Sprintf("field.js.%s", key))})
	}
	for _, name := range kitModules {
		p.Modules = append(p.Modules, kitWord{strings.TrimSuffix(name, ".js"), static.URL(name)})
	}
	return s.render(c, "field-kit", p)
}

// kitState says who is signed in, whether the device is still known, and the token
// that a post must bring back. It tells nobody who is not signed in anything but
// whether such a device exists.
type kitState struct {
	SignedIn bool   `json:"signedIn"`
	Known    bool   `json:"known"`
	Token    string `json:"token"`
	User     string `json:"user"` // its ID
	Name     string `json:"name"`
}

func (s *Server) sendKitState(c *fiber.Ctx) error {
	var out kitState
	u, in, err := s.signedIn(c)
	if err != nil {
		return err
	}
	device := c.Get("X-Device")
	if in && u.Has(casework.WorkOffline) {
		out.SignedIn, out.User, out.Name = true, u.ID, u.Name
		out.Token, _ = c.Locals(tokenKey).(string)
	}
	switch {
	case device == "":
	case out.SignedIn:
		err = s.cases.Field.SeeDevice(c.UserContext(), u.Actor(), device, apply.Token(c.Cookies(s.cookieName(sessionCookie))))
		out.Known = err == nil
		if errors.Is(err, casework.ErrNoDevice) {
			out.Known, err = s.cases.Field.DeviceKnown(c.UserContext(), device) // another's
		}
	default:
		out.Known, err = s.cases.Field.DeviceKnown(c.UserContext(), device)
	}
	if err != nil {
		return err
	}
	return c.JSON(out)
}

func (s *Server) addDevice(c *fiber.Ctx, u casework.User) error {
	d, err := s.cases.Field.AddDevice(c.UserContext(), u.Actor(), apply.Token(c.Cookies(s.cookieName(sessionCookie))))
	if err != nil {
		return err
	}
	return c.JSON(map[string]string{"id": d.ID, "public": base64.StdEncoding.EncodeToString(d.Public), "user": u.ID})
}

// fieldAnswer is what a device hears of one thing it sent. What is refused comes back,
// so that it can be mended there: the device itself cannot open it any more.
type fieldAnswer struct {
	State string          `json:"state"` // done, attention (taken, and something is left to do) or refused
	Words string          `json:"words"`
	Path  string          `json:"path,omitempty"`
	Body  json.RawMessage `json:"body,omitempty"`
}

// fieldKinds are the things that a device may send. Each is done whole or not at all,
// once however often it comes, and says what came of it in the same words each time.
var fieldKinds = map[string]func(*Server, *fiber.Ctx, casework.User, casework.Once) (fieldAnswer, error){
	"talk":     (*Server).takeTalk,
	"typed":    (*Server).takeTyped,
	"check-in": (*Server).takeCheckIn,
	"asked":    (*Server).takeAsked,
}

// takeFromField opens one thing that was finished on a device and does it. Whatever is
// not answered by JSON is tried again.
func (s *Server) takeFromField(c *fiber.Ctx, u casework.User) error {
	box, err := base64.StdEncoding.DecodeString(c.FormValue("box"))
	kind, known := fieldKinds[c.FormValue("kind")]
	if err != nil || !known {
		return fiber.ErrBadRequest
	}
	boxed := casework.Boxed{Device: c.FormValue("device"), Key: c.FormValue("key"), Kind: c.FormValue("kind"), Box: box}
	body, err := s.cases.Field.OpenBoxed(c.UserContext(), u.Actor(), boxed)
	if errors.Is(err, casework.ErrNoDevice) {
		return fiber.ErrNotFound
	}
	if err != nil {
		return fiber.ErrBadRequest
	}
	answer, err := kind(s, c, u, casework.Once{Key: boxed.Key, Body: body})
	if words := s.fieldRefusal(c, err); words != "" {
		// It may have been done before the rules changed: then it is not given back.
		_, missing := s.cases.Field.SentAs(c.UserContext(), u.Actor(), boxed.Key)
		if missing == nil && !errors.Is(err, casework.ErrKeyUsed) {
			return c.JSON(fieldAnswer{State: "done", Words: s.words(c)("field.sent.before")})
		}
		answer, err = fieldAnswer{State: "refused", Words: words, Body: body}, nil
	}
	if err != nil {
		return err
	}
	return c.JSON(answer)
}

// fieldRefusal says why something will not be taken however often it is sent; "" if it
// may be the next time.
func (s *Server) fieldRefusal(c *fiber.Ctx, err error) string {
	t := s.words(c)
	var invalid apply.Invalid
	switch {
	case errors.As(err, &invalid):
		var all []string
		for _, p := range invalid {
			all = append(all, s.problemWords(c, p, true))
		}
		return strings.Join(all, t("punctuation.stop"))
	case errors.Is(err, casework.ErrForbidden):
		return t("field.refused.forbidden")
	case errors.Is(err, casework.ErrKeyUsed):
		return t("field.refused.key")
	case errors.Is(err, apply.ErrNotFound), errors.Is(err, apply.ErrConflict), errors.Is(err, casework.ErrAssistOver):
		return t("field.refused.gone")
	}
	return ""
}

// fieldConsent is a consent as a device writes it down.
type fieldConsent struct {
	Relation string    `json:"relation"`
	Means    string    `json:"means"`
	Notice   string    `json:"notice"`
	At       time.Time `json:"at"`
}

func (f fieldConsent) consent() casework.AssistConsent {
	return casework.AssistConsent{Relation: f.Relation, Means: casework.Means(f.Means), Notice: f.Notice, At: f.At}
}

// fieldTalk is a talk as a device writes it down. With is the key of an application
// that was finished there before.
type fieldTalk struct {
	Village string                   `json:"village"`
	Marks   map[string]casework.Mark `json:"marks"`
	Consent *fieldConsent            `json:"consent"`
	With    string                   `json:"with"`
}

func (s *Server) takeTalk(c *fiber.Ctx, u casework.User, once casework.Once) (fieldAnswer, error) {
	var body fieldTalk
	if err := json.Unmarshal(once.Body, &body); err != nil {
		return fieldAnswer{}, fiber.ErrBadRequest
	}
	talk := casework.Talk{Village: body.Village, Marks: body.Marks}
	if body.Consent != nil {
		consent := body.Consent.consent()
		consent.At = casework.Then(consent.At, s.now())
		talk.Consent = &consent
		ref, err := s.cases.Field.SentAs(c.UserContext(), u.Actor(), body.With)
		if err != nil {
			return fieldAnswer{}, err
		}
		talk.With = casework.Case{Kind: casework.ApplicationCase, ID: string(ref)}
	}
	talk, err := s.cleanTalk(u, talk)
	if err != nil {
		return fieldAnswer{}, err
	}
	if err := s.cases.Talks.HoldTalk(c.UserContext(), u.Actor(), once, talk); err != nil {
		return fieldAnswer{}, err
	}
	return fieldAnswer{State: "done", Words: s.words(c)("field.sent.talk"), Path: visitOf(c).Lang.path(talkNextPath(talk))}, nil
}

// fieldTyped is an application as a device writes it down.
type fieldTyped struct {
	Policy  string        `json:"policy"`
	Lang    string        `json:"lang"`
	Consent fieldConsent  `json:"consent"`
	Answers apply.Answers `json:"answers"`
}

// takeTyped checks the answers as the pages of the form do. What is wrong or missing
// stays open in the draft, for which somebody has to look after it.
func (s *Server) takeTyped(c *fiber.Ctx, u casework.User, once casework.Once) (fieldAnswer, error) {
	var body fieldTyped
	if err := json.Unmarshal(once.Body, &body); err != nil {
		return fieldAnswer{}, fiber.ErrBadRequest
	}
	form, ok := s.form(c)(body.Policy)
	if !ok {
		return fieldAnswer{}, apply.ErrNotFound
	}
	consent := body.Consent.consent()
	known := func(r string) bool {
		return slices.ContainsFunc(s.relations(), func(o content.Option) bool { return o.Value == r })
	}
	if err := consent.Check(known); err != nil {
		return fieldAnswer{}, err
	}
	answers, invalid := form.Complete(onlyAsked(form.Policy, body.Answers), s.now())
	typed := casework.Typed{Consent: consent, Lang: fieldLang(body.Lang), Form: form, Answers: invalid.Except(answers)}
	ref, err := s.cases.Field.SendTyped(c.UserContext(), u.Actor(), once, typed)
	if err != nil {
		return fieldAnswer{}, err
	}
	t := s.words(c)
	out := fieldAnswer{State: "done", Words: t("field.sent.typed", "Number", ref.Grouped()), Path: visitOf(c).Lang.path(assistPath(ref, ""))}
	if n := len(invalid); n > 0 {
		out.State, out.Words = "attention", t("field.sent.open", "Number", ref.Grouped(), "Count", n)
	}
	return out, nil
}

// onlyAsked leaves out what the form knows no question for.
func onlyAsked(p *content.Policy, a apply.Answers) apply.Answers {
	out := apply.Answers{}
	eachQuestion(p, func(_ string, q *content.Question) {
		if v := a[q.Name]; v != "" && len(v) <= maxFieldAnswer {
			out[q.Name] = v
		}
	})
	return out
}

// maxFieldAnswer is how many bytes one answer has at most.
const maxFieldAnswer = 4000

func fieldLang(code string) string {
	if l := slices.IndexFunc(languages, func(l language) bool { return l.Code == code }); l >= 0 {
		return code
	}
	return languages[0].Code
}
