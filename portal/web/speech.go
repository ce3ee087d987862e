package web

import (
	"cmp"
	"context"
	"fmt"
	"html/template"
	"log/slog"
	"path"
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
	Tag(voice string, texts ...string) string // names the sound of texts without making it
	Speak(ctx context.Context, voice string, texts ...string) ([]byte, error)
	Marks(ctx context.Context, voice string, texts ...string) (sentences []string, seconds []float64, err error)
}

// The voices that texts of each language are read in, by the codes of package
// speech.
var (
	chineseVoices = []string{"cmn", "yue"}
	englishVoices = []string{"en"}
	voices        = slices.Concat(chineseVoices, englishVoices)
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
	Said   string // address of the text as it is said, without voice and ending; "" where it has none
	Own    []ownWords
	Hears  string // selector of the block around it that is read; "" is the text just before it
	Voices []string
	Sounds []soundLink
	Stays  bool // the sounds are played on the page, which is lost when one leaves it
}

// ownWords is a text as a voice says it that stands in the page itself: a person's own,
// which only the browser reads, or an answer.
type ownWords struct{ Voice, Text string }

// soundLink leads to the sound of a text in one voice.
type soundLink struct{ Voice, URL string }

// answerFuncs are what templates of language l call to offer texts to the ear, and to
// say that a machine may reword answers.
func (s *Server) answerFuncs(l language) template.FuncMap {
	return template.FuncMap{
		"rewords":    func() bool { return s.rephraser != nil },
		"dictations": l.dictations,
		"heard":      func(slug, part, name, lang string) heard { return s.listening(l, slug, part, name, lang) },
		"faqPart":    faqPart,
		"heardFAQ": func(slug string, i int, name, lang string) heard {
			return s.listening(l, slug, faqPart(i), name, lang)
		},
		"heardOwn": func(name, text string) heard { return s.listeningToOwn(l, name, text) },
		"hears": func(block string) heard {
			return heard{Hears: block, Voices: voicesFor(l.Code)}
		},
		"heardAnswer": func(name string, r *bot.Reply) heard { return s.listeningTo(l, r).called(name) },
		"heardHere": func(part, name, block string) heard {
			return s.heardHere(l, words(part), name, l.Code, block)
		},
		"heardProblems": func(name string, problems []problem) heard { return s.hearProblems(l, problems).called(name) },
	}
}

// called is h with a name for those who do not see beside what it stands.
func (h heard) called(name string) heard {
	h.Name = name
	return h
}

// listening returns what the templates of language l need to offer a text to the
// ear. It stands at slug and part; without a slug only the browser can read it.
func (s *Server) listening(l language, slug, part, name, lang string) heard {
	h := heard{Name: s.views.content(l, name), Voices: voicesFor(lang)}
	if slug == "" || !s.canSay(h.Voices, slug, part) {
		return h
	}
	h.Said = "/speech/" + slug + "/" + part
	if s.speaker == nil {
		return h
	}
	there := s.speaker.Voices()
	for _, voice := range h.Voices {
		if slices.Contains(there, voice) {
			h.Sounds = append(h.Sounds, soundLink{voice, h.Said + "." + voice + ".wav"})
		}
	}
	return h
}

// canSay reports whether there is a published text at slug and part in one of the voices.
func (s *Server) canSay(voices []string, slug, part string) bool {
	p, ok := s.content().Library.Policy(slug)
	return slices.ContainsFunc(voices, func(voice string) bool {
		if ok {
			if t, ok := p.In(spokenIn(voice)); ok && canSpeak(t.Sections, t.FAQ, part) {
				return true // what a policy's page asks of each of its parts
			}
		}
		_, ok := s.spokenAll(slug, part, voice)
		return ok
	})
}

// listeningToOwn offers words that stand on this page alone to the ear: the browser
// reads them, and nothing of them is asked of the server again.
func (s *Server) listeningToOwn(l language, name, text string) heard {
	h := heard{Name: name, Voices: voicesFor(l.written(text))}
	for _, voice := range h.Voices {
		h.Own = append(h.Own, ownWords{voice, s.sayable(voice, text)})
	}
	return h
}

// listeningTo is listening for an answer of the bot: the sound is that of the FAQ
// or section that it cites, or of the bot's own words. Where a child may be in danger the number
// to call is heard first, as it is read first.
func (s *Server) listeningTo(l language, r *bot.Reply) heard {
	slug, part := "", ""
	switch r.Outcome {
	case bot.Answer, bot.Refuse, bot.Urgent, bot.Clarify:
		slug, part = s.spokenAt(l, r)
	}
	own := r.Answer // which may be shorter than what it is taken from
	if r.Danger && len(r.Notes) > 0 {
		part, own = numberPart+partsApart+part, r.Notes[0]+"\n"+own
	}
	h := s.listening(l, slug, part, "", l.written(r.Answer))
	h.Own = s.listeningToOwn(l, "", own).Own
	return h
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

// The endings of addresses below /speech/: a text as it is said, its sound, and when
// each sentence of the sound begins.
const (
	saidEnding  = ".txt"
	soundEnding = ".wav"
	marksEnding = ".json"
)

// sendSpeech sends a published text, or several, as they are said,
// /speech/<slug>/<part>~<part>.<voice>.txt, or as sound, .wav, or the marks of that, .json.
// Players ask for parts of a sound, and some play nothing unless they get them.
func (s *Server) sendSpeech(c *fiber.Ctx) error {
	name := c.Params("file")
	ending := path.Ext(name)
	name = strings.TrimSuffix(name, ending)
	dot := strings.LastIndexByte(name, '.')
	if dot < 0 || !slices.Contains([]string{saidEnding, soundEnding, marksEnding}, ending) {
		return fiber.ErrNotFound
	}
	voice := name[dot+1:]
	texts, ok := s.spokenAll(c.Params("slug"), name[:dot], voice)
	switch {
	case !ok || !slices.Contains(voices, voice):
		return fiber.ErrNotFound
	case ending == saidEnding:
		c.Set(fiber.HeaderCacheControl, "public, no-cache")
		c.Set(fiber.HeaderContentType, fiber.MIMETextPlainCharsetUTF8)
		return c.SendString(s.sayable(voice, strings.Join(texts, "\n")))
	case s.speaker == nil || !slices.Contains(s.speaker.Voices(), voice):
		return fiber.ErrNotFound
	}
	tag := `"` + s.speaker.Tag(voice, texts...) + `"`
	c.Set(fiber.HeaderETag, tag)
	c.Set(fiber.HeaderCacheControl, "public, no-cache") // a corrected amount is never heard late
	if strings.Contains(c.Get(fiber.HeaderIfNoneMatch), tag) {
		return c.SendStatus(fiber.StatusNotModified)
	}
	if ending == marksEnding {
		return s.sendMarks(c, voice, texts)
	}
	sound, err := s.speaker.Speak(c.UserContext(), voice, texts...)
	if err != nil {
		return s.notRead(c, err)
	}
	c.Set(fiber.HeaderContentType, "audio/wav")
	return sendPart(c, tag, sound)
}

// notRead answers where the program could not read a text: it may be able to soon.
func (s *Server) notRead(c *fiber.Ctx, err error) error {
	s.log.LogAttrs(c.UserContext(), slog.LevelWarn, "text not read aloud", slog.String("request", requestID(c)), slog.Any("error", err))
	c.Response().Header.Del(fiber.HeaderETag)
	c.Set(fiber.HeaderRetryAfter, "10")
	return fiber.ErrServiceUnavailable
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
