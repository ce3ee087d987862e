package web

// kitWords are the words of the page that works without a network: its scripts find
// them there, since the catalogue is out of reach. Each stands under field.js.<name>.
var kitWords = []string{
	"optional", "choose", "back", "desk", "cannot", "failed", "full", "setup-title", "setup-sign-in",
	"setup-about", "setup-go", "setup-busy", "setup-done", "setup-shell", "pin", "pin-new",
	"pin-again", "pin-about", "pin-weak", "pin-differ", "locked-title", "unlock", "opening", "wrong",
	"tries", "ended", "away", "wiped", "wipe", "wipe-sure", "wipe-waiting", "lock", "sign-in",
	"other", "home-title", "do-talk", "do-typed", "do-read", "plain", "box-title", "box-none",
	"box-send", "box-next", "box-clear", "state-waiting", "state-sending", "state-done",
	"state-attention", "send-offline", "send-busy", "send-done", "send-again", "draft-title",
	"draft-open", "draft-kept", "consent-title", "consent-who", "consent-how", "consent-none",
	"village", "talk-done", "talk-none", "talk-village-none", "talk-consent", "talk-consent-about",
	"talk-with", "typed-choose", "typed-done", "typed-photos", "typed-gone", "finished",
	"code", "code-label", "do-check-in", "check-in-event", "check-in-count", "check-in-help",
	"check-in-done", "check-in-none", "check-in-sum", "check-in-label", "check-in-kept",
	"do-door", "door-about", "door-topics", "do-asked", "asked-text", "asked-help", "asked-done",
	"asked-none", "asked-label", "script", "chat", "chat-copy", "chat-copied", "chat-hold",
}
