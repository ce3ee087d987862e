package casework

import "huitong/portal/apply"

// MaxPhotos is how many photos lie together at most.
const MaxPhotos = 10

// Keys of what is wrong with photos.
const (
	KeyNoPhoto     = "error.photo.kind" // a file is none
	KeyChoosePhoto = "error.photo.none" // none was chosen
)

// PhotoAdded stands in the history of a report for a photo of who reported.
const PhotoAdded = "photo"

// Album names photos that lie together: those of one visit at home, or of one report.
type Album struct {
	Case Case
	Of   string // the visit: its ID in a child's record, the number of its event in an application; "" for a report
}

// Photo is a photo that staff, or who reported, added to a case.
type Photo struct {
	apply.File
	Of   string // of [Album]
	By   string // user; "" for who reported
	Name string // of that user
}

// SeenBy is what seeing the album needs, and AddedBy what adding to it needs; an action
// that nobody is allowed for a kind of case that is not known.
func (a Album) SeenBy() Action { return albumNeeds[a.Case.Kind].see }

// AddedBy is what adding to the album, and taking an own photo back, needs.
func (a Album) AddedBy() Action { return albumNeeds[a.Case.Kind].add }

// albumNeeds: whoever writes a record may put photos to it.
var albumNeeds = map[CaseKind]struct{ see, add Action }{
	ApplicationCase: {OpenFile, VerifyCase},
	ReportCase:      {OpenReport, HandleReport},
	ChildCase:       {OpenChild, VisitChild},
}
