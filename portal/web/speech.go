package web

import (
	"cmp"
	"context"
	"fmt"
	"html/template"
	"log/slog"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"huitong/bot"
	"huitong/content"
)

// Speaker reads texts aloud; *speech.Speaker does.
type Speaker interface {
	Voices() []string
	Tag(voice, text string) string // names the sound of a text without making it
	Speak(ctx context.Context, voice, text string) ([]byte, error)
}

// The voices that texts of each language are read in, by the codes of package
// speech.
var (
	chineseVoices = []string{"cmn", "yue"}
	englishVoices = []string{"en"}
)

func voicesFor(lang string) []string {
	if lang == "en" {
		return englishVoices
	}
	return chineseVoices
}

// dictation is a language that a question may be spoken in: the names that browsers
// have for it, the likeliest first.
type dictation struct{ Voice, Tag string }

func (l language) dictations() []dictation {
	mandarin, cantonese := dictation{"cmn", "zh-CN"}, dictation{"yue", "yue-Hant-HK zh-HK"}
	if l.Code == "en" {
		return []dictation{{"en", "en-US"}, mandarin}
	}
	return []dictation{mandarin, cantonese}
}

// mayListen lets the page ask for the microphone, which no other page may.
func mayListen(c *fiber.Ctx) {
	c.Set(fiber.HeaderPermissionsPolicy, "camera=(), geolocation=(), microphone=(self), payment=()")
}

// wordsOfBot is where the bot's own words are found among what can be heard.
const wordsOfBot = "assistant"

// heard is a text of a page that can be listened to: what is read by its name, and
// the sounds of it that the server makes.
type heard struct {
	Name   string
	Voices []string
	Sounds []soundLink
}

// soundLink leads to the sound of a text in one voice.
type soundLink struct{ Voice, URL string }

// answerFuncs are what templates of language l call to offer texts to the ear, and to
// say that a machine may reword answers.
func (s *Server) answerFuncs(l language) template.FuncMap {
	return template.FuncMap{
		"rewords":    func() bool { return s.rephraser != nil },
		"dictations": l.dictations,
		"heard":      func(slug, part, name, lang string) heard { return s.listening(l, slug, part, name, lang) },
		"heardFAQ": func(slug string, i int, name, lang string) heard {
			return s.listening(l, slug, faqPart(i), name, lang)
		},
		"heardAnswer": func(r *bot.Reply) heard { return s.listeningTo(l, r) },
	}
}

// listening returns what the templates of language l need to offer a text to the
// ear. It stands at slug and part; without a slug only the browser can read it.
func (s *Server) listening(l language, slug, part, name, lang string) heard {
	h := heard{Name: s.views.content(l, name), Voices: voicesFor(lang)}
	if s.speaker == nil || slug == "" {
		return h
	}
	there := s.speaker.Voices()
	for _, voice := range h.Voices {
		if slices.Contains(there, voice) {
			h.Sounds = append(h.Sounds, soundLink{voice, "/speech/" + slug + "/" + part + "." + voice + ".wav"})
		}
	}
	return h
}

// listeningTo is listening for an answer of the bot: the sound is that of the FAQ
// or section that it cites, or of the bot's own words.
func (s *Server) listeningTo(l language, r *bot.Reply) heard {
	slug, part := "", ""
	switch r.Outcome {
	case bot.Answer, bot.Refuse, bot.Urgent, bot.Clarify:
		slug, part = s.spokenAt(l, r)
	}
	return s.listening(l, slug, part, "", l.written(r.Answer))
}

// spokenAt returns where the text of an answer stands among what can be heard.
func (s *Server) spokenAt(l language, r *bot.Reply) (slug, part string) {
	for name, words := range botWords(s.content().Library.Assistant) {
		if r.Answer == words.ZH || r.Answer == words.EN {
			return wordsOfBot, name
		}
	}
	if len(r.Citations) == 0 {
		return "", ""
	}
	cite := r.Citations[0]
	if p, ok := s.content().Library.Policy(cite.Policy); ok {
		p, _ = p.In(l.Code)
		for i, f := range p.FAQ {
			if f.Section == cite.Section && strings.HasPrefix(f.A, strings.TrimSuffix(cmp.Or(r.Original, r.Answer), "……")) {
				return cite.Policy, faqPart(i)
			}
		}
	}
	return cite.Policy, cite.Section
}

func botWords(a content.Assistant) map[string]content.Words {
	return map[string]content.Words{"urgent": a.Urgent, "refuse": a.Refuse}
}

const faqPrefix = "faq-"

func faqPart(i int) string { return faqPrefix + strconv.Itoa(i+1) }

// spoken returns the published text at slug and part in the language of a voice.
func (s *Server) spoken(slug, part, voice string) (string, bool) {
	lang := languages[0].Code
	if voice == "en" {
		lang = voice
	}
	lib := s.content().Library
	if slug == wordsOfBot {
		words, ok := botWords(lib.Assistant)[part]
		return words.In(lang), ok
	}
	if p, ok := lib.Policy(slug); ok {
		if p, ok = p.In(lang); !ok {
			return "", false
		}
		return spokenOf(p.Sections, p.FAQ, part)
	}
	for _, t := range slices.Concat(lib.Help, lib.Replies) {
		if t.Slug != slug {
			continue
		}
		if t, ok := t.In(lang); ok {
			return spokenOf(t.Sections, nil, part)
		}
	}
	return "", false
}

func spokenOf(sections []content.Section, faq []content.FAQ, part string) (string, bool) {
	for _, one := range sections {
		if one.ID == part {
			return one.Title + "\n" + one.Text, true
		}
	}
	for i, f := range faq {
		if faqPart(i) == part {
			return f.Q + "\n" + f.A, true
		}
	}
	return "", false
}

// sendSpeech sends a published text as sound: /speech/<slug>/<part>.<voice>.wav.
// Players ask for parts of it, and some play nothing unless they get them.
func (s *Server) sendSpeech(c *fiber.Ctx) error {
	name, ok := strings.CutSuffix(c.Params("file"), ".wav")
	dot := strings.LastIndexByte(name, '.')
	if !ok || dot < 0 {
		return fiber.ErrNotFound
	}
	part, voice := name[:dot], name[dot+1:]
	text, ok := s.spoken(c.Params("slug"), part, voice)
	if !ok || !slices.Contains(s.speaker.Voices(), voice) {
		return fiber.ErrNotFound
	}
	tag := `"` + s.speaker.Tag(voice, text) + `"`
	c.Set(fiber.HeaderETag, tag)
	c.Set(fiber.HeaderCacheControl, "public, no-cache") // a corrected amount is never heard late
	if strings.Contains(c.Get(fiber.HeaderIfNoneMatch), tag) {
		return c.SendStatus(fiber.StatusNotModified)
	}
	sound, err := s.speaker.Speak(c.UserContext(), voice, text)
	if err != nil {
		s.log.LogAttrs(c.UserContext(), slog.LevelWarn, "text not read aloud", slog.String("request", requestID(c)), slog.Any("error", err))
		c.Response().Header.Del(fiber.HeaderETag)
		c.Set(fiber.HeaderRetryAfter, "10")
		return fiber.ErrServiceUnavailable
	}
	c.Set(fiber.HeaderContentType, "audio/wav")
	return sendPart(c, tag, sound)
}

// sendPart sends the body, or the one part of it that is asked for.
func sendPart(c *fiber.Ctx, tag string, body []byte) error {
	c.Set(fiber.HeaderAcceptRanges, "bytes")
	wanted := c.Get(fiber.HeaderRange)
	if since := c.Get(fiber.HeaderIfRange); wanted == "" || strings.Contains(wanted, ",") || since != "" && since != tag {
		c.Response().SetBodyRaw(body)
		return nil
	}
	from, to, err := fasthttp.ParseByteRange([]byte(wanted), len(body))
	if err != nil {
		c.Set(fiber.HeaderContentRange, fmt.Sprintf("bytes */%d", len(body)))
		return c.SendStatus(fiber.StatusRequestedRangeNotSatisfiable)
	}
	c.Set(fiber.HeaderContentRange, fmt.Sprintf("bytes %d-%d/%d", from, to, len(body)))
	c.Status(fiber.StatusPartialContent)
	c.Response().SetBodyRaw(body[from : to+1])
	return nil
}
