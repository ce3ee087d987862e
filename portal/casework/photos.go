package casework

import (
	"time"

	"huitong/portal/apply"
)

// MaxPhotos is how many photos lie together at most.
const MaxPhotos = 10

// EventCase is a talk in villages. Nothing is handled there, so that it is none of
// [CaseKinds]; photos lie with it as with cases.
const EventCase CaseKind = "event"

// EventPhotosLast is how long photos of a talk are kept after its day: until the figures
// of its year have been looked at. They show people, and prove nothing afterwards.
const EventPhotosLast = 2 * 365 * 24 * time.Hour

// Keys of what is wrong with photos.
const (
	KeyNoPhoto     = "error.photo.kind" // a file is none
	KeyChoosePhoto = "error.photo.none" // none was chosen
)

// PhotoAdded stands in the history of a report for a photo of who reported.
const PhotoAdded = "photo"

// Album names photos that lie together: those of one visit at home, of one report, or of
// one talk in villages.
type Album struct {
	Case Case
	Of   string // the visit: its ID in a child's record, the number of its event in an application; "" for a report or a talk
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
	EventCase:       {ReadEvents, KeepEvents},
}

// TakesBack reports whether a user who may add to the album takes that photo out of it. What
// may be evidence goes only by who put it there; a photo of people at a talk goes by whoever
// keeps the talk, since somebody who is seen on it may ask at any time.
func (a Album) TakesBack(by string, p Photo) bool {
	return a.Case.Kind == EventCase || p.By != "" && p.By == by
}
