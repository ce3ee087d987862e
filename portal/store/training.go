package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

func trainingBound(id string) []byte { return []byte("training:" + id) }

// trainingWords is what of a training is sealed.
type trainingWords struct {
	Topic string `json:"topic"`
	Place string `json:"place,omitempty"`
}

const trainingColumns = `SELECT id, version, day, town, audience, hours, body, (SELECT COUNT(*) FROM training_people p WHERE p.training = trainings.id) FROM trainings `

func (s *Store) scanTraining(scan func(...any) error) (casework.Training, error) {
	var t casework.Training
	var sealed []byte
	if err := scan(&t.ID, &t.Version, &t.Day, &t.Town, &t.Audience, &t.Hours, &sealed, &t.Came); err != nil {
		return t, missing(err)
	}
	var w trainingWords
	err := s.openJSON(sealed, trainingBound(t.ID), &w)
	t.Topic, t.Place = w.Topic, w.Place
	return t, err
}

func (s *Store) training(ctx context.Context, tx *sql.Tx, id, lock string) (casework.Training, error) {
	return s.scanTraining(tx.QueryRowContext(ctx, trainingColumns+`WHERE id = $1`+lock, storable(id)).Scan)
}

// TrainingYear returns the plan of a year with those in post and how much each was
// trained: those of the town for a supervisor, who sees the city's sessions as well.
func (s *Store) TrainingYear(ctx context.Context, by apply.Actor, year int) (casework.TrainingYear, error) {
	out := casework.TrainingYear{Year: year}
	look := casework.AuditEntry{Actor: by, Action: casework.ReadTraining, Detail: strconv.Itoa(year)}
	err := s.show(ctx, look, func(tx *sql.Tx) error {
		out = casework.TrainingYear{Year: year}
		u, err := reader(ctx, tx, by, casework.ReadTraining)
		if err != nil {
			return err
		}
		if !u.Everywhere(casework.ReadTraining) {
			out.Town = u.Area
		}
		from, to := fmt.Sprintf("%04d-01-01", year), fmt.Sprintf("%04d-12-31", year)
		out.Plan, err = eachRow(ctx, tx, s.scanTraining, trainingColumns+`WHERE day >= $1 AND day <= $2 AND (town = '' OR $3 = '' OR town = $3) ORDER BY day, id`, from, to, out.Town)
		if err != nil {
			return err
		}
		out.People, err = s.trained(ctx, tx, out.Town, from, to)
		return err
	})
	if err != nil {
		return casework.TrainingYear{}, fmt.Errorf("read the training of a year: %w", err)
	}
	return out, nil
}

func (s *Store) trained(ctx context.Context, tx *sql.Tx, town, from, to string) ([]casework.Trained, error) {
	people, err := s.entries(ctx, tx, nil, `vacant = 0 AND (town = $1 OR $1 = '')`, town)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(people, casework.CompareEntries)
	type sum struct {
		entry           string
		sessions, hours int
	}
	sums, err := eachRow(ctx, tx, func(scan func(...any) error) (one sum, err error) {
		return one, scan(&one.entry, &one.sessions, &one.hours)
	}, `SELECT p.entry, COUNT(*), CAST(SUM(t.hours) AS BIGINT) FROM training_people p JOIN trainings t ON t.id = p.training WHERE t.day >= $1 AND t.day <= $2 GROUP BY p.entry`, from, to)
	if err != nil {
		return nil, err
	}
	of := map[string]sum{}
	for _, one := range sums {
		of[one.entry] = one
	}
	var out []casework.Trained
	for _, e := range people {
		out = append(out, casework.Trained{Entry: e, Sessions: of[e.ID].sessions, Hours: of[e.ID].hours})
	}
	return out, nil
}

// Training returns a session with those in post of a town, of whom somebody may have
// come: for a supervisor those of the own.
func (s *Store) Training(ctx context.Context, by apply.Actor, id, town string) (f casework.TrainingFile, err error) {
	look := casework.AuditEntry{Actor: by, Action: casework.ReadTraining, Reference: apply.Reference(storable(id)), Detail: storable(town)}
	err = s.show(ctx, look, func(tx *sql.Tx) error {
		f, err = s.trainingFile(ctx, tx, by, id, town)
		return err
	})
	if err != nil {
		return casework.TrainingFile{}, fmt.Errorf("read a training: %w", err)
	}
	return f, nil
}

func (s *Store) trainingFile(ctx context.Context, tx *sql.Tx, by apply.Actor, id, town string) (casework.TrainingFile, error) {
	f := casework.TrainingFile{Town: town, Came: map[string]bool{}}
	var err error
	if f.Training, err = s.training(ctx, tx, id, ""); err != nil {
		return f, err
	}
	u, err := reader(ctx, tx, by, casework.ReadTraining)
	if err != nil {
		return f, err
	}
	if scope := f.Training.Scope(); scope.Town != "" {
		if err := permit(ctx, tx, by, casework.ReadTraining, &scope); err != nil {
			return f, err
		}
		f.Town = scope.Town
	}
	if !u.Everywhere(casework.ReadTraining) {
		f.Town = u.Area
	}
	if f.People, err = s.entries(ctx, tx, nil, `vacant = 0 AND town = $1`, storable(f.Town)); err != nil {
		return f, err
	}
	slices.SortFunc(f.People, casework.CompareEntries)
	came, err := texts[string](ctx, tx, `SELECT entry FROM training_people WHERE training = $1`, f.Training.ID)
	for _, entry := range came {
		f.Came[entry] = true
	}
	return f, err
}

// NewTrainingID returns a number for a training that is about to be planned.
func (s *Store) NewTrainingID() (string, error) { return s.newID() }

// PlanTraining adds a session under the number that its page had: sent twice, it is one.
func (s *Store) PlanTraining(ctx context.Context, by apply.Actor, id string, t casework.Training) error {
	t, err := t.Clean(s.now())
	if err != nil {
		return err
	}
	if !childID.MatchString(id) {
		return apply.ErrNotFound
	}
	t.ID, t.Town = id, storable(t.Town)
	err = s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := permitTraining(ctx, tx, by, t); err != nil {
			return err
		}
		sealed, err := s.sealJSON(trainingWords{t.Topic, t.Place}, trainingBound(id))
		if err != nil {
			return err
		}
		ok, err := changed(tx.ExecContext(ctx, `INSERT INTO trainings (id, version, day, town, audience, hours, body, updated_at) VALUES ($1, 1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
			id, t.Day, t.Town, string(t.Audience), t.Hours, sealed, micros(s.now())))
		if err != nil || !ok {
			return err
		}
		return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: by, Action: casework.KeepTraining, Reference: apply.Reference(id), Detail: "added"})
	})
	if err != nil {
		return fmt.Errorf("plan a training: %w", err)
	}
	return nil
}

// permitTraining lets supervisors keep the own town's sessions; the city's are kept by
// who may do so anywhere.
func permitTraining(ctx context.Context, tx *sql.Tx, by apply.Actor, t casework.Training) error {
	scope := t.Scope()
	return permit(ctx, tx, by, casework.KeepTraining, &scope)
}

// changeTraining runs fn on a session for who may keep it, raises its version and writes
// the audit.
func (s *Store) changeTraining(ctx context.Context, by apply.Actor, id string, version int, detail string, fn func(ctx context.Context, tx *sql.Tx, t casework.Training) error) error {
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		t, err := s.training(ctx, tx, id, s.lockRows)
		if err != nil {
			return err
		}
		if err := permitTraining(ctx, tx, by, t); err != nil {
			return err
		}
		if t.Version != version {
			return apply.ErrConflict
		}
		if err := fn(ctx, tx, t); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE trainings SET version = version + 1, updated_at = $2 WHERE id = $1`, t.ID, micros(s.now())); err != nil {
			return err
		}
		return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: by, Action: casework.KeepTraining, Reference: apply.Reference(t.ID), Detail: detail})
	})
	if err != nil {
		return fmt.Errorf("keep a training: %w", err)
	}
	return nil
}

// EditTraining changes a session; it stays with its town.
func (s *Store) EditTraining(ctx context.Context, by apply.Actor, id string, version int, t casework.Training) error {
	t, err := t.Clean(s.now())
	if err != nil {
		return err
	}
	return s.changeTraining(ctx, by, id, version, "changed", func(ctx context.Context, tx *sql.Tx, old casework.Training) error {
		if old.Came > 0 && !t.Held(s.now()) {
			return apply.Invalid{{Field: "day", Key: casework.KeyTrainingAhead}}
		}
		sealed, err := s.sealJSON(trainingWords{t.Topic, t.Place}, trainingBound(old.ID))
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE trainings SET day = $2, audience = $3, hours = $4, body = $5 WHERE id = $1`, old.ID, t.Day, string(t.Audience), t.Hours, sealed)
		return err
	})
}

// RemoveTraining takes a session out, with who came.
func (s *Store) RemoveTraining(ctx context.Context, by apply.Actor, id string, version int) error {
	return s.changeTraining(ctx, by, id, version, "removed", func(ctx context.Context, tx *sql.Tx, t casework.Training) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM trainings WHERE id = $1`, t.ID)
		return err
	})
}

// RecordAttendance writes down who of a town came; those of other towns stay as they
// are. Somebody who is not in post there is not written down.
func (s *Store) RecordAttendance(ctx context.Context, by apply.Actor, id string, version int, town string, came []string) error {
	return s.changeTraining(ctx, by, id, version, "attended", func(ctx context.Context, tx *sql.Tx, t casework.Training) error {
		if !t.Held(s.now()) {
			return apply.Invalid{{Field: "came", Key: casework.KeyTrainingAhead}}
		}
		if t.Town != "" {
			town = t.Town
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM training_people WHERE training = $1 AND town = $2`, t.ID, storable(town)); err != nil {
			return err
		}
		return attend(ctx, tx, t.ID, storable(town), came)
	})
}

func attend(ctx context.Context, tx *sql.Tx, training, town string, came []string) error {
	for _, entry := range came {
		_, err := tx.ExecContext(ctx, `INSERT INTO training_people (training, entry, town)
			SELECT $1, id, town FROM directory WHERE id = $2 AND vacant = 0 AND (town = $3 OR $3 = '') ON CONFLICT DO NOTHING`, training, storable(entry), town)
		if err != nil {
			return err
		}
	}
	return nil
}

const attendanceKind = "attendance"

// SendAttendance keeps a file that says who came, for who keeps the session.
func (s *Store) SendAttendance(ctx context.Context, by apply.Actor, id string, body []byte) (string, error) {
	id = storable(id)
	file, err := s.sendFile(ctx, sentFile{by, casework.KeepTraining, keptFile{kind: attendanceKind, subject: id, body: body, by: by.ID}}, func(tx *sql.Tx) error {
		t, err := s.training(ctx, tx, id, "")
		if err != nil {
			return err
		}
		return permitTraining(ctx, tx, by, t)
	})
	if err != nil {
		return "", fmt.Errorf("send who came: %w", err)
	}
	return file, nil
}

// attendanceReader reads from a file who of these people came.
type attendanceReader = func(body []byte, people []casework.DirectoryEntry) casework.Attendance

// AttendanceImport says what a file would write down.
func (s *Store) AttendanceImport(ctx context.Context, by apply.Actor, id, file string, read func([]byte, []casework.DirectoryEntry) casework.Attendance) (out casework.AttendanceImport, err error) {
	look := casework.AuditEntry{Actor: by, Action: casework.KeepTraining, Reference: apply.Reference(storable(id)), Detail: "look"}
	err = s.show(ctx, look, func(tx *sql.Tx) error {
		out, err = s.attendanceImport(ctx, tx, by, id, file, "", read)
		return err
	})
	if err != nil {
		return casework.AttendanceImport{}, fmt.Errorf("check who came: %w", err)
	}
	return out, nil
}

func (s *Store) attendanceImport(ctx context.Context, tx *sql.Tx, by apply.Actor, id, file, lock string, read attendanceReader) (casework.AttendanceImport, error) {
	out := casework.AttendanceImport{ID: file}
	var err error
	if out.Training, err = s.training(ctx, tx, id, lock); err != nil {
		return out, err
	}
	if err := permitTraining(ctx, tx, by, out.Training); err != nil {
		return out, err
	}
	kept, err := s.keptFile(ctx, tx, by, attendanceKind, file, lock)
	if err == nil && kept.subject != out.Training.ID {
		err = apply.ErrNotFound
	}
	if err != nil {
		return out, err
	}
	people, err := s.entries(ctx, tx, nil, `vacant = 0 AND (town = $1 OR $1 = '')`, out.Training.Town)
	if err != nil {
		return out, err
	}
	out.Done, out.File = kept.done, read(kept.body, people)
	known, err := texts[string](ctx, tx, `SELECT entry FROM training_people WHERE training = $1`, out.Training.ID)
	for _, e := range out.File.Came {
		if slices.Contains(known, e.ID) {
			out.Known++
		}
	}
	return out, err
}

// ConfirmAttendance writes down all whom a file names, or nobody: exactly the file with
// this hash, once.
func (s *Store) ConfirmAttendance(ctx context.Context, by apply.Actor, id, file, hash string, read func([]byte, []casework.DirectoryEntry) casework.Attendance) error {
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		in, err := s.attendanceImport(ctx, tx, by, id, file, s.lockRows, read)
		switch {
		case err != nil:
			return err
		case in.Done:
			return nil
		case len(in.File.Faults) > 0 || in.File.Hash != hash:
			return apply.ErrConflict
		case !in.Training.Held(s.now()):
			return apply.Invalid{{Field: "came", Key: casework.KeyTrainingAhead}}
		}
		var came []string
		for _, e := range in.File.Came {
			came = append(came, e.ID)
		}
		if err := attend(ctx, tx, in.Training.ID, in.Training.Town, came); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE trainings SET version = version + 1 WHERE id = $1`, in.Training.ID); err != nil {
			return err
		}
		if err := s.fileDone(ctx, tx, file); err != nil {
			return err
		}
		return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: by, Action: casework.KeepTraining, Reference: apply.Reference(in.Training.ID), Detail: "imported"})
	})
	if err != nil {
		return fmt.Errorf("import who came: %w", err)
	}
	return nil
}
