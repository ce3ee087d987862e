package web

import "strings"

// A date is given by eight keys: the year, the month, the day. Below the field stands
// what has been said so far, and what comes next.
const dateDigits = 8

// onlyDigits is a date as the keys make it, whichever way it was written.
func onlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

// dateWords are the sentences that lead through a date, one after the other; the script
// of the keypad puts the digits in the place of #Y, #M and #D.
type dateWords struct{ Year, Month, Day, Done string }

func newDateWords(t func(string, ...any) string) *dateWords {
	return &dateWords{
		Year:  t("form.date.year"),
		Month: t("form.date.month", "Year", "#Y"),
		Day:   t("form.date.day", "Year", "#Y", "Month", "#M"),
		Done:  t("form.date.done", "Year", "#Y", "Month", "#M", "Day", "#D"),
	}
}

// At returns the sentence for what has been given of a date.
func (w *dateWords) At(value string) string {
	digits := onlyDigits(value)
	part := func(from, to int) string { return digits[min(from, len(digits)):min(to, len(digits))] }
	words := w.Year
	switch n := len(digits); {
	case n >= dateDigits:
		words = w.Done
	case n >= 6:
		words = w.Day
	case n >= 4:
		words = w.Month
	}
	return strings.NewReplacer("#Y", part(0, 4), "#M", part(4, 6), "#D", part(6, 8)).Replace(words)
}
