package web

import (
	"strings"
	"unicode/utf8"
)

// The keys of a keypad are buttons of a form of its own, so that the Enter key still
// means the next step. Each post comes back with the same question and one digit more.
const (
	keyPressed = "-key"
	keyErase   = "erase"
	maxDigits  = 6 // of what a keypad makes
)

// keypadForm is the id of the form that the keys belong to.
const keypadForm = "keypad"

// KeypadForm returns the id of the form that the keys belong to.
func (f field) KeypadForm() string { return keypadForm }

// Digits are the keys from which a number is made.
func (f field) Digits() []string { return strings.Split("123456789", "") }

// keyed returns value after a key. What is no key changes nothing.
func keyed(value, key string) string {
	value = strings.TrimSpace(value)
	switch {
	case key == keyErase && value != "":
		_, size := utf8.DecodeLastRuneInString(value)
		return value[:len(value)-size]
	case len(key) == 1 && key[0] >= '0' && key[0] <= '9' && len(value) < maxDigits:
		return value + key
	}
	return value
}
