package web

import (
	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/casework"
	"huitong/portal/outreach"
)

// kitCode is what a family scans or types to come to the policy at home, counted to the
// village where it was told.
type kitCode struct {
	Village string   `json:"village"`
	Link    string   `json:"link"`
	Rows    []string `json:"rows"` // of the QR code, see rowsOfQR
	Chat    string   `json:"chat"` // message for a group
}

// addKitCodes gives each policy of the kit what is read out of it, and the link of each of
// the director's villages with a message for groups; without any, that by which anybody
// shares it. They work as soon as they are on the device: nothing of them is made there.
func (s *Server) addKitCodes(c *fiber.Ctx, u casework.User, policies []*content.Policy, kit []kitPolicy) error {
	targets := make([]outreach.Target, len(policies))
	pitches := make([]pitch, len(policies))
	for i, p := range policies {
		targets[i] = outreach.Target{Kind: outreach.Policy, Slug: p.Slug}
		pitches[i] = s.pitchOf(visitOf(c).Lang, goal{Policy: p, FAQ: -1}, outreach.Policy)
		kit[i].Script = s.contentText(c, pitches[i].Script)
	}
	if s.cases.Sharing == nil || len(u.Villages()) == 0 {
		for i, t := range targets {
			if err := kit[i].add(s, c, pitches[i], outreach.Link{Code: t.PublicCode()}); err != nil {
				return err
			}
		}
		return nil
	}
	for _, at := range s.sharesFor(u) {
		links, err := s.cases.Sharing.ShareLinks(c.UserContext(), u.Actor(), targets, at)
		if err != nil {
			return err
		}
		for i, l := range links {
			if err := kit[i].add(s, c, pitches[i], l); err != nil {
				return err
			}
		}
	}
	return nil
}

func (k *kitPolicy) add(s *Server, c *fiber.Ctx, told pitch, l outreach.Link) error {
	address := s.base + visitOf(c).Lang.path(shortPath(l.Code))
	rows, err := rowsOfQR(address)
	if err != nil {
		return err
	}
	k.Codes = append(k.Codes, kitCode{l.Village, address, rows, s.chatText(visitOf(c).Lang, told, address, l.Village)})
	return nil
}
