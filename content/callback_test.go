package content

import (
	"strings"
	"testing"
	"time"
)

const sampleCallBack = "callback: {days: 2, keepDays: 90, keepOpen: 180}\n"

func TestCallBack(t *testing.T) {
	lib, err := Load(tree(nil))
	if err != nil {
		t.Fatal(err)
	}
	if settled, asked := lib.CallBack.Kept(); lib.CallBack.Days != 2 || settled != 90*24*time.Hour || asked != 180*24*time.Hour {
		t.Errorf("%+v, kept %v and %v", lib.CallBack, settled, asked)
	}
	for old, wrong := range map[string]string{"days: 2": "days: 0", "keepDays: 90": "keepDays: 900", "keepOpen": "keepClosed"} {
		if _, err := Load(tree(map[string]string{callbackFile: strings.Replace(sampleCallBack, old, wrong, 1)})); err == nil || !strings.Contains(err.Error(), callbackFile) {
			t.Errorf("%s: %v", wrong, err)
		}
	}
}
