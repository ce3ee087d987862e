package casework

import (
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"huitong/portal/apply"
	"huitong/portal/sheet"
)

// Bounds of a password, in characters. Only length counts, beside a short list of
// what everybody tries first (NIST SP 800-63B advises against rules of composition).
const (
	MinPassword = 12
	MaxPassword = 200
)

// Keys of the messages that this package asks for.
const (
	KeyPasswordShort  = "error.password.short"   // Min
	KeyPasswordLong   = "error.password.long"    // Max
	KeyPasswordCommon = "error.password.common"  // guessed at once
	KeyPasswordWrong  = "error.password.wrong"   // the one so far
	KeyPasswordSame   = "error.password.same"    // as the one so far
	KeyLoginForm      = "error.login.form"       // 3 to 32 of a–z, 0–9, . _ -
	KeyLoginTaken     = "error.login.taken"      //
	KeyStaffName      = "error.staff.name"       //
	KeyRole           = "error.staff.role"       //
	KeyArea           = "error.staff.area"       // a role of a town needs its town
	KeyVillage        = "error.staff.village"    // a director belongs to villages or communities
	KeyDepartment     = "error.staff.department" // a liaison belongs to a department
	KeyAccessProof    = "error.access.proof"     // how somebody was recognised
	KeyAccessReason   = "error.access.reason"    // Max
	KeyAssistRelation = "error.assist.relation"  // who agreed to be helped
	KeyAssistMeans    = "error.assist.means"     // how
	KeyAssistAgree    = "error.assist.agree"     // that they did
	KeyNoMarks        = "error.talk.marks"       // nothing was ticked

	KeyReferralTask    = "error.referral.task"    // what is asked of whom
	KeyReferralDays    = "error.referral.days"    // Max working days
	KeyReferralFields  = "error.referral.fields"  // nothing is ticked
	KeyReferralWords   = "error.referral.words"   // what is missing, or what was added
	KeyReferralLong    = "error.referral.long"    // Max
	KeyReferralOutcome = "error.referral.outcome" // of an answer

	KeyConferenceDay     = "error.conference.day"     // none, or one that is past
	KeyConferencePlace   = "error.conference.place"   //
	KeyConferenceAgenda  = "error.conference.agenda"  //
	KeyConferenceOthers  = "error.conference.others"  // too long
	KeyConferenceWho     = "error.conference.who"     // nobody is invited
	KeyConferenceStaff   = "error.conference.staff"   // Login, which nobody has
	KeyConferenceMinutes = "error.conference.minutes" // Max
	KeyConferenceWhat    = "error.conference.what"    // Max
	KeyConferenceOwner   = "error.conference.owner"   // nobody who takes part
	KeyDayAhead          = "error.child.day.ahead"    // what is told has not happened yet
	KeyBornOrID          = "error.child.born"         // one of the two tells the age
	KeyDayPast           = "error.child.day.past"     // what is planned is over
	KeyChildKnown        = "error.child.known"        // a child with this ID number is in the register
	KeyInCustody         = "error.child.custody"      // temporary guardianship has to end before
	KeyHelperNext        = "error.child.helper"       // the band wants a helper
	KeyNoSuchChild       = "error.child.none"         // or none that the user may open
	KeyReportKind        = "error.report.kind"        // what is happening
	KeyReportPlace       = "error.report.place"       // where
	KeyReportWords       = "error.report.words"       // a step that needs an explanation
	KeyReportDetail      = "error.report.detail"      // to whom, where to, how it ended
)

// MessageKeys lists every key that problems of this package may carry.
func MessageKeys() []string {
	return []string{
		KeyPasswordShort, KeyPasswordLong, KeyPasswordCommon, KeyPasswordWrong, KeyPasswordSame,
		KeyLoginForm, KeyLoginTaken, KeyStaffName, KeyRole, KeyArea, KeyVillage, KeyDepartment, KeyAccessProof, KeyAccessReason,
		KeyAssistRelation, KeyAssistMeans, KeyAssistAgree, KeyViewName, KeyViewMany,
		KeyReferralTask, KeyReferralDays, KeyReferralFields, KeyReferralWords, KeyReferralLong, KeyReferralOutcome,
		KeyConferenceDay, KeyConferencePlace, KeyConferenceAgenda, KeyConferenceOthers, KeyConferenceWho, KeyConferenceStaff,
		KeyConferenceMinutes, KeyConferenceWhat, KeyConferenceOwner,
		KeyDayAhead, KeyBornOrID, KeyDayPast, KeyChildKnown, KeyInCustody, KeyHelperNext, KeyNoSuchChild,
		KeyDirectoryTown, KeyDirectoryVillage, KeyDirectoryName, KeyDirectoryPhone, KeyDirectoryTwice, sheet.KeyEmpty, sheet.KeyEncoding, sheet.KeyQuotes, sheet.KeyColumn, sheet.KeyTwice, sheet.KeyRows, sheet.KeyTown, sheet.KeyOther, sheet.KeyRepeated, KeyFilePublic, sheet.KeyLarge,
		KeyFileNobody, KeyTrainingTopic, KeyTrainingPlace, KeyTrainingAudience, KeyTrainingHours, KeyTrainingAhead,
		KeyCallName, KeyCallWhen, KeyCallConsent, KeyCallStep, KeyCallTries,
	}
}

// common passwords of at least twelve characters, without repetitions and runs,
// which are found by their shape.
var common = []string{
	"password1234", "passwordpassword", "password123456", "qwertyuiop12", "qwertyuiop123",
	"1qaz2wsx3edc", "1q2w3e4r5t6y", "administrator", "adminadmin123", "zhongshan123",
	"zhongshan2026", "woaini1314520", "woaini5201314", "huitong123456", "letmein12345",
	"iloveyou1234", "welcome12345", "changeme1234", "abc123456789", "a123456789123",
}

// checkPassword says what is wrong with a new password.
func checkPassword(password, login string) (apply.Problem, bool) {
	p := apply.Problem{Field: "password"}
	lower := strings.ToLower(password)
	switch n := utf8.RuneCountInString(password); {
	case n < MinPassword:
		p.Key, p.Args = KeyPasswordShort, map[string]any{"Min": MinPassword}
	case n > MaxPassword:
		p.Key, p.Args = KeyPasswordLong, map[string]any{"Max": MaxPassword}
	case monotone(lower) || login != "" && strings.ReplaceAll(lower, login, "") == "":
		p.Key = KeyPasswordCommon
	}
	for _, c := range common {
		if lower == c {
			p.Key = KeyPasswordCommon
		}
	}
	return p, p.Key != ""
}

// monotone reports whether s is one repeated character or a run such as
// 123456789012 or abcdefghijkl.
func monotone(s string) bool {
	for _, step := range []int{0, 1, -1} {
		run := true
		for i := 1; i < len(s) && run; i++ {
			d := int(s[i]) - int(s[i-1])
			run = d == step || step != 0 && (d == -9*step) // 9 is followed by 0
		}
		if run {
			return true
		}
	}
	return false
}

// PasswordCost holds the parameters of argon2id.
type PasswordCost struct {
	Memory  uint32 // KiB
	Time    uint32 // passes
	Threads uint8
}

// DefaultCost is what hashes are made with outside of tests. Raising it is safe at any
// time: older hashes still verify and are renewed at the next sign-in.
func DefaultCost() PasswordCost { return PasswordCost{Memory: 19 * 1024, Time: 2, Threads: 1} }

// Limits on what a stored hash may ask for, so that a damaged one cannot take the
// machine down.
const (
	maxMemory = 1 << 20 // KiB
	maxTime   = 20
)

const saltSize, keySize = 16, 32

// Hash returns the PHC string of the argon2id hash under a fresh salt.
func (c PasswordCost) Hash(random io.Reader, password string) (string, error) {
	salt := make([]byte, saltSize)
	if _, err := io.ReadFull(random, salt); err != nil {
		return "", fmt.Errorf("draw a salt: %w", err)
	}
	return c.phc(salt, c.key(password, salt)), nil
}

func (c PasswordCost) key(password string, salt []byte) []byte {
	return argon2.IDKey([]byte(password), salt, c.Time, c.Memory, c.Threads, keySize)
}

var b64 = base64.RawStdEncoding

func (c PasswordCost) phc(salt, key []byte) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.Memory, c.Time, c.Threads,
		b64.EncodeToString(salt), b64.EncodeToString(key))
}

var errHash = errors.New("not an argon2id hash of this portal")

func parsePHC(s string) (c PasswordCost, salt, key []byte, err error) {
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return c, nil, nil, errHash
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.Memory, &c.Time, &c.Threads); err != nil {
		return c, nil, nil, errHash
	}
	if c.Memory == 0 || c.Memory > maxMemory || c.Time == 0 || c.Time > maxTime || c.Threads == 0 {
		return c, nil, nil, errHash
	}
	salt, saltErr := b64.DecodeString(parts[4])
	key, keyErr := b64.DecodeString(parts[5])
	if saltErr != nil || keyErr != nil || len(salt) < 8 || len(key) != keySize {
		return c, nil, nil, errHash
	}
	return c, salt, key, nil
}

// Check compares a password with its stored hash in constant time. The
// second result asks for a new hash, because the parameters have been raised
// since. An empty hash (nobody by that login) takes as long as a real one.
func (c PasswordCost) Check(hash, password string) (ok, outdated bool, err error) {
	if hash == "" {
		c.key(password, make([]byte, saltSize))
		return false, false, nil
	}
	made, salt, key, err := parsePHC(hash)
	if err != nil {
		return false, false, fmt.Errorf("read the stored password: %w", err)
	}
	ok = subtle.ConstantTimeCompare(key, made.key(password, salt)) == 1
	return ok, ok && made != c, nil
}

// CheckNewPassword says what is wrong with a password that is to follow the user's
// present one. Its problems name the field new.
func (u User) CheckNewPassword(password string) error {
	if p, bad := checkPassword(password, u.Login); bad {
		p.Field = "new"
		return apply.Invalid{p}
	}
	if same, _, err := (PasswordCost{}).Check(u.Password, password); err != nil {
		return err
	} else if same {
		return apply.Invalid{{Field: "new", Key: KeyPasswordSame}}
	}
	return nil
}
