package web

import "slices"

// partLink is a part of a long text that somebody was sent to by its name in an address, as the
// other modes have it. No server is told of that name: the page has a link for each part that
// it does not name anyway, and the browser shows the one that is meant; a script goes there.
type partLink struct{ ID, Path, Title, Lang string }

// placesOf lists the places of a text but those that the page names.
func placesOf(path, lang string, all, named []part) []partLink {
	var out []partLink
	for _, one := range all {
		if !slices.ContainsFunc(named, func(p part) bool { return p.ID == one.ID }) {
			out = append(out, partLink{one.ID, path + "/part/" + one.ID, one.Title, lang})
		}
	}
	return out
}

// Places are the parts before an application under the names that the whole page gives them.
func (p startPage) Places() []partLink {
	var out []partLink
	for _, one := range p.Parts {
		out = append(out, partLink{one.ID, applyPath(p.Policy, beforePart+"/"+one.ID), one.Title, p.Lang.Code})
	}
	return out
}
