package web

import (
	"fmt"

	"huitong/portal/casework"
)

// deskGroup are links of the desk that belong together.
type deskGroup struct {
	Name  string // "": there are too few links to be told apart
	Links []deskLink
}

// deskLinks is the way through the desk, by what each page needs; those of one group stand
// together, and a role begins the day with its first.
var deskLinks = []struct {
	group, words, path string
	needs              casework.Action
}{
	{"cases", "staff.list", "/staff", casework.ListApplications},
	{"cases", "child.title", childrenPath, casework.ListChildren}, {"cases", "staff.reports", reportsPath, casework.ListReports},
	{"cases", "calls.title", callsPath, casework.ListCalls},
	{"cases", "referrals.title", referralsPath, casework.ListReferrals}, {"cases", "conferences.title", conferencesPath, casework.ListConferences},
	{"outreach", "assist.title", "/staff/assist", casework.AssistFamily},
	{"outreach", "talk.title", talksPath, casework.CountTalks}, {"outreach", "field.title", fieldPath, casework.WorkOffline},
	{"outreach", "event.title", eventsPath, casework.ReadEvents},
	{"outreach", "kit.title", sharePath, casework.ShareKit},
	{"figures", "standards.title", standardsPath, casework.AdjustGrants}, {"figures", "pay.title", payPath, casework.PayGrants},
	{"figures", "figures.title", figuresPath, casework.ReadFigures},
	{"site", "staff.feedback", "/staff/feedback", casework.ReadFeedback}, {"site", "staff.questions", "/staff/questions", casework.ReadQuestions},
	{"site", "staff.audit", "/staff/audit", casework.ReadAudit},
	{"people", "staff.accounts", accountsPath, casework.ManageUsers}, // first: where an administrator begins
	{"people", "directory.title", staffDirectory, casework.ReadDirectory}, {"people", "training.title", trainingPath, casework.ReadTraining},
	{"people", "staff.account", accountPath, casework.OwnAccount},
}

const menuUngrouped = 8 // links that are found without names of groups

// newDeskMenu is the way through the desk for one user, whole and in groups.
func newDeskMenu(t func(id string, pairs ...any) string, u casework.User, at string) (links []deskLink, menu []deskGroup) {
	last := ""
	for _, l := range deskLinks {
		if !u.Has(l.needs) {
			continue
		}
		if l.group != last {
			menu, last = append(menu, deskGroup{Name: t(fmt.Sprintf("staff.menu.%s", l.group))}), l.group
		}
		one := deskLink{t(l.words), l.path, at == l.path}
		links = append(links, one)
		menu[len(menu)-1].Links = append(menu[len(menu)-1].Links, one)
	}
	if len(links) <= menuUngrouped {
		menu = []deskGroup{{Links: links}}
	}
	return links, menu
}
