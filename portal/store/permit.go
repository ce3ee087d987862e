package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// permit returns [casework.ErrForbidden] unless the user may do this, with a case of
// that scope where there is one. It reads the account as it is at this moment: a role
// that was taken away ends here, whatever a page still believes. The zero Actor is the
// command line, which may do everything.
func permit(ctx context.Context, tx *sql.Tx, by apply.Actor, action casework.Action, at *casework.Scope) error {
	if by == (apply.Actor{}) {
		return nil
	}
	u, err := scanUser(tx.QueryRowContext(ctx, userColumns+` WHERE id = $1`, by.ID).Scan)
	if errors.Is(err, apply.ErrNotFound) {
		return fmt.Errorf("%s by nobody known: %w", action, casework.ErrForbidden)
	}
	if err != nil {
		return err
	}
	if at == nil && u.Has(action) || at != nil && u.May(action, *at) {
		return nil
	}
	return fmt.Errorf("%s by %s: %w", action, u.Role, casework.ErrForbidden)
}
