package e2e

import (
	"fmt"
	"strings"
	"time"

	"github.com/pquerna/otp/totp"
)

// How the first officer and the first administrator sign in, and everybody's password.
const (
	officerLogin = "tester"
	adminLogin   = "guanli"
	password     = "correct horse battery 童"
)

// post is where an account belongs, as the form of an invitation asks for it.
type post struct{ role, area, village, department string }

// setPassword uses the one-time link that the portal printed for the first officer.
func (v *visitor) setPassword() {
	v.Helper()
	v.setPasswordOf(v.site.setup, officerLogin, "测试员")
}

// setPasswordOf takes up an invitation.
func (v *visitor) setPasswordOf(link, login, name string) {
	v.Helper()
	v.goTo(strings.TrimPrefix(link, v.site.url))
	v.fill("login", login)
	v.fill("name", name)
	v.fill("password", password)
	v.to(`main form[action^="/staff/setup"] button:not([type="button"])`)
	v.at("/staff")
}

// signIn signs the first officer in.
func (v *visitor) signIn() {
	v.Helper()
	v.signInAs(officerLogin)
	v.at("/staff")
}

// signInAs goes as far as the desk: whose role needs a second factor sets it up the first
// time and shows a code of it afterwards.
func (v *visitor) signInAs(login string) {
	v.Helper()
	v.goTo("/staff")
	v.fill("login", login)
	v.fill("password", password)
	v.to(`main form[action="/staff"] button:not([type="button"])`)
	switch {
	case !strings.HasPrefix(v.where(), "/staff/factor"):
	case v.secret == "":
		v.enrol()
	default:
		v.giveCode()
	}
}

// enrol sets up the second factor that the page asks for; the desk's first page for the
// role is open then.
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

// unfoldMenu opens the links of the desk where there is too little room to show them.
func (v *visitor) unfoldMenu() {
	v.Helper()
	v.unfold(".desk-menu__open")
}

// chooses finds a page of the desk by its menu: in the header, or in elder mode, which shows
// groups first, behind one of them.
func (v *visitor) chooses(path string) {
	v.Helper()
	v.unfoldMenu()
	link := `a[href="` + path + `"]`
	if v.count("header "+link) > 0 {
		v.to("header " + link)
		return
	}
	for _, group := range evaluate[[]string](v.tab, `[...document.querySelectorAll("header a[href^='/staff/menu/']")].map((a) => a.getAttribute("href"))`) {
		v.unfoldMenu()
		v.to(`header a[href="` + group + `"]`)
		if v.count("main "+link) > 0 {
			v.to("main " + link)
			return
		}
	}
	v.Fatalf("the menu does not lead to %s", path)
}

// unfold opens what is folded where there is too little room to show it.
func (v *visitor) unfold(title string) {
	v.Helper()
	if evaluate[bool](v.tab, `[...document.querySelectorAll("details:not([open]) > `+"summary:is("+title+`)")].some((s) => s.checkVisibility())`) {
		v.press(title)
	}
}

// rowsInSight wants the first row of the list in sight before anybody scrolls, on a screen
// of 1280 by 800 pixels.
func (v *visitor) rowsInSight() {
	v.Helper()
	if v.device.width != 1280 || v.mode != "standard" {
		return
	}
	if end := evaluate[float64](v.tab, `document.querySelector("main tbody tr").getBoundingClientRect().bottom + scrollY`); end > 800 {
		v.Errorf("at %s the first row ends at %.0f px; want it on a screen of 800", v.where(), end)
	}
}

func (v *visitor) signOut() {
	v.Helper()
	if v.mode == "elder" {
		v.goTo("/staff/menu/self")
	}
	v.unfoldMenu()
	v.to(`form[action^="/staff/sign-out"] button:not([type="button"])`)
	v.open("/staff")
	if v.count(`main [name="password"]`) == 0 {
		v.Error("signed out, and the desk is still open")
	}
}

// invites has the administrator make an account, which who takes up and signs in with.
func (v *visitor) invites(who *visitor, login, name string, p post) {
	v.Helper()
	v.goTo("/staff/invite")
	v.give("role", p.role)
	for field, value := range map[string]string{"area": p.area, "village": p.village, "department": p.department} {
		if value != "" {
			v.give(field, value)
		}
	}
	v.to(`main form[action^="/staff/invite"] .form__buttons button`)
	who.setPasswordOf(look[string](v.tab, "value", "#invite-link"), login, name)
	who.signInAs(login)
}

// give answers a question, whatever the page asks it with.
func (v *visitor) give(name, value string) {
	v.Helper()
	field := fmt.Sprintf(`main %%s[name=%q]`, name)
	switch {
	case v.count(fmt.Sprintf(field, "select")) > 0:
		if !look[bool](v.tab, "select", fmt.Sprintf(field, "select"), value) {
			v.Fatalf("%s has no option %q at %s", name, value, v.where())
		}
	case look[string](v.tab, "idOf", fmt.Sprintf(field, `:is(input[type="radio"], input[type="checkbox"])`)) != "":
		v.choose(name, value)
	default:
		v.fill(name, value)
	}
}

// giveNamed chooses what is labelled with these words.
func (v *visitor) giveNamed(name, words string) {
	v.Helper()
	value := evaluate[string](v.tab, fmt.Sprintf(`((name, words) => {
		const select = document.querySelector('main select[name="' + name + '"]');
		if (select) return [...select.options].find((o) => o.text.includes(words))?.value ?? "";
		return [...document.querySelectorAll('main input[name="' + name + '"]')].find((e) => e.labels[0].innerText.includes(words))?.value ?? "";
	})(%q, %q)`, name, words))
	if value == "" {
		v.Fatalf("nothing of %s is called %q at %s", name, words, v.where())
	}
	v.give(name, value)
}

// refused goes where who looks may not: there is no such page for them, which says what to
// do instead and shows nothing of whom it is about.
func (v *visitor) refused(path string, secrets ...string) {
	v.Helper()
	if status := v.try(path); status != 403 && status != 404 {
		v.Errorf("%s: status %d; want it refused", path, status)
	}
	text := look[string](v.tab, "text", "main")
	for _, s := range secrets {
		if strings.Contains(text, s) {
			v.Errorf("%s is refused and shows %q", path, s)
		}
	}
	if v.count(`main a[href^="/staff"]`) == 0 {
		v.Errorf("%s leads to no page of the desk:\n%s", path, text)
	}
}
