package apply

import (
	"fmt"
	"log/slog"
	"net/mail"
	"strings"
	"time"
)

// Channel is a way to reach a family outside the site.
type Channel string

// The channels.
const (
	Email Channel = "email"
	SMS   Channel = "sms"
)

// Contact is where a family wants to hear of its application. It is no part of the
// application: the office neither needs nor sees it.
type Contact struct {
	Channel Channel
	Address string // an e-mail address or the number of a mobile phone
	Changes bool   // told of every change, and reminded of what is unfinished
	// Household: it is for all that the family applies for together, later ones as well.
	Household bool
	Notice    string // version of the words that were agreed to
	Agreed    time.Time
}

// LogValue implements slog.LogValuer and leaves the address out.
func (c Contact) LogValue() slog.Value { return slog.StringValue(string(c.Channel)) }

// String keeps %v from showing the address.
func (c Contact) String() string { return fmt.Sprintf("contact by %s", c.Channel) }

// GoString keeps %#v from showing the address.
func (c Contact) GoString() string { return c.String() }

// maxEmail is the longest address that mail servers take (RFC 5321).
const maxEmail = 254

// Check returns the contact with its address as it is used. pass says whether number
// and code are to be sent at once; without that and without changes nothing was asked
// for. The separate consent follows the Personal Information Protection Law
// (个人信息保护法), articles 14 and 29.
func (c Contact) Check(pass bool) (Contact, error) {
	var out Invalid
	known := c.Channel == Email || c.Channel == SMS
	if !known {
		out = append(out, Problem{Field: "channel", Key: KeyChoose})
	}
	switch {
	case strings.TrimSpace(c.Address) == "":
		out = append(out, Problem{Field: "address", Key: KeyRequired})
	case !known: // what form it has to have is open
	case c.Channel == Email:
		c.Address = strings.TrimSpace(visible(c.Address))
		a, err := mail.ParseAddress(c.Address)
		if err != nil || a.Address != c.Address || len(c.Address) > maxEmail {
			out = append(out, Problem{Field: "address", Key: KeyEmailForm})
		}
	default:
		number, p := checkPhone(c.Address)
		if c.Address = number; p.Key != "" || !mobile(number) {
			out = append(out, Problem{Field: "address", Key: KeyMobileForm})
		}
	}
	if !pass && !c.Changes {
		out = append(out, Problem{Field: "pass", Key: KeyContactNothing})
	}
	if c.Notice == "" {
		out = append(out, Problem{Field: "consent", Key: KeyContactConsent})
	}
	return c, out.Err()
}
