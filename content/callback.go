package content

import (
	"io/fs"
	"time"
)

const callbackFile = "callback.yaml"

// CallBack is how soon a family that asks for it is called back, and how long what it
// said is kept. No rule states it; it is a setting of the site.
type CallBack struct {
	Days     int `yaml:"days"`     // working days, at each level anew
	KeepDays int `yaml:"keepDays"` // after it was settled
	KeepOpen int `yaml:"keepOpen"` // after it was asked for, at most
}

// Kept is how long a request is kept after it was settled, and after it was asked for.
func (b CallBack) Kept() (settled, asked time.Duration) {
	const day = 24 * time.Hour
	return time.Duration(b.KeepDays) * day, time.Duration(b.KeepOpen) * day
}

func loadCallBack(fsys fs.FS, c *collector) CallBack {
	b, err := fs.ReadFile(fsys, callbackFile)
	if err != nil {
		c.add(callbackFile, 0, "cannot be read: "+err.Error(), "create the file")
		return CallBack{}
	}
	var doc struct {
		CallBack CallBack `yaml:"callback"`
	}
	src := parseYAML(callbackFile, b, nil, &doc, c)
	if src == nil {
		return CallBack{}
	}
	if one := doc.CallBack; one.Days < 1 || one.KeepDays < 1 || one.KeepOpen < one.KeepDays {
		c.add(callbackFile, src.line("callback"), "days and keepDays must be positive, and keepOpen not shorter than keepDays", "correct them")
	}
	return doc.CallBack
}
