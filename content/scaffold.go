package content

import (
	"fmt"
	"strings"
	"time"
)

// unfilled marks a place that an editor still has to fill in; Check reports it.
const unfilled = "（待填写）"

// Scaffold returns a policy file to start from: it loads, and Check lists every
// place that still has to be filled in.
func Scaffold(slug, title string, today time.Time) (string, error) {
	if !slugForm.MatchString(slug) {
		return "", fmt.Errorf("slug %q: use lower-case English words joined by -", slug)
	}
	if strings.TrimSpace(title) == "" || strings.ContainsAny(title, "\n:#{}[]\"'") {
		return "", fmt.Errorf("title %q: give the policy's Chinese name in one line, without punctuation of YAML", title)
	}
	faq := strings.Repeat("  - {q: "+unfilled+", alt: ["+unfilled+"], a: "+unfilled+", section: who}\n", 8)
	return strings.NewReplacer("SLUG", slug, "TITLE", title, "FILL", unfilled, "TODAY", today.Format(time.DateOnly),
		"NEXTYEAR", today.AddDate(1, 0, 0).Format(time.DateOnly), "FAQ\n", faq).Replace(scaffold), nil
}

const scaffold = `---
slug: SLUG
titles: {zh: TITLE, short: TITLE, en: FILL}
names: [FILL]
category: allowance
order: 100
audience: [FILL]
summary: FILL
summaryEn: FILL
status: unconfirmed
source: {title: FILL, issuer: FILL, unconfirmed: true}
inForce: TODAY
reviewBy: NEXTYEAR
published: TODAY
gives:
  - {title: FILL, text: FILL, section: gives}
eligibility:
  - name: age
    title: FILL
    section: who
    expr: child_age < 18
    yes: FILL
    no: FILL
    unknown: FILL
documents:
  - {name: application-form, title: FILL, required: true, holder: family}
questions:
  - section: child
    title: 孩子的情况
    ask: [child_name, child_id]
  - section: guardian
    title: 照顾孩子的人
    ask: [guardian_name, guardian_relation, guardian_phone]
  - section: place
    title: 在哪里办
    ask: [town, address]
decides:
  level: city
  office: 中山市民政局
  workingDays: 0
  text: FILL
  granted: FILL
  refused: FILL
faq:
FAQ
plain:
  who: FILL
  gives: FILL
  how: FILL
  documents: FILL
  time: FILL
  contact: FILL
  law: FILL
---

## 谁可以申请 {#who}

FILL

## 给什么 {#gives}

FILL

## 怎么申请 {#how}

FILL

## 要带什么材料 {#documents}

FILL

## 多久有结果 {#time}

FILL

## 找谁问 {#contact}

FILL

## 依据 {#law}

FILL
`
