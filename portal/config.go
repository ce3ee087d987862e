package main

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"huitong/portal/intake"
	"huitong/portal/rephrase"
	"huitong/search"
)

// Config holds every setting. Each is a flag with a HUITONG_* environment twin;
// without any the portal runs from what is built in.
type Config struct {
	Addr         string        `default:":8080" env:"HUITONG_ADDR" help:"Address to listen on, host:port." group:"Settings"`
	BaseURL      string        `env:"HUITONG_BASE_URL" help:"Public address of the site, such as https://etfl.example.cn. Default: http://localhost and the port." group:"Settings"`
	Data         string        `default:"data" env:"HUITONG_DATA" help:"Directory for database, uploads and secrets; created if absent." group:"Settings"`
	DatabaseURL  string        `env:"HUITONG_DATABASE_URL" help:"PostgreSQL address, postgres://… Default: an SQLite file in the data directory." group:"Settings"`
	BlobURL      string        `name:"blob-url" env:"HUITONG_BLOB_URL" help:"Where uploads are kept, s3://bucket?region=… Default: a directory in the data directory." group:"Settings"`
	Clamd        string        `env:"HUITONG_CLAMD" help:"ClamAV daemon that checks uploads: path of its socket or host:port. Default: uploads are not checked." group:"Settings"`
	MeiliURL     string        `env:"HUITONG_MEILI_URL" help:"Address of a Meilisearch server. Default: the embedded engine." group:"Settings"`
	MeiliKey     string        `env:"HUITONG_MEILI_KEY" help:"Key of that server that may only search." group:"Settings"`
	MeiliAdmin   string        `name:"meili-admin-key" env:"HUITONG_MEILI_ADMIN_KEY" help:"Key of that server that may write; used for nothing but sending documents. Without it the site asks, and portal index has to send." group:"Settings"`
	Content      string        `env:"HUITONG_CONTENT" help:"Directory with the content, read again on change. Default: the content built in." group:"Settings"`
	LLMURL       string        `name:"llm-url" env:"HUITONG_LLM_URL" help:"Server of a language model, OpenAI-compatible, that may put answers into other words. Default: none." group:"Settings"`
	LLMKey       string        `name:"llm-key" env:"HUITONG_LLM_KEY" help:"Key of that server, if it wants one." group:"Settings"`
	LLMModel     string        `name:"llm-model" env:"HUITONG_LLM_MODEL" help:"Name of the model there." group:"Settings"`
	LLMTimeout   time.Duration `name:"llm-timeout" default:"4s" env:"HUITONG_LLM_TIMEOUT" help:"How long a visitor waits for it; then the answer is shown as published." group:"Settings"`
	Learnt       string        `env:"HUITONG_LEARNT" help:"Directory that keeps what the bot has learnt, so that it need not be trained at every start, or off. Default: learnt in the data directory." group:"Settings"`
	Speech       string        `env:"HUITONG_SPEECH" help:"The espeak-ng that reads texts aloud for browsers that cannot, or off. Default: the one installed, if there is one." group:"Settings"`
	SpeechKeep   int           `default:"512" env:"HUITONG_SPEECH_KEEP" help:"Megabytes of sounds kept in the data directory, so that a restart does not read everything anew; 0 for none." group:"Settings"`
	KeepDrafts   int           `default:"180" env:"HUITONG_KEEP_DRAFTS" help:"Days after which an application that the family left unfinished, or withdrew, is deleted." group:"Settings"`
	NotifyEmail  string        `name:"notify-email" env:"HUITONG_NOTIFY_EMAIL" help:"How families that ask for it get e-mail: smtp://user:password@host:587, smtps://…, or log for trying out. Default: not at all." group:"Settings"`
	NotifyFrom   string        `name:"notify-from" env:"HUITONG_NOTIFY_FROM" help:"Sender of e-mail, such as 惠童 <huitong@example.cn>." group:"Settings"`
	NotifySMS    string        `name:"notify-sms" env:"HUITONG_NOTIFY_SMS" help:"Gateway to which text messages are posted as signed JSON, https://…, or log for trying out. Default: none are sent." group:"Settings"`
	NotifySecret string        `name:"notify-secret" env:"HUITONG_NOTIFY_SECRET" help:"Secret shared with that gateway, at least 16 characters." group:"Settings"`
	RemindDays   int           `name:"remind-days" default:"7" env:"HUITONG_REMIND_DAYS" help:"Days after which a family that asked to be told is reminded of an unfinished application; 0 for never." group:"Settings"`
	OIDCIssuer   string        `name:"oidc-issuer" env:"HUITONG_OIDC_ISSUER" help:"OpenID provider with which staff may sign in beside their passwords, https://…. Default: none." group:"Settings"`
	OIDCClient   string        `name:"oidc-client" env:"HUITONG_OIDC_CLIENT" help:"How that provider knows the portal. It must let browsers return to /staff/outside/back." group:"Settings"`
	OIDCSecret   string        `name:"oidc-secret" env:"HUITONG_OIDC_SECRET" help:"Secret shared with that provider." group:"Settings"`
	RateLimit    int           `default:"60" env:"HUITONG_RATE_LIMIT" help:"Posts a minute from one client; 0 turns limits off." group:"Settings"`
	RedisURL     string        `name:"redis-url" env:"HUITONG_REDIS_URL" help:"Redis or Valkey server in which several portals count those posts together, redis://user:password@host:6379/0 or rediss://…. Default: each counts for itself." group:"Settings"`
	QuestionDays int           `default:"365" env:"HUITONG_QUESTION_DAYS" help:"Days for which questions without an answer, masked, are kept after they were last asked." group:"Settings"`
	PrivateAddr  string        `name:"private-addr" env:"HUITONG_PRIVATE_ADDR" help:"Address of a second listener, for whoever runs the portal: /metrics, /readyz with reasons, /debug/pprof/. It must not be open to the public: use 127.0.0.1:9090 or an address of an inner network. Default: none." group:"Settings"`
	Trusted      []string      `name:"trusted-proxies" env:"HUITONG_TRUSTED_PROXIES" help:"Addresses or networks of reverse proxies before the portal, with a comma between: their X-Forwarded-For says who the client is, for limits, and their X-Request-ID numbers a request. Default: nobody's word counts." group:"Settings"`
	LogFormat    string        `name:"log-format" default:"text" enum:"text,json" env:"HUITONG_LOG_FORMAT" help:"text, or json for programs that gather logs." group:"Settings"`
	LogLevel     string        `default:"info" enum:"debug,info,warn,error" env:"HUITONG_LOG_LEVEL" help:"debug, info, warn or error." group:"Settings"`

	ACMEHosts     []string `name:"acme-hosts" env:"HUITONG_ACME_HOSTS" help:"Hosts for which a portal alone fetches its own certificates by ACME, with a comma between; --addr speaks TLS then (use :443). Default: none, a proxy has them." group:"Settings"`
	ACMEAddr      string   `name:"acme-addr" default:":80" env:"HUITONG_ACME_ADDR" help:"Address of the listener that the authority asks, and that sends visitors on to https." group:"Settings"`
	ACMEDirectory string   `name:"acme-directory" env:"HUITONG_ACME_DIRECTORY" help:"Directory of another authority, https://…. Default: Let's Encrypt." group:"Settings"`
	ACMEEmail     string   `name:"acme-email" env:"HUITONG_ACME_EMAIL" help:"Where the authority writes when something is wrong." group:"Settings"`

	SiteHost        string `env:"HUITONG_SITE_HOST" help:"主办单位, for the footer." group:"Footer"`
	SiteContact     string `env:"HUITONG_SITE_CONTACT" help:"联系方式, for the footer." group:"Footer"`
	SiteIDCode      string `env:"HUITONG_SITE_ID_CODE" help:"网站标识码, ten characters." group:"Footer"`
	SiteICP         string `env:"HUITONG_SITE_ICP" help:"ICP备案号." group:"Footer"`
	SitePolice      string `env:"HUITONG_SITE_POLICE" help:"公安机关备案标识." group:"Footer"`
	SitePartyMark   string `env:"HUITONG_SITE_PARTY_MARK" help:"Address of the 党政机关标识 certificate." group:"Footer"`
	SiteErrorReport string `env:"HUITONG_SITE_ERROR_REPORT" help:"Address of 我为政府网站找错." group:"Footer"`
}

// learntOff is the setting with which nothing that the bot has learnt is kept.
const learntOff = "off"

// speechOff is the setting with which the server reads nothing aloud.
const speechOff = "off"

// Validate reports every wrong setting with its name and the way to mend it, and
// fills in what follows from others.
func (c *Config) Validate() error {
	var errs []error
	bad := func(flag, env, what, fix string) {
		errs = append(errs, fmt.Errorf("%s (%s) %s: %s", flag, env, what, fix))
	}
	_, port, err := net.SplitHostPort(c.Addr)
	if err != nil {
		bad("--addr", "HUITONG_ADDR", fmt.Sprintf("%q is not host:port", c.Addr), "use :8080 or 127.0.0.1:8080")
	}
	if c.BaseURL == "" {
		c.BaseURL = "http://localhost:" + port
	}
	if !webAddress(c.BaseURL) {
		bad("--base-url", "HUITONG_BASE_URL", fmt.Sprintf("%q is not a web address", c.BaseURL), "use https://host without a path")
	}
	if u, err := url.Parse(c.DatabaseURL); c.DatabaseURL != "" && (err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql") {
		bad("--database-url", "HUITONG_DATABASE_URL", "is not a PostgreSQL address", "use postgres://user:password@host/database, or leave it out for SQLite")
	}
	c.checkMeili(bad)
	if u, err := url.Parse(c.BlobURL); c.BlobURL != "" && (err != nil || !slices.Contains(blobSchemes, u.Scheme) || u.Host == "") {
		bad("--blob-url", "HUITONG_BLOB_URL", "is not the address of a bucket", "use s3://bucket?region=…, or leave it out for a directory in the data directory")
	}
	if c.Clamd != "" {
		if _, err := intake.NewClamd(c.Clamd); err != nil {
			bad("--clamd", "HUITONG_CLAMD", err.Error(), "use /run/clamav/clamd.ctl or 127.0.0.1:3310")
		}
	}
	c.checkModel(bad)
	if _, err := exec.LookPath(c.Speech); c.Speech != "" && c.Speech != speechOff && err != nil {
		bad("--speech", "HUITONG_SPEECH", fmt.Sprintf("names no program: %q", c.Speech), "install espeak-ng and leave it out, or use off")
	}
	if _, err := os.Stat(filepath.Dir(c.Learnt)); c.Learnt != "" && c.Learnt != learntOff && err != nil {
		bad("--learnt", "HUITONG_LEARNT", fmt.Sprintf("%q lies in no directory", c.Learnt), "name a directory in one that is there, or use off")
	}
	if c.SpeechKeep < 0 {
		bad("--speech-keep", "HUITONG_SPEECH_KEEP", "is negative", "use megabytes, or 0 to keep no sounds on disk")
	}
	if c.KeepDrafts != 0 && c.KeepDrafts < 30 {
		bad("--keep-drafts", "HUITONG_KEEP_DRAFTS", fmt.Sprintf("is %d", c.KeepDrafts), "use 30 days or more, so that nobody loses what they are still working on")
	}
	if _, err := c.notifiers(nil, nil); err != nil {
		errs = append(errs, err)
	}
	c.checkSignOn(bad)
	if c.RemindDays < 0 {
		bad("--remind-days", "HUITONG_REMIND_DAYS", "is negative", "use 0 for no reminder")
	}
	c.checkRunning(bad)
	c.checkCertificates(bad)
	c.checkLimits(bad)
	if c.QuestionDays < 1 || c.QuestionDays > maxQuestionDays {
		bad("--question-days", "HUITONG_QUESTION_DAYS", fmt.Sprintf("is %d", c.QuestionDays), fmt.Sprintf("use 1 to %d", maxQuestionDays))
	}
	if c.Content != "" {
		if info, err := os.Stat(filepath.Join(c.Content, "policies")); err != nil || !info.IsDir() {
			bad("--content", "HUITONG_CONTENT", fmt.Sprintf("%q holds no policies directory", c.Content), "name a directory laid out like content/")
		}
	}
	if n := len(c.SiteIDCode); n != 0 && n != 10 {
		bad("--site-id-code", "HUITONG_SITE_ID_CODE", fmt.Sprintf("has %d characters", n), "the code of a government site has ten")
	}
	return errors.Join(errs...)
}

// checkSignOn reports what is wrong with the provider of staff accounts. Nothing but the
// machine itself is asked without encryption.
func (c *Config) checkSignOn(bad func(flag, env, what, fix string)) {
	if c.OIDCIssuer == "" {
		if c.OIDCClient != "" || c.OIDCSecret != "" {
			bad("--oidc-issuer", "HUITONG_OIDC_ISSUER", "is not set, but client or secret are", "set it too, or remove them")
		}
		return
	}
	u, err := url.Parse(c.OIDCIssuer)
	if err != nil || u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || u.Hostname() != "localhost" && u.Hostname() != "127.0.0.1") {
		bad("--oidc-issuer", "HUITONG_OIDC_ISSUER", "is not an address of https", "use the issuer as the provider writes it, https://…")
	}
	if c.OIDCClient == "" || c.OIDCSecret == "" {
		bad("--oidc-client", "HUITONG_OIDC_CLIENT", "or the secret is missing", "set HUITONG_OIDC_CLIENT and HUITONG_OIDC_SECRET as the provider gave them")
	}
}

// checkMeili reports what is wrong with the settings of the search server. No text
// repeats what may be a key or a password.
func (c *Config) checkMeili(bad func(flag, env, what, fix string)) {
	if c.MeiliURL != "" && !webAddress(c.MeiliURL) {
		bad("--meili-url", "HUITONG_MEILI_URL", "is not a web address", "use http://host:7700, or leave it out for the embedded engine")
	}
	if c.MeiliURL == "" && c.MeiliKey != "" {
		bad("--meili-key", "HUITONG_MEILI_KEY", "is set without a server", "set HUITONG_MEILI_URL too, or remove the key")
	}
	if c.MeiliURL == "" && c.MeiliAdmin != "" {
		bad("--meili-admin-key", "HUITONG_MEILI_ADMIN_KEY", "is set without a server", "set HUITONG_MEILI_URL too, or remove the key")
	}
}

// meili returns the search server of the settings under a name of an index, "" for
// that of the site. Patience is how long one search may take, 0 for what a visitor
// is made to wait.
func (c *Config) meili(index string, patience time.Duration) (*search.Meili, error) {
	if c.MeiliURL == "" {
		return nil, errors.New("no search server is set: name it with --meili-url or HUITONG_MEILI_URL")
	}
	m, err := search.NewMeili(search.MeiliConfig{URL: c.MeiliURL, SearchKey: c.MeiliKey, AdminKey: c.MeiliAdmin, Index: index, Timeout: patience})
	if err != nil {
		return nil, fmt.Errorf("HUITONG_MEILI_URL: %w", err)
	}
	return m, nil
}

// meiliWarning says what is unwise about the keys; "" for nothing.
func (c *Config) meiliWarning() string {
	switch {
	case c.MeiliURL == "":
		return ""
	case c.MeiliKey == "" && c.MeiliAdmin != "":
		return "the admin key also searches, for want of a search key; set HUITONG_MEILI_KEY to a key with the action search only"
	case c.MeiliKey != "" && c.MeiliAdmin == "":
		return "changed content is not sent to the search server, for want of HUITONG_MEILI_ADMIN_KEY; run portal index with it after every change"
	case c.MeiliKey == "":
		return "the search server is used without keys, as if everybody may write to it; give it a master key, and set HUITONG_MEILI_KEY and HUITONG_MEILI_ADMIN_KEY"
	}
	return ""
}

// maxQuestionDays is how long questions may be kept at most: ten years.
const maxQuestionDays = 3653

// maxPatience is how long a language model may be given at most.
const maxPatience = 30 * time.Second

// checkModel reports what is wrong with the settings of the language model.
func (c *Config) checkModel(bad func(flag, env, what, fix string)) {
	if c.LLMURL == "" {
		if c.LLMKey != "" || c.LLMModel != "" {
			bad("--llm-url", "HUITONG_LLM_URL", "is missing beside key or model", "set it, or remove the others")
		}
		return
	}
	if _, err := (rephrase.Config{URL: c.LLMURL}).Endpoint(); err != nil {
		bad("--llm-url", "HUITONG_LLM_URL", err.Error(), "use https://host or https://host/v1, without name, password or query")
	}
	if c.LLMModel == "" {
		bad("--llm-model", "HUITONG_LLM_MODEL", "is missing", "name the model that the server offers")
	}
	if c.LLMTimeout < 0 || c.LLMTimeout > maxPatience {
		bad("--llm-timeout", "HUITONG_LLM_TIMEOUT", fmt.Sprintf("is %s", c.LLMTimeout), fmt.Sprintf("use up to %s, such as 4s", maxPatience))
	}
}

func webAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && strings.Trim(u.Path, "/") == ""
}
