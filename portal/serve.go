package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"gocloud.dev/blob"

	"huitong/bot"
	"huitong/content"
	"huitong/portal/apply"
	"huitong/portal/casework"
	"huitong/portal/intake"
	"huitong/portal/limits"
	"huitong/portal/locale"
	"huitong/portal/meter"
	"huitong/portal/rephrase"
	"huitong/portal/signon"
	"huitong/portal/speech"
	"huitong/portal/store"
	"huitong/portal/vault"
	"huitong/portal/web"
	"huitong/search"
)

// stopTimeout bounds how long requests that are under way may take to finish.
const stopTimeout = 15 * time.Second

// pruneEvery is how often what has expired is deleted.
const pruneEvery = time.Hour

// serveCommand serves the site until the process is told to stop.
type serveCommand struct{}

// Run opens everything, prints the address, serves and stops gracefully.
func (serveCommand) Run(env *environment) error {
	site, err := newSite(env)
	if err != nil {
		return err
	}
	defer site.close()
	data, err := openStore(env, site.due)
	if err != nil {
		return err
	}
	defer data.close()
	invented, err := data.Demo(env.ctx)
	if err != nil {
		return err
	}
	site.demo = !invented.Began.IsZero()
	shared, err := openLimits(env)
	if err != nil {
		return err
	}
	if shared != nil {
		defer func() { _ = shared.Close() }()
	}
	site.limits = shared
	counts := meter.New()
	server, err := newServer(env, site, data, counts)
	if err != nil {
		return err
	}
	if err := counts.Watch(gauges{env, site, data.Store, server, buildVersion()}); err != nil {
		return fmt.Errorf("figures: %w", err)
	}
	if err := servePrivate(env, counts, server); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", env.cfg.Addr)
	if err != nil {
		return fmt.Errorf("listen: %w; choose another with --addr or HUITONG_ADDR", err)
	}
	if listener, err = secured(env, listener, nil); err != nil {
		return err
	}
	if err := greet(env, data.Store); err != nil {
		return err
	}
	go site.watch(env)
	go watchKeys(env, data.keys)
	go reschedule(env, data.Store)
	go prune(env, data)
	go deliver(env, data.Store)
	go watchReports(env, data.Store, site)
	go scan(env, data.Store)
	go sealAudit(env, data.Store)
	served := make(chan error, 1)
	go func() { served <- server.App().Listener(listener) }()
	select {
	case err := <-served:
		return fmt.Errorf("serve: %w", err)
	case <-env.ctx.Done():
		env.log.Info("stopping")
		err := stopServing(env, server.App())
		sealOnce(context.WithoutCancel(env.ctx), env, data.Store)
		return err
	}
}

// stopServing lets requests end. A browser that has opened a connection ahead and asks for
// nothing, or somebody who sends a letter a minute, makes no failure of a stop.
func stopServing(env *environment, app interface{ ShutdownWithTimeout(time.Duration) error }) error {
	err := app.ShutdownWithTimeout(stopTimeout)
	if errors.Is(err, context.DeadlineExceeded) {
		env.log.Warn("stopped with connections that had not ended", "after", stopTimeout)
		return nil
	}
	return err
}

// first are the accounts that a new portal begins with: who decides about cases, and
// who makes accounts. They are two, since neither should be able to do both.
var first = []struct {
	role casework.Role
	name string
}{{casework.Officer, "city officer"}, {casework.Administrator, "administrator"}}

// greet prints the address and, while nobody can sign in, the links of the first.
func greet(env *environment, data *store.Store) error {
	fmt.Fprintf(env.out, "惠童 is ready: %s\n", env.cfg.BaseURL)
	tokens, err := data.FirstInvites(env.ctx, first[0].role, first[1].role)
	if err != nil {
		return err
	}
	for i, token := range tokens {
		fmt.Fprintf(env.out, "First %s: set a password once at %s\n", first[i].name, setupLink(env, token))
	}
	return nil
}

func setupLink(env *environment, token apply.Token) string {
	return env.cfg.BaseURL + "/staff/setup?token=" + string(token)
}

// archive is the open store with the bucket that its files lie in.
type archive struct {
	*store.Store
	bucket *blob.Bucket
	keys   *vault.Keyring
}

func (a archive) close() {
	_ = a.Close()
	_ = a.bucket.Close()
}

// openStore opens keys, files and database in the data directory, or where the
// settings say. due is nil for commands that change no application.
func openStore(env *environment, due func(*apply.Application) time.Time, with ...func(*store.Config)) (archive, error) {
	if err := os.MkdirAll(env.cfg.Data, 0o700); err != nil {
		return archive{}, fmt.Errorf("create data directory: %w; choose another with --data or HUITONG_DATA", err)
	}
	keys, err := openKeys(env)
	if err != nil {
		return archive{}, err
	}
	bucket, err := openBucket(env)
	if err != nil {
		return archive{}, err
	}
	config := store.Config{
		URL: env.cfg.DatabaseURL, Path: filepath.Join(env.cfg.Data, "huitong.db"), Vault: keys, Now: env.now, Due: due,
		IdleLasts:     time.Duration(env.cfg.KeepDrafts) * 24 * time.Hour,
		QuestionsLast: time.Duration(env.cfg.QuestionDays) * 24 * time.Hour,
		Files:         vault.OpenFiles(bucket, keys, intake.MaxSize),
	}
	for _, one := range with {
		one(&config)
	}
	data, err := store.Open(env.ctx, config)
	if err != nil {
		return archive{}, errors.Join(err, bucket.Close())
	}
	return archive{data, bucket, keys}, nil
}

// openKeys opens the keys in the data directory, and makes them where there are none.
func openKeys(env *environment) (*vault.Keyring, error) {
	keys, err := vault.Open(filepath.Join(env.cfg.Data, keysEntry), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("open keys: %w", err)
	}
	return keys, nil
}

func newServer(env *environment, s *site, data archive, counts *meter.Meter) (*web.Server, error) {
	trusted, err := env.cfg.trusted()
	if err != nil {
		return nil, fmt.Errorf("--trusted-proxies (HUITONG_TRUSTED_PROXIES): %w", err)
	}
	texts, err := locale.Default()
	if err != nil {
		return nil, fmt.Errorf("load interface texts: %w", err)
	}
	cfg := web.Config{
		Content: s.content, Catalog: texts, Signer: data.keys, BaseURL: env.cfg.BaseURL, RateLimit: env.cfg.RateLimit, Log: env.log, Now: env.now,
		Site: web.Site{
			Host: env.cfg.SiteHost, Contact: env.cfg.SiteContact, IDCode: env.cfg.SiteIDCode, ICP: env.cfg.SiteICP,
			Police: env.cfg.SitePolice, PartyMark: env.cfg.SitePartyMark, ErrorReport: env.cfg.SiteErrorReport,
			Demo: s.demo,
		},
		Cases:      web.CasesOf(data.Store),
		Channels:   env.cfg.channels(),
		Scans:      env.cfg.Clamd != "",
		KeepDrafts: env.cfg.KeepDrafts,
		Meter:      counts,
		Engine:     s.engineServing,
		Trusted:    trusted,
		Faults:     func() []string { return *s.faults.Load() },
		Ready: func(ctx context.Context) []web.Dependency {
			return askAll(
				func() []web.Dependency { return databaseState(ctx, data.Store) },
				func() []web.Dependency { return []web.Dependency{s.searchState(), botState(s.judge.Load())} },
				func() []web.Dependency { return uploadsState(ctx, env.cfg, data.bucket) },
				func() []web.Dependency { return scannerState(ctx, env.cfg) },
				func() []web.Dependency { return limitsState(ctx, s.limits) },
			)
		},
	}
	if s.limits != nil {
		cfg.Shared = s.limits
	}
	cfg.Sayable = func(voice, text string) string { return speech.Readable(text, speech.Voice(voice)) }
	if speaker := openSpeaker(env); speaker != nil {
		cfg.Speaker = speaker
	}
	if env.cfg.OIDCIssuer != "" {
		cfg.SignOn = signon.New(signon.Config{
			Issuer: env.cfg.OIDCIssuer, ClientID: env.cfg.OIDCClient, Secret: env.cfg.OIDCSecret,
			Return: env.cfg.BaseURL + web.OutsideReturn, Now: env.now,
		})
	}
	if env.cfg.LLMURL != "" {
		model, err := rephrase.New(rephrase.Config{
			URL: env.cfg.LLMURL, Key: env.cfg.LLMKey, Model: env.cfg.LLMModel, Timeout: env.cfg.LLMTimeout,
		}, env.log)
		if err != nil {
			return nil, fmt.Errorf("HUITONG_LLM_URL: %w", err)
		}
		cfg.Rephraser = model
	}
	return web.New(cfg)
}

// openSpeaker returns what reads texts aloud; nil where nothing does. The site is
// whole without it.
func openSpeaker(env *environment) *speech.Speaker {
	if env.cfg.Speech == speechOff {
		return nil
	}
	speaker, err := speech.Open(env.ctx, speech.Config{
		Program: env.cfg.Speech, Dir: filepath.Join(env.cfg.Data, "sounds"), Keep: int64(env.cfg.SpeechKeep) << 20, Log: env.log, Now: env.now,
	})
	if err != nil {
		env.log.Warn("texts are not read aloud by the server", "error", err)
	}
	return speaker
}

// readyPatience is how long the database may take to answer; who asks whether the portal
// is ready waits little longer.
const readyPatience = 2 * time.Second

// askAll asks all at once, so that several that do not answer keep whoever asks no longer
// than one, and returns what they say in their order.
func askAll(asked ...func() []web.Dependency) []web.Dependency {
	said := make([][]web.Dependency, len(asked))
	var all sync.WaitGroup
	for i, ask := range asked {
		all.Go(func() { said[i] = ask() })
	}
	all.Wait()
	return slices.Concat(said...)
}

func databaseState(ctx context.Context, data *store.Store) []web.Dependency {
	d := web.Dependency{Name: "database", Needed: true}
	ctx, stop := context.WithTimeout(ctx, readyPatience)
	defer stop()
	if err := data.Ready(ctx); err != nil {
		d.Detail = "does not answer; pages are read, nothing can be applied for"
	} else {
		d.OK = true
	}
	return []web.Dependency{d}
}

// botState says whether the bot can judge. Pages are read, and everything else is done,
// while it cannot.
func botState(b *bot.Bot) web.Dependency {
	if !b.Learnt() {
		return web.Dependency{Name: "bot", Detail: "learns; whoever asks waits"}
	}
	return web.Dependency{Name: "bot", OK: true}
}

// site is the current content and the engine that searches it.
type site struct {
	current  atomic.Pointer[web.Content]
	judge    atomic.Pointer[bot.Bot]  // of the current content
	faults   atomic.Pointer[[]string] // of a newer content that is not published
	fallback *search.Fallback         // nil without a Meilisearch server
	shelf    bot.Shelf                // nil where none is wanted
	demo     bool                     // all that is kept is invented
	limits   *limits.Shared           // nil where each portal counts for itself
	*corpus                           // of the current content; only publish changes it
}

// newSite loads the content and starts the search engine.
func newSite(env *environment) (*site, error) {
	s := &site{shelf: openShelf(env)}
	s.faults.Store(new([]string))
	if env.cfg.MeiliURL != "" {
		meili, err := env.cfg.meili("", 0)
		if err != nil {
			return nil, err
		}
		if warning := env.cfg.meiliWarning(); warning != "" {
			env.log.Warn(warning)
		}
		s.fallback = search.NewFallback(meili, env.log, search.FallbackOptions{})
	}
	c, err := loadCorpus(env.ctx, env.cfg.Content, s.wiring())
	if err != nil {
		s.close()
		return nil, err
	}
	s.publish(c)
	return s, nil
}

// wiring returns what every version of the content is built with.
func (s *site) wiring() wiring { return wiring{s.over(), s.shelf} }

// over puts the search server before the index of a corpus.
func (s *site) over() over {
	if s.fallback == nil {
		return nil
	}
	return func(x *search.Index) web.Searcher { return s.fallback.Over(x) }
}

// publish makes c what visitors see.
func (s *site) publish(c *corpus) {
	if s.fallback != nil {
		s.fallback.Publish(c.index)
	}
	s.judge.Store(c.bot)
	s.current.Store(&web.Content{Library: c.published, Bot: c.asker(), Search: c.engine, Suggest: c.suggester})
	s.corpus = c
}

// due is when the office should have taken its next step with an application, by the
// content that is served.
func (s *site) due(a *apply.Application) time.Time {
	lib := s.content().Library
	p, ok := lib.Policy(a.Policy)
	if !ok {
		return time.Time{}
	}
	return a.NextDue(p.Decides, lib.Holidays)
}

// reschedule corrects due days that were worked out with other limits or holidays.
func reschedule(env *environment, data *store.Store) {
	n, err := data.Reschedule(env.ctx)
	if err != nil && env.ctx.Err() == nil {
		env.log.Error("due days are not up to date", "error", err)
	}
	if n > 0 {
		env.log.Info("due days have moved", "applications", n)
	}
}

func (s *site) content() *web.Content { return s.current.Load() }

func (s *site) close() {
	if s.fallback != nil {
		s.fallback.Close()
	}
}

// watch publishes each new version of the content directory; a broken one never
// replaces the version that is served.
func (s *site) watch(env *environment) {
	if env.cfg.Content == "" {
		return
	}
	current := func() *content.Library { return s.content().Library }
	err := content.Watch(env.ctx, env.cfg.Content, current, func(lib *content.Library, err error) {
		if err == nil && lib.Version == s.content().Library.Version {
			s.faults.Store(new([]string)) // the mistake was taken back
			return
		}
		began := env.now()
		var c *corpus
		if err == nil {
			c, err = buildCorpus(env.ctx, lib, s.corpus, s.wiring())
		}
		if err != nil {
			faults := strings.Split(err.Error(), "\n")
			s.faults.Store(&faults)
			env.log.Error("content not changed, the last good version stays", "error", err)
			return
		}
		s.publish(c)
		s.faults.Store(new([]string))
		env.log.Info("content changed", "version", lib.Version, "took", env.now().Sub(began))
	})
	if err != nil {
		env.log.Error("content is not watched", "error", err)
	}
}

// engineServing names the engine that finds candidates.
func (s *site) engineServing() string {
	if s.fallback == nil {
		return search.ServingEmbedded
	}
	return s.fallback.Status().Serving
}

// standsIn reports whether there should be a search server and is none.
func (s *site) standsIn() bool {
	return s.fallback != nil && s.fallback.Status().Serving != search.ServingMeili
}

func (s *site) searchState() web.Dependency {
	d := web.Dependency{Name: "search", OK: true, Detail: search.ServingEmbedded}
	if s.fallback != nil {
		status := s.fallback.Status()
		d.OK = status.Serving == search.ServingMeili
		d.Detail = status.Serving
		if status.Reason != "" {
			d.Detail += ": " + status.Reason
		}
	}
	return d
}

func prune(env *environment, data archive) {
	tick := time.NewTicker(pruneEvery)
	defer tick.Stop()
	for {
		select {
		case <-env.ctx.Done():
			return
		case <-tick.C:
			err := data.Prune(env.ctx)
			if err != nil && !errors.Is(err, context.Canceled) {
				env.log.Error("expired data not deleted", "error", err)
			}
			noteJob(env.ctx, env, data.Store, jobPrune, err)
			sweep(env, data.Store)
			reloadKeys(env, data.keys)
			remind(env, data.Store)
		}
	}
}

// userAddCommand invites a staff member.
type userAddCommand struct {
	Login string `arg:"" help:"Name to sign in with: a-z, digits, . _ -"`
	Name  string `required:"" help:"The person's name."`
	Role  string `default:"officer" enum:"director,supervisor,officer,liaison,auditor,administrator" help:"director, supervisor, officer, liaison (of another department), auditor or administrator (of accounts)."`
	Area  string `help:"Town or street of a director or supervisor, such as shiqi."`

	Village    string `help:"Village or community of a director, such as 迎阳社区; several with a comma between them."`
	Department string `help:"Department of a liaison: education, medical-insurance, health, public-security, disabled-federation."`
}

// Run prints a one-time link with which the person sets a password.
func (c userAddCommand) Run(env *environment) error {
	data, err := openStore(env, nil)
	if err != nil {
		return err
	}
	defer data.close()
	invite := casework.Invite{Login: c.Login, Name: c.Name, Post: casework.Post{
		Role: casework.Role(c.Role), Area: c.Area, Village: c.Village, Department: casework.Department(c.Department),
	}}
	token, err := data.Invite(env.ctx, apply.Actor{}, invite)
	if err != nil {
		return fmt.Errorf("add user %s: %w", c.Login, err)
	}
	fmt.Fprintf(env.out, "One-time link for %s: %s\n", c.Login, setupLink(env, token))
	return nil
}
