package apply

import "strings"

// Problem is one thing to mend, as a message key and its arguments. It never
// holds the value that was typed.
type Problem struct {
	Section string         // page of the form that asks it; empty outside the form
	Field   string         // name of the question or input
	Key     string         // message key, see [MessageKeys]
	Args    map[string]any // counts and bounds for the message
	Confirm bool           // the page may offer “I have checked it”, see [CheckedField]
}

// Invalid lists what must be mended before something can be accepted, in the
// order of the page. An empty Invalid means that nothing is wrong.
//
//nolint:errname // The name is the one callers know all three error kinds by.
type Invalid []Problem

// Error names fields and keys, never values.
func (v Invalid) Error() string {
	parts := make([]string, len(v))
	for i, p := range v {
		parts[i] = p.Field + ": " + p.Key
	}
	return "invalid input: " + strings.Join(parts, ", ")
}

// Err returns v as an error, nil if nothing is wrong.
func (v Invalid) Err() error {
	if len(v) == 0 {
		return nil
	}
	return v
}

// Field returns the first problem of a field.
func (v Invalid) Field(name string) (Problem, bool) {
	for _, p := range v {
		if p.Field == name {
			return p, true
		}
	}
	return Problem{}, false
}

// Except returns a copy of the answers without the fields that are wrong: what
// may be saved already while the rest is mended.
func (v Invalid) Except(a Answers) Answers {
	out := a.clone()
	for _, p := range v {
		delete(out, p.Field)
	}
	return out
}

// Keys of the messages that this package asks for.
const (
	KeyRequired        = "error.required"
	KeyChoose          = "error.choose"
	KeyOption          = "error.choice.option"
	KeyTextLong        = "error.text.long"           // Max, Count
	KeyAddressShort    = "error.address.short"       // Min
	KeyNameShort       = "error.name.short"          // Min
	KeyNameLong        = "error.name.long"           // Max
	KeyNameLetters     = "error.name.letters"        //
	KeyIDFifteen       = "error.resident-id.fifteen" // an old number of 15 digits
	KeyIDLength        = "error.resident-id.length"  // Count
	KeyIDEight         = "error.resident-id.eight"   // may be a 台胞证, or a telephone number
	KeyIDDigits        = "error.resident-id.digits"  // other characters than digits and a final X
	KeyIDRegion        = "error.resident-id.region"  // the first digits name no province
	KeyIDDate          = "error.resident-id.date"    // the date in it does not exist
	KeyIDFuture        = "error.resident-id.future"  // born after today
	KeyIDCheck         = "error.resident-id.check"   // the check digit does not fit
	KeyDateForm        = "error.date.form"           // not readable as a date
	KeyDateExists      = "error.date.exists"         // no such day, such as 31 June
	KeyDateEarly       = "error.date.early"          // before 1900
	KeyPhoneForm       = "error.phone.form"          //
	KeyPhoneLength     = "error.phone.length"        // Count
	KeyPhoneArea       = "error.phone.area"          // area code or +852, +853 missing
	KeyNumberForm      = "error.number.form"         //
	KeyNumberSmall     = "error.number.small"        // Min
	KeyNumberLarge     = "error.number.large"        // Max
	KeyAmountForm      = "error.amount.form"         //
	KeyBankDigits      = "error.bank-account.digits" //
	KeyBankLength      = "error.bank-account.length" // Count, Min, Max
	KeyBankCheck       = "error.bank-account.check"  // Luhn fails; may be confirmed
	KeyConsentAgree    = "error.consent.agree"       // the box is not ticked
	KeyConsentName     = "error.consent.name"        // nobody named
	KeyConsentRelation = "error.consent.relation"    // relation to the child missing
	KeyReasonRequired  = "error.reason.required"     //
	KeyGroundRequired  = "error.ground.required"     // none of the list is chosen
	KeyGroundOption    = "error.ground.option"       // one that the policy does not have any more
	KeyOtherOfficer    = "error.other-officer"       // somebody else has to decide
	KeyVisitDay        = "error.visit.day"           //
	KeyVisitPresent    = "error.visit.present"       //
	KeyVisitSeen       = "error.visit.seen"          //
	KeyMessageRequired = "error.message.required"    // nothing was supplied
	KeyObjectRequired  = "error.message.object"      // no word of why the family objects
	KeyMessageLong     = "error.message.long"        // Max, Count
	KeyDocumentMissing = "error.document.missing"    // neither a file nor brought on paper
	KeyFileNotKept     = "error.file.kept"           // there is no place for it now
	KeyFilesMany       = "error.files.many"          // Max of one document
	KeyFilesAll        = "error.files.all"           // Max of an application
	KeyEmailForm       = "error.email.form"          //
	KeyMobileForm      = "error.mobile.form"         // no number of a mobile phone here
	KeyContactNothing  = "error.contact.nothing"     // neither the code nor changes wanted
	KeyContactConsent  = "error.contact.consent"     // the box is not ticked
	KeyContactOften    = "error.contact.often"       // too many messages to this address today
)

// MessageKeys lists every key that a [Problem] of this package may carry, for the
// check that all languages have words for them.
func MessageKeys() []string {
	return []string{
		KeyRequired, KeyChoose, KeyOption, KeyTextLong, KeyAddressShort,
		KeyNameShort, KeyNameLong, KeyNameLetters,
		KeyIDFifteen, KeyIDLength, KeyIDEight, KeyIDDigits, KeyIDRegion, KeyIDDate, KeyIDFuture, KeyIDCheck,
		KeyDateForm, KeyDateExists, KeyDateEarly,
		KeyPhoneForm, KeyPhoneLength, KeyPhoneArea,
		KeyNumberForm, KeyNumberSmall, KeyNumberLarge, KeyAmountForm,
		KeyBankDigits, KeyBankLength, KeyBankCheck,
		KeyConsentAgree, KeyConsentName, KeyConsentRelation,
		KeyOtherOfficer, KeyVisitDay, KeyVisitPresent, KeyVisitSeen, KeyReasonRequired, KeyGroundRequired, KeyGroundOption, KeyMessageRequired, KeyObjectRequired, KeyMessageLong,
		KeyDocumentMissing, KeyFileNotKept, KeyFilesMany, KeyFilesAll,
		KeyEmailForm, KeyMobileForm, KeyContactNothing, KeyContactConsent, KeyContactOften,
	}
}
