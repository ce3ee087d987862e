package e2e

import (
	"os"
	"path/filepath"
	"strings"
)

// assistedWay begins with a director who is signed in and has no scripts; the family's phone
// scans the code, confirms and submits.
func assistedWay(family, staff *visitor) pass {
	staff.Helper()
	staff.goTo("/staff/assist")
	staff.to(`main a[href^="/staff/assist/new"]`)
	begin := `main form[action^="/staff/assist/new"] button.button--chief`
	staff.failing(422, func() { staff.to(begin) })
	staff.chooseAmong("relation", "grandparent-paternal")
	staff.choose("means", "in-person")
	staff.press(`main label[for="f-agreed"]`)
	staff.keepOnly(journeySlug)
	staff.to(begin)
	for !strings.HasSuffix(staff.where(), "/documents") {
		staff.sees("您正在帮这一家填申请")
		staff.answerAll()
		staff.to(`main form .form__buttons button`)
	}
	staff.bringOnPaper("")
	staff.to(`main form .form__buttons button`)
	part := staff.where()
	staff.to(`main a[href$="/review"]`)
	staff.sees(answers["child_name"])
	staff.goTo(part)
	staff.to(`main form[action$="/hand-over"] button:not([type="button"])`)

	family.arriveAtHome()
	family.goTo(strings.TrimPrefix(staff.scan(), staff.site.url))
	family.at("/hand-over")
	family.to(`main form[action^="/hand-over"] button.button--chief`)
	family.sees(answers["child_name"])
	p := family.receipt()
	family.to(`main form[action^="/hand-over/confirm"] button:not([type="button"])`)
	family.at("/apply/" + journeySlug + "/review")
	family.readOver("")
	family.press(`main label[for="` + look[string](family.tab, "idOf", `main input[type="checkbox"]`) + `"]`)
	family.to(`main form button.button--chief`)
	if got := family.receipt(); got != p {
		family.Errorf("number and code = %v; want those of the hand-over, %v", got, p)
	}

	staff.goTo(part + "/child")
	staff.sees("已经交到家长的手机")
	if text := look[string](staff.tab, "text", "main"); strings.Contains(text, answers["child_name"]) {
		staff.Errorf("the director still sees the child: %s", text)
	}
	staff.goTo("/staff/assist")
	staff.sees("已经提交")
	return p
}

// scan reads the QR code on the page, as a phone's camera would.
func (v *visitor) scan() string {
	v.Helper()
	reader, err := os.ReadFile(filepath.Join("node_modules", "jsqr", "dist", "jsQR.js"))
	if err != nil {
		v.Fatalf("no reader of QR codes here; run: npm --prefix portal/e2e ci: %v", err)
	}
	evaluate[bool](v.tab, string(reader)+"\n;typeof jsQR === 'function'")
	address := evaluate[string](v.tab, `(() => {
		const svg = document.querySelector("main svg.qr"), scale = 4;
		const size = svg.viewBox.baseVal.width * scale;
		const pixels = new Uint8ClampedArray(size * size * 4).fill(255);
		for (const [, x, y, wide] of svg.querySelector("path").getAttribute("d").matchAll(/M(\d+) (\d+)h(\d+)v1/g))
			for (let i = y * scale; i < (+y + 1) * scale; i++)
				for (let j = x * scale; j < (+x + +wide) * scale; j++)
					pixels.fill(0, (i * size + j) * 4, (i * size + j) * 4 + 3);
		return jsQR(pixels, size, size)?.data ?? "";
	})()`)
	if !strings.HasPrefix(address, v.site.url+"/hand-over?token=") {
		v.Fatalf("the QR code holds no address of this site: %q", address)
	}
	return address
}
