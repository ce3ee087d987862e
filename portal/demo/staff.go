package demo

import (
	"context"
	"fmt"
	"time"

	"huitong/content"
	"huitong/portal/apply"
	"huitong/portal/casework"
)

// member is somebody of the staff.
type member struct {
	casework.User
	place place // of a director
}

// staff are all accounts, by what they are for.
type staff struct {
	directors   []member // one of each village, in its order
	supervisors []member
	officers    []member
	liaisons    map[casework.Department]member
	others      []member
	byTown      map[string][]member // supervisors
}

// How many there are of those who work for the whole city.
const officers, auditors = 4, 2

// hire makes the accounts and the directory.
func (t *city) hire(ctx context.Context) error {
	t.staff.liaisons, t.staff.byTown = map[casework.Department]member{}, map[string][]member{}
	for i := range officers {
		m, err := t.employ(ctx, fmt.Sprintf("officer-%d", i+1), casework.Post{Role: casework.Officer})
		if err != nil {
			return err
		}
		t.staff.officers = append(t.staff.officers, m)
	}
	if err := t.hireOthers(ctx); err != nil {
		return err
	}
	for i := range t.Supervisors {
		m, err := t.employ(ctx, fmt.Sprintf("supervisor-%02d", i+1), casework.Post{Role: casework.Supervisor, Area: t.Library.Places[i%len(t.Library.Places)].ID})
		if err != nil {
			return err
		}
		t.staff.supervisors = append(t.staff.supervisors, m)
		t.staff.byTown[m.Area] = append(t.staff.byTown[m.Area], m)
		if err := t.publish(ctx, m, i); err != nil {
			return err
		}
	}
	for i, p := range t.places {
		m, err := t.employ(ctx, fmt.Sprintf("director-%03d", i+1), casework.Post{Role: casework.Director, Area: p.town, Village: p.name})
		if err != nil {
			return err
		}
		m.place = p
		t.staff.directors = append(t.staff.directors, m)
		if err := t.publish(ctx, m, 100+i); err != nil {
			return err
		}
	}
	return nil
}

// hireOthers are liaisons, auditors and the administrator.
func (t *city) hireOthers(ctx context.Context) error {
	for _, d := range casework.Departments() {
		m, err := t.employ(ctx, "liaison-"+string(d), casework.Post{Role: casework.Liaison, Department: d})
		if err != nil {
			return err
		}
		t.staff.liaisons[d] = m
		t.staff.others = append(t.staff.others, m)
	}
	posts := []casework.Post{{Role: casework.Administrator}}
	for range auditors {
		posts = append(posts, casework.Post{Role: casework.Auditor})
	}
	for i, p := range posts {
		m, err := t.employ(ctx, fmt.Sprintf("%s-%d", p.Role, max(i, 1)), p)
		if err != nil {
			return err
		}
		t.staff.others = append(t.staff.others, m)
	}
	return nil
}

// employ invites somebody, who takes the invitation up.
func (t *city) employ(ctx context.Context, login string, p casework.Post) (member, error) {
	name := t.name("")
	token, err := t.Store.Invite(ctx, apply.Actor{}, casework.Invite{Login: login, Name: name, Post: p})
	if err != nil {
		return member{}, err
	}
	u, err := t.Store.AcceptInvite(ctx, token, login, name, t.Password(p.Role))
	return member{User: u}, err
}

// publish puts somebody into the directory, with the phone of their work.
func (t *city) publish(ctx context.Context, m member, number int) error {
	id, err := t.Store.NewDirectoryID()
	if err != nil {
		return err
	}
	return t.Store.AddToDirectory(ctx, t.staff.officers[0].Actor(), id, casework.DirectoryEntry{
		Town: m.Area, Village: m.Village, Name: m.Name, Phone: t.workPhone(number), Public: true,
		Since: t.Clock.Now().AddDate(0, -number%40, 0).In(apply.China).Format(time.DateOnly),
	})
}

// logins lists who can sign in, those first who see most.
func (s staff) logins() []Login {
	of := map[casework.Role][]string{}
	for _, group := range [][]member{s.officers, s.supervisors, s.directors, s.others} {
		for _, m := range group {
			of[m.Role] = append(of[m.Role], m.Login)
		}
	}
	var out []Login
	for _, r := range []casework.Role{casework.Officer, casework.Supervisor, casework.Director, casework.Liaison, casework.Auditor, casework.Administrator} {
		out = append(out, Login{r, of[r]})
	}
	return out
}

// supervisor is one of a town; the first officer where a small city has none there.
func (t *city) supervisor(town string) member {
	if all := t.staff.byTown[town]; len(all) > 0 {
		return pick(t, all)
	}
	return t.staff.officers[0]
}

// officer is one of the city's, but not the one who is named.
func (t *city) officer(not apply.Actor) member {
	for {
		if m := pick(t, t.staff.officers); m.Actor() != not {
			return m
		}
	}
}

// task is one that a department may be asked for in a case that can give these fields;
// false if there is none.
func (t *city) task(has func(field string) bool) (content.ReferralTask, []string, bool) {
	all := t.Library.Referrals
	for range all {
		task := pick(t, all)
		var fields []string
		for _, f := range task.Fields {
			if has(f) {
				fields = append(fields, f)
			}
		}
		if len(fields) > 0 {
			return task, fields, true
		}
	}
	return content.ReferralTask{}, nil, false
}
