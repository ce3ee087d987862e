package web

import (
	"cmp"
	"context"
	"fmt"
	"html/template"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/casework"
	"huitong/search"
)

// PublicDirectory is what of the directory everybody may see: all towns and villages, and
// the names and telephones that are published.
type PublicDirectory interface {
	PublicDirectory(ctx context.Context, town string) ([]casework.DirectoryEntry, error)
}

const (
	directoryPath = "/directory"
	villagesOpen  = 12 // of a town that are shown before the rest is unfolded
	mostFound     = 20
)

func (s *Server) directoryRoutes() []route {
	if s.cases.PublicDirectory == nil {
		return nil
	}
	const town = directoryPath + "/:town"
	return []route{
		{fiber.MethodGet, directoryPath, s.showDirectory, 0},
		{fiber.MethodGet, leafRoute(directoryPath), s.showDirectory, 0},
		{fiber.MethodGet, town, s.showTown, 0},
		{fiber.MethodGet, leafRoute(town), s.showTown, 0},
		{fiber.MethodGet, town + "/:village", s.showVillage, 0},
	}
}

// placeLink leads to a town or a village.
type placeLink struct{ Text, About, Path string }

type directoryPage struct {
	page
	Asked  string // what was looked for
	Long   bool   // it is too long to be a name
	Found  []placeLink
	Towns  []placeLink
	Leaf   leaf
	Inputs field
}

func townPath(id string) string { return directoryPath + "/" + id }

func villagePath(town, village string) string {
	return townPath(town) + "/" + casework.VillageID(town, village)
}

// showDirectory asks for a village by its name, and lists the towns to pick one from.
func (s *Server) showDirectory(c *fiber.Ctx) error {
	t := s.words(c)
	p := directoryPage{page: s.page(c, "directory.find.title"), Asked: strings.TrimSpace(c.Query("q"))}
	p.Description = t("directory.find.lead")
	p.Column = column{Name: p.Title, About: p.Description, Path: directoryPath}
	if p.Long = utf8.RuneCountInString(p.Asked) > maxPlaceTyped; p.Long {
		p.Asked = firstRunes(p.Asked, maxPlaceTyped)
	}
	p.Inputs = field{Name: "q", Label: t("directory.find.label"), Help: t("directory.find.help"), InputType: "search", Autocomplete: "off", MaxLength: maxPlaceTyped, Value: p.Asked, Width: "medium"}
	if p.Asked != "" {
		p.NoIndex = true
		all, err := s.cases.PublicDirectory.PublicDirectory(c.UserContext(), "")
		if err != nil {
			return err
		}
		if p.Found, err = s.findPlaces(c, p.Asked, all); err != nil {
			return err
		}
		return s.render(c, "directory", p)
	}
	for _, one := range s.content().Library.Places {
		p.Towns = append(p.Towns, placeLink{Text: s.placeName(c, one.ID), Path: townPath(one.ID)})
	}
	var err error
	if p.Leaf, err = leafOf(c, directoryPath, leaves(len(p.Towns), linksAtOnce)); err != nil {
		return err
	}
	p.Towns = onLeaf(p.Towns, p.Leaf, linksAtOnce)
	s.asLeaf(c, &p.page, p.Leaf)
	return s.render(c, "directory", p)
}

// maxPlaceTyped is how many characters of a name are looked for.
const maxPlaceTyped = 30

// villagesOf lists the villages of entries, each once, in the order of their names' sounds.
func villagesOf(all []casework.DirectoryEntry) []casework.DirectoryEntry {
	var out []casework.DirectoryEntry
	for _, e := range all {
		if e.Village != "" {
			out = append(out, casework.DirectoryEntry{Town: e.Town, Village: e.Village})
		}
	}
	slices.SortFunc(out, casework.CompareEntries)
	return slices.CompactFunc(out, func(a, b casework.DirectoryEntry) bool { return a.Town == b.Town && a.Village == b.Village })
}

// findPlaces finds villages and towns by a part of their name: in either script, in
// pinyin whole or by initials.
func (s *Server) findPlaces(c *fiber.Ctx, typed string, all []casework.DirectoryEntry) ([]placeLink, error) {
	norm, err := s.plain()
	if err != nil {
		return nil, err
	}
	names := map[string]placeLink{}
	var docs []search.Document
	add := func(path, title string, other []string, link placeLink) {
		docs = append(docs, search.Document{ID: path, Kind: "place", Lang: languages[0].Code, Title: title, Names: other, URL: path})
		link.Path = path
		names[path] = link
	}
	towns := map[string]content.Place{}
	for _, one := range s.content().Library.Places {
		towns[one.ID] = one
		add(townPath(one.ID), one.ZH, append([]string{one.EN}, one.Also...), placeLink{Text: s.placeName(c, one.ID)})
	}
	for _, v := range villagesOf(all) {
		town := towns[v.Town]
		add(villagePath(v.Town, v.Village), v.Village, []string{town.ZH + v.Village}, placeLink{Text: s.contentText(c, v.Village), About: s.placeName(c, v.Town)})
	}
	limit := mostFound
	if visitOf(c).Mode == modeElder {
		limit = linksAtOnce
	}
	var out []placeLink
	for _, d := range search.NewSuggester(search.NewIndex(norm), docs).Suggest(c.UserContext(), search.Query{Text: typed, Limit: limit}) {
		out = append(out, names[d.ID])
	}
	return out, nil
}

// onDuty is who is in post, as everybody may know it.
type onDuty struct {
	Role, Name, Since string
	Phone             string       // as it is shown
	Tel               template.URL // as it is dialled
}

// dialled is the address of a telephone number that was checked when it was entered.
func dialled(phone string) template.URL {
	return template.URL("tel:" + strings.ReplaceAll(phone, "-", ""))
}

type townPage struct {
	page
	Supervisor []onDuty
	Hidden     bool // there is one, but name and number are not published
	Villages   []placeLink
	More       []placeLink // folded, where there are many
	Leaf       leaf
}

// town returns the town of the address.
func (s *Server) town(c *fiber.Ctx) (content.Place, error) {
	for _, one := range s.content().Library.Places {
		if one.ID == c.Params("town") {
			return one, nil
		}
	}
	return content.Place{}, fiber.ErrNotFound
}

func (s *Server) showTown(c *fiber.Ctx) error {
	town, err := s.town(c)
	if err != nil {
		return err
	}
	all, err := s.cases.PublicDirectory.PublicDirectory(c.UserContext(), town.ID)
	if err != nil {
		return err
	}
	t := s.words(c)
	p := townPage{page: s.pageNamed(c, t("directory.of", "Place", s.placeName(c, town.ID)))}
	p.Description = t("directory.town.lead")
	p.Column = column{Name: t("directory.find.title"), About: t("directory.find.lead"), Path: directoryPath}
	p.Crumbs = []crumb{{t("directory.find.title"), directoryPath}}
	p.Supervisor, p.Hidden = s.onDuty(c, all, "")
	for _, v := range villagesOf(all) {
		p.Villages = append(p.Villages, placeLink{Text: s.contentText(c, v.Village), Path: villagePath(v.Town, v.Village)})
	}
	if p.Leaf, err = leafOf(c, townPath(town.ID), max(leaves(len(p.Villages), linksAtOnce), 1)); err != nil {
		return err
	}
	p.Villages = onLeaf(p.Villages, p.Leaf, linksAtOnce)
	if p.Leaf.Number == 0 && len(p.Villages) > villagesOpen {
		p.Villages, p.More = p.Villages[:villagesOpen], p.Villages[villagesOpen:]
	}
	at := p.Crumbs
	if s.asLeaf(c, &p.page, p.Leaf); len(p.Crumbs) > 0 && c.Params("leaf") != "" {
		p.Crumbs = append(at, p.Crumbs...)
	}
	return s.render(c, "directory-town", p)
}

// onDuty is who is published among the entries of a village; of the town where it is
// empty. hidden says that somebody is in post whom nobody has published.
func (s *Server) onDuty(c *fiber.Ctx, all []casework.DirectoryEntry, village string) (out []onDuty, hidden bool) {
	for _, e := range all {
		switch {
		case e.Village != village:
		case !e.Public:
			hidden = hidden || e.Hidden
		default:
			out = append(out, onDuty{string(e.Role()), e.Name, s.dayText(c, e.Since), e.Phone, dialled(e.Phone)})
		}
	}
	slices.SortFunc(out, func(a, b onDuty) int { return cmp.Compare(a.Name, b.Name) })
	return out, hidden && len(out) == 0
}

type villagePage struct {
	page
	Town       string
	TownPath   string
	Directors  []onDuty
	Supervisor []onDuty // where no director can be called
	Hidden     bool
	Call       string // where one asks to be called back
	Events     string // what is to come in the village
}

// village returns the village of the address and what is public of its town.
func (s *Server) village(c *fiber.Ctx) (content.Place, string, []casework.DirectoryEntry, error) {
	town, err := s.town(c)
	if err != nil {
		return town, "", nil, err
	}
	all, err := s.cases.PublicDirectory.PublicDirectory(c.UserContext(), town.ID)
	if err != nil {
		return town, "", nil, err
	}
	for _, v := range villagesOf(all) {
		if casework.VillageID(v.Town, v.Village) == c.Params("village") {
			return town, v.Village, all, nil
		}
	}
	return town, "", nil, fiber.ErrNotFound
}

func (s *Server) showVillage(c *fiber.Ctx) error {
	town, village, all, err := s.village(c)
	if err != nil {
		return err
	}
	t := s.words(c)
	p := villagePage{page: s.pageNamed(c, t("directory.village.of", "Village", s.contentText(c, village))), Town: s.placeName(c, town.ID), TownPath: townPath(town.ID)}
	p.Description = t("directory.village.lead")
	p.Column = column{Name: t("directory.find.title"), About: t("directory.find.lead"), Path: directoryPath}
	p.Crumbs = []crumb{{t("directory.find.title"), directoryPath}, {p.Town, p.TownPath}}
	p.Directors, p.Hidden = s.onDuty(c, all, village)
	if s.cases.CallBox != nil {
		p.Call = villagePath(town.ID, village) + "/call"
	}
	if s.cases.PublicEvents != nil {
		p.Events = villageEventsPath(town.ID, village)
	}
	if len(p.Directors) == 0 {
		p.Supervisor, _ = s.onDuty(c, all, "")
	}
	return s.render(c, "directory-village", p)
}

// directoryOf is where the directors of a town are listed, of all towns where it is empty;
// "" where there is no directory.
func (s *Server) directoryOf(town string) string {
	if s.cases.PublicDirectory == nil {
		return ""
	}
	if town == "" {
		return directoryPath
	}
	return fmt.Sprintf("%s/%s", directoryPath, town)
}
