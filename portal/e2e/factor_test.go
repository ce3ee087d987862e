package e2e

import (
	"strings"
	"time"

	"github.com/pquerna/otp/totp"
)

// enrol sets up the second factor that the page asks for; the desk's first page for the role is open then.
func (v *visitor) enrol() {
	v.Helper()
	v.at("/staff/factor")
	v.secret = strings.ReplaceAll(look[string](v.tab, "text", "main .recovery-secret"), " ", "")
	v.shown = 0 // of this secret nothing was shown yet
	v.giveCode()
	v.sees("请收好备用码")
	v.to(`main .lone a`)
}

// giveCode types what the app shows. Each code counts once, so it shows the next one:
// the portal takes one that is half a minute early.
func (v *visitor) giveCode() {
	v.Helper()
	now := time.Now()
	if v.shown != 0 && now.Unix()/30 <= v.shown {
		now = time.Unix((v.shown+1)*30, 0)
	}
	v.shown = now.Unix() / 30
	code, err := totp.GenerateCode(v.secret, now)
	if err != nil {
		v.Fatal(err)
	}
	v.fill("code", code)
	v.to(`main form[action^="/staff/factor"] button:not([type="button"])`)
}
