package outreach

import "strings"

// Request is what is looked at to tell a visit from a program's; nothing of it is kept.
type Request struct {
	Method  string
	Agent   string
	Purpose string // Sec-Purpose, Purpose, X-Purpose and X-Moz, one after the other
	Mode    string // Sec-Fetch-Mode
	Staff   bool   // somebody is signed in to the case desk, and tries a link
}

// programs are parts of the names that programs give themselves, in lower case. Browsers
// inside chat apps, such as MicroMessenger and DingTalk, are people's and not among them.
var programs = []string{
	// that make previews of links
	"dingtalkbot", "larkurl2meta", "lark-link", "feishubot", "wechatbot", "weibobot", "weibo-link", "telegrambot",
	"facebookexternalhit", "whatsapp/", "twitterbot", "slackbot", "discordbot", "linkedinbot", "skypeuripreview",
	"qq-url-manager", "preview", "link-service", "linkcheck", "url2meta", "unfurl", "embedly", "iframely",
	// that search engines and others send
	"bot/", "bot;", "bot)", "-bot", "+http", "spider", "crawl", "slurp", "archiver", "monitor", "uptime", "scan",
	// that people write
	"curl/", "wget/", "python", "go-http-client", "java/", "okhttp", "libwww", "axios", "node-fetch", "httpclient", "headless", "phantom",
}

// Counts reports whether a request is a visit: somebody opened the link with a browser.
func (r Request) Counts() bool {
	agent := strings.ToLower(r.Agent)
	purpose := strings.ToLower(r.Purpose)
	switch {
	case r.Method != "GET", r.Staff, strings.TrimSpace(agent) == "":
		return false
	case strings.Contains(purpose, "prefetch"), strings.Contains(purpose, "prerender"), strings.Contains(purpose, "preview"):
		return false
	case r.Mode != "" && r.Mode != "navigate":
		return false
	}
	for _, p := range programs {
		if strings.Contains(agent, p) {
			return false
		}
	}
	return true
}
