package content

import "testing"

// TestWhatIsNotTranslatedSaysSo asks for texts in Chinese, in English and in a language
// that the site may have and the content has not.
func TestWhatIsNotTranslatedSaysSo(t *testing.T) {
	whole, half := Category{ZH: "补贴", EN: "Allowances", About: "钱", AboutEN: "Money"}, Category{ZH: "补贴", About: "钱"}
	for _, c := range []struct {
		category   Category
		lang, want string
		ok         bool
	}{
		{whole, "zh-Hans", "钱", true}, {whole, "zh-Hant", "钱", true}, {whole, "en", "Money", true}, {whole, "vi", "钱", false},
		{half, "zh-Hans", "钱", true}, {half, "en", "钱", false},
	} {
		if got, ok := c.category.Description(c.lang); got != c.want || ok != c.ok {
			t.Errorf("in %s: %q, %t; want %q, %t", c.lang, got, ok, c.want, c.ok)
		}
	}
}
