package notify

import (
	"context"
	"errors"
	"fmt"
	netmail "net/mail"
	"net/url"
	"strconv"

	"github.com/wneessen/go-mail"
)

// Email sends over one SMTP server.
type Email struct {
	from    string
	host    string
	options []mail.Option
}

// NewEmail takes smtp://user:password@host:port, where the connection is encrypted
// by STARTTLS, or smtps:// for one that is from its start. Without a port these are
// 587 and 465. Only with ?tls=off does it go unencrypted, for a relay on the same
// machine. from is the sender.
func NewEmail(address, from string) (*Email, error) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.Path != "" || u.Scheme != "smtp" && u.Scheme != "smtps" {
		return nil, errors.New("is not smtp://user:password@host:port or smtps://…") // may hold a password
	}
	sender, err := netmail.ParseAddress(from)
	if err != nil {
		return nil, errors.New("the sender is no e-mail address")
	}
	e := &Email{from: sender.String(), host: u.Hostname()}
	port, policy := 587, mail.TLSMandatory
	if u.Scheme == "smtps" {
		port = 465
		e.options = append(e.options, mail.WithSSL())
	}
	if u.Query().Get("tls") == "off" {
		policy = mail.NoTLS
	}
	if u.Port() != "" {
		if port, err = strconv.Atoi(u.Port()); err != nil {
			return nil, errors.New("the port is no number")
		}
	}
	e.options = append(e.options, mail.WithPort(port), mail.WithTLSPolicy(policy), mail.WithTimeout(timeout), mail.WithoutNoop())
	if password, set := u.User.Password(); set {
		e.options = append(e.options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(u.User.Username()), mail.WithPassword(password))
	}
	return e, nil
}

// Send hands the message to the server, which answers for it from then on.
func (e *Email) Send(ctx context.Context, m Message) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	msg := mail.NewMsg()
	if msg.From(e.from) != nil || msg.To(m.To) != nil {
		return fmt.Errorf("e-mail: address: %w", ErrRefused)
	}
	msg.SetMessageIDWithValue(m.ID + "@" + e.host) // the same each time: mailboxes drop the second
	msg.SetDate()
	msg.Subject(m.Subject)
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetBodyString(mail.TypeTextPlain, m.Text)
	client, err := mail.NewClient(e.host, e.options...)
	if err != nil {
		return errors.New("e-mail: the settings do not fit together")
	}
	return plain(client.DialAndSendWithContext(ctx, msg))
}

// plain keeps the reply code of an error and drops its words, which name the
// recipient. What the server says of a recipient with 5xx it will say again.
func plain(err error) error {
	if err == nil {
		return nil
	}
	var sent *mail.SendError
	if !errors.As(err, &sent) {
		return errors.New("e-mail: the server cannot be reached or refuses us")
	}
	if sent.Reason == mail.ErrSMTPRcptTo && sent.ErrorCode() >= 500 {
		return fmt.Errorf("e-mail: reply %d: %w", sent.ErrorCode(), ErrRefused)
	}
	return fmt.Errorf("e-mail: reply %d", sent.ErrorCode())
}
