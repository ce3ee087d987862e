package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// OfferHandOver makes the codes by which the family's phone takes an application over;
// earlier ones stop counting.
func (s *Store) OfferHandOver(ctx context.Context, by apply.Actor, ref apply.Reference) (casework.Offer, error) {
	var offer casework.Offer
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if _, err := s.lockMembers(ctx, tx, ref); err != nil {
			return err
		}
		part, err := s.assistOf(ctx, tx, by, ref)
		if err == nil && !part.Offerable(s.now()) {
			err = casework.ErrAssistOver
		}
		if err != nil {
			return err
		}
		if offer, err = s.newOffer(); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE assists SET token_hash = $1, code_index = $2, code_until = $3, claim_hash = '' WHERE reference = $4`,
			offer.Token.Hash(), s.shortIndex(offer.Code), micros(offer.Until), string(part.Reference)); err != nil {
			return err
		}
		return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: by, Action: casework.OfferAssist, Reference: part.Reference})
	})
	if err != nil {
		return casework.Offer{}, fmt.Errorf("offer to hand over: %w", err)
	}
	return offer, nil
}

func (s *Store) newOffer() (o casework.Offer, err error) {
	if o.Token, err = apply.NewToken(s.random); err != nil {
		return o, err
	}
	o.Until = s.now().Add(casework.HandOverLasts)
	o.Code, err = apply.NewShortCode(s.random)
	return o, err
}

// shortIndex is under a key, unlike the hash of a token: ten digits are soon tried.
func (s *Store) shortIndex(code apply.ShortCode) string { return s.blind("hand-over", string(code)) }

// PrintHandOver renews the access code and returns it for paper, once; the director's
// part ends with it. For some minutes, and until the family has opened the application, it
// returns the same again.
func (s *Store) PrintHandOver(ctx context.Context, by apply.Actor, ref apply.Reference) (apply.Reference, apply.Code, error) {
	var head apply.Reference
	var code apply.Code
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		refs, err := s.lockMembers(ctx, tx, ref)
		if err != nil {
			return err
		}
		part, err := s.assistOf(ctx, tx, by, ref)
		if err != nil {
			return err
		}
		switch head = part.Reference; {
		case part.PrintedNow(s.now()):
			code, err = s.printedCode(ctx, tx, refs)
		case part.Printable(s.now()):
			code, err = s.print(ctx, tx, head, refs)
		default:
			err = casework.ErrAssistOver
		}
		if err != nil {
			return err
		}
		return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: by, Action: casework.PrintAssist, Reference: head})
	})
	if err != nil {
		return "", "", fmt.Errorf("hand over on paper: %w", err)
	}
	return head, code, nil
}

// print renews the code and ends the part.
func (s *Store) print(ctx context.Context, tx *sql.Tx, head apply.Reference, refs []apply.Reference) (apply.Code, error) {
	code, err := s.renewCode(ctx, tx, refs)
	if err != nil {
		return "", err
	}
	if err := endAssist(ctx, tx, head, casework.Printed); err != nil {
		return "", err
	}
	_, err = tx.ExecContext(ctx, `UPDATE assists SET code_until = $1 WHERE reference = $2`, micros(s.now().Add(casework.SlipLasts)), string(head))
	return code, err
}

// printedCode returns the code of what was printed, unless a browser has opened it since.
func (s *Store) printedCode(ctx context.Context, tx *sql.Tx, refs []apply.Reference) (apply.Code, error) {
	for _, ref := range refs {
		var n int
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM draft_tokens WHERE reference = $1`, string(ref)).Scan(&n); err != nil {
			return "", err
		}
		if n > 0 {
			return "", casework.ErrAssistOver
		}
	}
	a, err := s.load(ctx, tx, refs[0])
	if err != nil {
		return "", err
	}
	return a.Code, nil
}

// HandOverFrom says who offers the application of a token, to whoever has it. A token
// that was used, or is too old, is [apply.ErrNotFound].
func (s *Store) HandOverFrom(ctx context.Context, token apply.Token) (casework.From, error) {
	var f casework.From
	err := s.db.QueryRowContext(ctx, `SELECT u.name, u.area, u.village FROM assists s JOIN users u ON u.id = s.user_id
		WHERE s.token_hash = $1 AND s.code_until > $2 AND s.ending IN ('', 'stopped')`, token.Hash(), micros(s.now())).Scan(&f.Name, &f.Area, &f.Village)
	if err != nil {
		return f, fmt.Errorf("hand-over: %w", missing(err))
	}
	return f, nil
}

// TakeOver gives an application to the browser that has its token, or the short code,
// and renews the access code: the director's part ends. It does so once; the same claim
// again, from a phone that lost the answer on its way, gets a new token for the same.
// What is wrong, used or too old is one and the same [apply.ErrNotFound]; many tries
// from one client lock it out.
func (s *Store) TakeOver(ctx context.Context, token apply.Token, code apply.ShortCode, claim apply.Token, client string) (*apply.Application, apply.Token, error) {
	try := attempt{{byHandOver, client}}
	if err := s.begin(ctx, try); err != nil {
		return nil, "", fmt.Errorf("take over: %w", err)
	}
	var a *apply.Application
	var browser apply.Token
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		head, err := s.takeOver(ctx, tx, token, code, claim)
		if err != nil {
			return err
		}
		if a, err = s.load(ctx, tx, head); err != nil {
			return err
		}
		if browser, err = s.remember(ctx, tx, head); err != nil {
			return err
		}
		if err := s.succeed(ctx, tx, try); err != nil {
			return err
		}
		return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: apply.Family, Action: casework.TakeAssist, Reference: head})
	})
	if err != nil {
		return nil, "", fmt.Errorf("take over: %w", err)
	}
	return a, browser, nil
}

func (s *Store) takeOver(ctx context.Context, tx *sql.Tx, token apply.Token, code apply.ShortCode, claim apply.Token) (apply.Reference, error) {
	var head apply.Reference
	index := s.shortIndex(code)
	err := tx.QueryRowContext(ctx, `SELECT reference FROM assists WHERE (token_hash = $1 OR $2 <> '' AND code_index = $2) AND code_until > $3`,
		token.Hash(), index, micros(s.now())).Scan(&head)
	if err != nil {
		return "", missing(err)
	}
	refs, err := s.lockMembers(ctx, tx, head)
	if err != nil {
		return "", err
	}
	// Under the locks: somebody else may have been quicker.
	var ending casework.Ending
	var claimed string
	err = tx.QueryRowContext(ctx, `SELECT ending, claim_hash FROM assists WHERE reference = $1 AND (token_hash = $2 OR $3 <> '' AND code_index = $3)`+s.lockRows,
		string(head), token.Hash(), index).Scan(&ending, &claimed)
	switch {
	case err != nil:
		return "", missing(err)
	case ending == casework.Handed && claimed == claim.Hash():
		return head, nil
	case ending != casework.NotEnded && ending != casework.Stopped:
		return "", apply.ErrNotFound
	}
	if _, err := s.renewCode(ctx, tx, refs); err != nil {
		return "", err
	}
	_, err = tx.ExecContext(ctx, `UPDATE assists SET ending = $1, claim_hash = $2 WHERE reference = $3`, string(casework.Handed), claim.Hash(), string(head))
	return head, err
}

// ConfirmHandOver records that the family says that what was handed over is theirs.
func (s *Store) ConfirmHandOver(ctx context.Context, ref apply.Reference) error {
	return s.settleHandOver(ctx, ref, casework.Confirmed, casework.ConfirmAssist)
}

// RefuseHandOver takes an application back from a phone that is not the family's: it
// forgets it, its code is renewed, and the director can hand it over again, still
// without seeing it.
func (s *Store) RefuseHandOver(ctx context.Context, ref apply.Reference) error {
	return s.settleHandOver(ctx, ref, casework.Stopped, casework.RefuseAssist)
}

func (s *Store) settleHandOver(ctx context.Context, ref apply.Reference, how casework.Ending, action casework.Action) error {
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		refs, err := s.lockMembers(ctx, tx, ref)
		if err != nil {
			return err
		}
		ok, err := changed(tx.ExecContext(ctx, `UPDATE assists SET ending = $1, token_hash = '', code_index = '', claim_hash = '' WHERE reference = $2 AND ending = $3`,
			string(how), string(ref), string(casework.Handed)))
		if err == nil && !ok {
			err = apply.ErrNotFound
		}
		if err != nil {
			return err
		}
		if how == casework.Stopped {
			if _, err := s.renewCode(ctx, tx, refs); err != nil {
				return err
			}
		}
		return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: apply.Family, Action: action, Reference: ref})
	})
	if err != nil {
		return fmt.Errorf("settle a hand-over: %w", err)
	}
	return nil
}

// HelpOf tells a family who helped with an application, what it agreed to and how the
// help ended; [apply.ErrNotFound] if nobody did.
func (s *Store) HelpOf(ctx context.Context, ref apply.Reference) (casework.Assist, casework.From, error) {
	var a casework.Assist
	var from casework.From
	err := s.read(ctx, func(tx *sql.Tx) error {
		err := tx.QueryRowContext(ctx, `SELECT s.user_id, u.name, u.area, u.village FROM assists s JOIN users u ON u.id = s.user_id JOIN applications a ON a.reference = $1
			WHERE s.reference = CASE WHEN a.household <> '' THEN a.household ELSE a.reference END AND a.created_at = s.started_at`,
			string(ref)).Scan(&a.UserID, &from.Name, &from.Area, &from.Village)
		if err != nil {
			return missing(err)
		}
		a, err = s.assistOf(ctx, tx, apply.Actor{ID: a.UserID}, ref)
		return err
	})
	if err != nil {
		return a, from, fmt.Errorf("help with an application: %w", err)
	}
	return a, from, nil
}

// RenewCode gives a family a new access code for all that it applies for together, at
// its wish, and forgets the browsers that were remembered but for the one that asked. The
// token is for that one; own are those that it has, which go on counting: the answer may be
// lost on its way, and with it the code and the token.
func (s *Store) RenewCode(ctx context.Context, ref apply.Reference, own ...apply.Token) (apply.Token, error) {
	var token apply.Token
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		refs, err := s.lockMembers(ctx, tx, ref)
		if err != nil {
			return err
		}
		kept, err := rememberedFor(ctx, tx, refs, own)
		if err != nil {
			return err
		}
		if _, err := s.renewCode(ctx, tx, refs); err != nil {
			return err
		}
		if token, err = s.remember(ctx, tx, ref); err != nil {
			return err
		}
		for token, ref := range kept {
			if err := s.rememberBy(ctx, tx, token, ref); err != nil {
				return err
			}
		}
		return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: apply.Family, Action: casework.RenewCode, Reference: ref})
	})
	if err != nil {
		return "", fmt.Errorf("renew the access code: %w", err)
	}
	return token, nil
}

// rememberedFor returns for which of these applications each token counts; those that count
// for none are left out.
func rememberedFor(ctx context.Context, tx *sql.Tx, refs []apply.Reference, tokens []apply.Token) (map[apply.Token]apply.Reference, error) {
	out := map[apply.Token]apply.Reference{}
	for _, t := range tokens {
		var ref apply.Reference
		err := tx.QueryRowContext(ctx, `SELECT reference FROM draft_tokens WHERE token_hash = $1`, t.Hash()).Scan(&ref)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return nil, err
		}
		if err == nil && slices.Contains(refs, ref) {
			out[t] = ref
		}
	}
	return out, nil
}
