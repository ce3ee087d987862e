package web

import (
	"cmp"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
)

// What the head says of a page in the words of schema.org, as JSON-LD. It is data
// in a script element that no browser runs; html/template encodes and escapes it.

type linkedGraph struct {
	Context string `json:"@context"`
	Graph   []any  `json:"@graph"`
}

type linkedList struct {
	Type  string       `json:"@type"` // BreadcrumbList
	Items []linkedItem `json:"itemListElement"`
}

type linkedItem struct {
	Type     string `json:"@type"` // ListItem
	Position int    `json:"position"`
	Name     string `json:"name"`
	Item     string `json:"item"`
}

type linkedSite struct {
	Type string `json:"@type"` // WebSite
	Name string `json:"name"`
	URL  string `json:"url"`
	Lang string `json:"inLanguage"`
}

type linkedService struct {
	Type        string         `json:"@type"` // GovernmentService
	ID          string         `json:"@id"`
	Name        string         `json:"name"`
	Other       []string       `json:"alternateName,omitempty"`
	Description string         `json:"description"`
	URL         string         `json:"url"`
	Kind        string         `json:"serviceType"`
	Provider    linkedName     `json:"provider"`
	Area        linkedName     `json:"areaServed"`
	Audience    linkedAudience `json:"audience"`
	Channel     linkedChannel  `json:"availableChannel"`
}

// linkedName is a thing of which only kind and name are told.
type linkedName struct {
	Type string `json:"@type"`
	Name string `json:"name"`
}

type linkedAudience struct {
	Type string   `json:"@type"` // Audience
	Who  []string `json:"audienceType"`
}

type linkedChannel struct {
	Type  string       `json:"@type"` // ServiceChannel
	URL   string       `json:"serviceUrl"`
	Phone *linkedPhone `json:"servicePhone,omitempty"`
}

type linkedPhone struct {
	Type   string `json:"@type"` // ContactPoint
	Number string `json:"telephone"`
}

type linkedFAQ struct {
	Type      string           `json:"@type"` // FAQPage
	Lang      string           `json:"inLanguage"`
	Questions []linkedQuestion `json:"mainEntity"`
}

type linkedQuestion struct {
	Type   string       `json:"@type"` // Question
	Name   string       `json:"name"`
	Answer linkedAnswer `json:"acceptedAnswer"`
}

type linkedAnswer struct {
	Type string `json:"@type"` // Answer
	Text string `json:"text"`
}

// Linked returns the page's things and the way to it.
func (p page) Linked() linkedGraph {
	g := linkedGraph{Context: "https://schema.org", Graph: p.Things}
	if p.Home() {
		return linkedGraph{g.Context, append(g.Graph, linkedSite{"WebSite", p.Title, p.Canonical, p.Lang.Code})}
	}
	list := linkedList{Type: "BreadcrumbList"}
	add := func(name, address string) {
		list.Items = append(list.Items, linkedItem{"ListItem", len(list.Items) + 1, name, address})
	}
	add(p.HomeName, p.Origin+p.Lang.path("/"))
	for _, c := range p.Crumbs {
		add(c.Text, p.Origin+p.Lang.path(c.Path))
	}
	add(cmp.Or(p.Short, p.Title), p.Canonical)
	return linkedGraph{g.Context, append(g.Graph, list)}
}

// policyThings tells of the service that a policy is, and of the questions that
// its page answers.
func (s *Server) policyThings(c *fiber.Ctx, policy *content.Policy, p page) []any {
	t := s.words(c)
	lib := s.content().Library
	service := linkedService{
		Type: "GovernmentService", ID: p.Canonical + "#service", Name: p.Title, Description: p.Description, URL: p.Canonical,
		Kind:     s.contentText(c, lib.Category(policy.Category).Title(p.Lang.Code)),
		Provider: linkedName{"GovernmentOrganization", s.contentText(c, policy.Source.Issuer)},
		Area:     linkedName{"AdministrativeArea", t("site.area")},
		Audience: linkedAudience{"Audience", nil},
		Channel:  linkedChannel{Type: "ServiceChannel", URL: p.Canonical},
	}
	if p.Short != p.Title {
		service.Other = []string{p.Short}
	}
	for _, who := range policy.Audience {
		service.Audience.Who = append(service.Audience.Who, s.contentText(c, who))
	}
	if policy.Online() {
		service.Channel.URL = s.base + p.Lang.path("/apply/"+policy.Slug)
	}
	if f, ok := lib.Facts.Fact("phone-12345"); ok {
		service.Channel.Phone = &linkedPhone{"ContactPoint", f.Value}
	}
	things := []any{service}
	if len(policy.FAQ) == 0 {
		return things
	}
	faq := linkedFAQ{Type: "FAQPage", Lang: p.ContentLang}
	for _, f := range policy.FAQ {
		faq.Questions = append(faq.Questions, linkedQuestion{"Question", s.contentText(c, f.Q), linkedAnswer{"Answer", s.contentText(c, f.A)}})
	}
	return append(things, faq)
}
