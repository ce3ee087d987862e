package main

import (
	"strings"
	"testing"
	"time"
)

func TestConfigValidate(t *testing.T) {
	cases := []struct {
		name   string
		change func(*Config)
		want   string // in the error; empty: valid
	}{
		{"defaults", func(*Config) {}, ""},
		{"address without port", func(c *Config) { c.Addr = "8080" }, "--addr (HUITONG_ADDR)"},
		{"base with path", func(c *Config) { c.BaseURL = "https://a.cn/x" }, "--base-url (HUITONG_BASE_URL)"},
		{"base without scheme", func(c *Config) { c.BaseURL = "a.cn" }, "use https://host"},
		{"mysql", func(c *Config) { c.DatabaseURL = "mysql://a" }, "--database-url (HUITONG_DATABASE_URL)"},
		{"postgres", func(c *Config) { c.DatabaseURL = "postgres://a/b" }, ""},
		{"bucket", func(c *Config) { c.BlobURL = "s3://uploads?region=cn-south-1" }, ""},
		{"bucket without a driver", func(c *Config) { c.BlobURL = "gs://uploads" }, "--blob-url (HUITONG_BLOB_URL)"},
		{"bucket without a name", func(c *Config) { c.BlobURL = "s3://" }, "--blob-url (HUITONG_BLOB_URL)"},
		{"scanner on a socket", func(c *Config) { c.Clamd = "/run/clamav/clamd.ctl" }, ""},
		{"scanner on a port", func(c *Config) { c.Clamd = "127.0.0.1:3310" }, ""},
		{"scanner nowhere", func(c *Config) { c.Clamd = "clamd" }, "--clamd (HUITONG_CLAMD)"},
		{"meili", func(c *Config) { c.MeiliURL, c.MeiliKey = "http://127.0.0.1:7700", "k" }, ""},
		{"meili without scheme", func(c *Config) { c.MeiliURL = "127.0.0.1:7700" }, "--meili-url (HUITONG_MEILI_URL)"},
		{"meili with both keys", func(c *Config) { c.MeiliURL, c.MeiliKey, c.MeiliAdmin = "http://127.0.0.1:7700", "s", "a" }, ""},
		{"city accounts without a secret", func(c *Config) { c.OIDCIssuer, c.OIDCClient = "https://id.test", "x" }, "--oidc-client (HUITONG_OIDC_CLIENT)"},
		{"city accounts without encryption", func(c *Config) { c.OIDCIssuer, c.OIDCClient, c.OIDCSecret = "http://id.test", "x", "y" }, "--oidc-issuer (HUITONG_OIDC_ISSUER)"},
		{"city accounts without a provider", func(c *Config) { c.OIDCSecret = "y" }, "--oidc-issuer (HUITONG_OIDC_ISSUER)"},
		{"admin key without server", func(c *Config) { c.MeiliAdmin = "k" }, "--meili-admin-key (HUITONG_MEILI_ADMIN_KEY)"},
		{"key without server", func(c *Config) { c.MeiliKey = "k" }, "--meili-key (HUITONG_MEILI_KEY)"},
		{"language model", func(c *Config) { c.LLMURL, c.LLMModel = "https://a.cn/v1", "m" }, ""},
		{"language model with a key", func(c *Config) { c.LLMURL, c.LLMModel, c.LLMKey = "http://127.0.0.1:8000", "m", "k" }, ""},
		{"language model without an address", func(c *Config) { c.LLMKey = "k" }, "--llm-url (HUITONG_LLM_URL)"},
		{"language model with a password", func(c *Config) { c.LLMURL, c.LLMModel = "https://u:p@a.cn", "m" }, "holds more than host and path"},
		{"language model without a name", func(c *Config) { c.LLMURL = "https://a.cn" }, "--llm-model (HUITONG_LLM_MODEL)"},
		{"endless patience", func(c *Config) { c.LLMURL, c.LLMModel, c.LLMTimeout = "https://a.cn", "m", time.Hour }, "--llm-timeout (HUITONG_LLM_TIMEOUT)"},
		{"drafts lost in a week", func(c *Config) { c.KeepDrafts = 7 }, "--keep-drafts (HUITONG_KEEP_DRAFTS)"},
		{"e-mail", func(c *Config) {
			c.NotifyEmail, c.NotifyFrom = "smtp://u:p@mail.example.cn:587", "惠童 <a@example.cn>"
		}, ""},
		{"e-mail from nobody", func(c *Config) { c.NotifyEmail = "smtp://mail.example.cn" }, "--notify-email (HUITONG_NOTIFY_EMAIL)"},
		{"e-mail by web", func(c *Config) { c.NotifyEmail, c.NotifyFrom = "https://mail.example.cn", "a@example.cn" }, "--notify-email (HUITONG_NOTIFY_EMAIL)"},
		{"SMS", func(c *Config) { c.NotifySMS, c.NotifySecret = "https://sms.example.cn/send", "0123456789abcdef" }, ""},
		{"SMS unsigned", func(c *Config) { c.NotifySMS = "https://sms.example.cn/send" }, "--notify-sms (HUITONG_NOTIFY_SMS)"},
		{"for trying out", func(c *Config) { c.NotifySMS, c.NotifyEmail = "log", "log" }, ""},
		{"reminded before it is begun", func(c *Config) { c.RemindDays = -1 }, "--remind-days (HUITONG_REMIND_DAYS)"},
		{"no program to speak", func(c *Config) { c.Speech = "nowhere-to-be-found" }, "--speech (HUITONG_SPEECH)"},
		{"sounds beyond measure", func(c *Config) { c.SpeechKeep = -1 }, "--speech-keep (HUITONG_SPEECH_KEEP)"},
		{"learnt into nowhere", func(c *Config) { c.Learnt = "nowhere/learnt" }, "--learnt (HUITONG_LEARNT)"},
		{"learnt beside the data", func(c *Config) { c.Learnt = "learnt" }, ""},
		{"learnt for one run", func(c *Config) { c.Learnt = "off" }, ""},
		{"silent", func(c *Config) { c.Speech = "off" }, ""},
		{"limits of several portals", func(c *Config) { c.RedisURL = "rediss://portal:secret@cache:6380/1" }, ""},
		{"limits in no Redis", func(c *Config) { c.RedisURL = "http://cache" }, "--redis-url (HUITONG_REDIS_URL)"},
		{"certificates of its own", func(c *Config) {
			c.ACMEHosts, c.ACMEAddr, c.Addr, c.BaseURL = []string{"etfl.example.cn"}, ":80", ":443", "https://etfl.example.cn"
		}, ""},
		{"certificates for an address", func(c *Config) {
			c.ACMEHosts, c.ACMEAddr, c.BaseURL = []string{"192.0.2.1"}, ":80", "https://192.0.2.1"
		}, "--acme-hosts (HUITONG_ACME_HOSTS)"},
		{"certificates for another host", func(c *Config) {
			c.ACMEHosts, c.ACMEAddr, c.BaseURL = []string{"etfl.example.cn"}, ":80", "https://www.example.cn"
		}, "--base-url (HUITONG_BASE_URL)"},
		{"certificates over http", func(c *Config) {
			c.ACMEHosts, c.ACMEAddr, c.BaseURL, c.ACMEDirectory = []string{"etfl.example.cn"}, ":80", "https://etfl.example.cn", "http://ca"
		}, "--acme-directory (HUITONG_ACME_DIRECTORY)"},
		{"certificates for nobody", func(c *Config) { c.ACMEEmail = "a@example.cn" }, "--acme-hosts (HUITONG_ACME_HOSTS)"},
		{"figures on another listener", func(c *Config) { c.PrivateAddr = "127.0.0.1:9090" }, ""},
		{"figures nowhere", func(c *Config) { c.PrivateAddr = "9090" }, "--private-addr (HUITONG_PRIVATE_ADDR)"},
		{"figures for everybody", func(c *Config) { c.PrivateAddr = ":8080" }, "is the public one"},
		{"proxies", func(c *Config) { c.Trusted = []string{"127.0.0.1", "10.0.0.0/8", "fd00::/8"} }, ""},
		{"proxy by name", func(c *Config) { c.Trusted = []string{"nginx"} }, "--trusted-proxies (HUITONG_TRUSTED_PROXIES)"},
		{"everybody is a proxy", func(c *Config) { c.Trusted = []string{"0.0.0.0/0"} }, "would let every client choose its address"},
		{"negative limit", func(c *Config) { c.RateLimit = -1 }, "--rate-limit (HUITONG_RATE_LIMIT)"},
		{"questions kept for no time", func(c *Config) { c.QuestionDays = 0 }, "--question-days (HUITONG_QUESTION_DAYS)"},
		{"questions kept for ever", func(c *Config) { c.QuestionDays = 36500 }, "use 1 to 3653"},
		{"no content there", func(c *Config) { c.Content = "nowhere" }, "--content (HUITONG_CONTENT)"},
		{"content", func(c *Config) { c.Content = "../content" }, ""},
		{"short site code", func(c *Config) { c.SiteIDCode = "123" }, "--site-id-code (HUITONG_SITE_ID_CODE)"},
	}
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			c := Config{Addr: ":8080", Data: "data", RateLimit: 60, QuestionDays: 365}
			test.change(&c)
			err := c.Validate()
			switch {
			case test.want == "" && err != nil:
				t.Errorf("error = %v; want none", err)
			case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
				t.Errorf("error = %v; want %q in it", err, test.want)
			}
		})
	}
	c := Config{Addr: "127.0.0.1:9000", QuestionDays: 1}
	if err := c.Validate(); err != nil || c.BaseURL != "http://localhost:9000" {
		t.Errorf("base = %q, %v; want http://localhost:9000", c.BaseURL, err)
	}
}
