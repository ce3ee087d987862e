package web

import (
	"cmp"
	"strings"
	"unicode/utf8"
)

// The keys of a keypad are buttons of a form of its own, so that the Enter key still
// means the next step. Each post comes back with the same question and one digit more.
const (
	keyPressed = "-key"
	keyErase   = "erase"
	keyX       = "X" // the last sign of some ID numbers
	maxDigits  = 6   // of an age or a count
)

// keypadForm is the id of the form that the keys belong to.
const keypadForm = "keypad"

// KeypadForm returns the id of the form that the keys belong to.
func (f field) KeypadForm() string { return cmp.Or(f.Form, keypadForm) }

// Digits are the keys from which a number is made.
func (f field) Digits() []string { return strings.Split("123456789", "") }

// withKeys are the types of question that are also answered by keys.
var withKeys = []string{"number", "date", "phone", "bank-account", "resident-id"}

// afterKey returns value after a key, at most room characters. What is no key changes nothing.
func afterKey(value, key string, room int) string {
	value = strings.TrimSpace(value)
	switch {
	case key == keyErase && value != "":
		_, size := utf8.DecodeLastRuneInString(value)
		return value[:len(value)-size]
	case len(key) == 1 && (key[0] >= '0' && key[0] <= '9' || key == keyX) && len(value) < room:
		return value + key
	}
	return value
}
