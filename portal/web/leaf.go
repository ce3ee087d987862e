package web

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// Elder mode turns the leaves of a long list: a few of its entries a page. Each leaf has
// an address of its own, which is the same in every mode.

// linksAtOnce is how many links a leaf has beside the two that turn it.
const linksAtOnce = choicesAtOnce - 2

// leafRoute is the address of the leaves of a list.
func leafRoute(list string) string { return list + "/page/:leaf" }

// leaf is where a page stands among the leaves of its list.
type leaf struct {
	Number, Total int // 0 where the whole list is shown
	List          string
}

// Before returns the address of the leaf before; "" at the first.
func (l leaf) Before() string {
	if l.Number < 2 {
		return ""
	}
	return l.at(l.Number - 1)
}

// After returns the address of the next leaf; "" at the last.
func (l leaf) After() string {
	if l.Number >= l.Total {
		return ""
	}
	return l.at(l.Number + 1)
}

func (l leaf) at(n int) string {
	if n == 1 {
		return l.List
	}
	return fmt.Sprintf("%s/page/%d", l.List, n)
}

// leafOf says which leaf of a list the request is for: the one of its address, in elder
// mode the first, else none. It fails where there is no such leaf.
func leafOf(c *fiber.Ctx, list string, total int) (leaf, error) {
	said := c.Params("leaf")
	switch {
	case said == "" && (visitOf(c).Mode != modeElder || total < 2):
		return leaf{}, nil
	case said == "":
		said = "1"
	}
	n, err := strconv.Atoi(said)
	if err != nil || n < 1 || n > total || said != strconv.Itoa(n) {
		return leaf{}, fiber.ErrNotFound
	}
	return leaf{n, total, list}, nil
}

// leaves is how many leaves of a size n entries fill.
func leaves(n, size int) int { return (n + size - 1) / size }

// onLeaf returns the entries of a leaf; all where the whole list is shown.
func onLeaf[T any](all []T, l leaf, size int) []T {
	if l.Number == 0 {
		return all
	}
	return all[(l.Number-1)*size : min(l.Number*size, len(all))]
}

// asLeaf makes a page of a list one of its leaves.
func (s *Server) asLeaf(c *fiber.Ctx, p *page, l leaf) {
	if l.Number == 0 {
		return
	}
	p.Return = l.Before()
	if c.Params("leaf") != "" {
		p.NoIndex = true // the whole list is what others find
		p.Crumbs = []crumb{{p.Title, l.List}}
		p.Title = s.words(c)("leaf.title", "Title", p.Title, "Number", l.Number)
	}
}

var (
	termAddress = regexp.MustCompile(`^((?:/[a-z-]+)?/glossary)#term-(\d+)$`)
	termLink    = regexp.MustCompile(` href="[^"#]*/glossary#term-\d+"`)
)

// toLeaf returns the address of the leaf that an entry of the glossary stands on; any
// other address stays.
func toLeaf(address string) string {
	m := termAddress.FindStringSubmatch(address)
	if m == nil {
		return address
	}
	n, err := strconv.Atoi(m[2])
	if err != nil || n < 1 {
		return address
	}
	return leaf{List: m[1]}.at((n-1)/termsAtOnce+1) + "#term-" + m[2]
}

// toLeaves makes links to an entry of the glossary lead to the leaf that it stands on.
func toLeaves(body []byte) []byte {
	return termLink.ReplaceAllFunc(body, func(link []byte) []byte {
		address := strings.TrimSuffix(strings.TrimPrefix(string(link), ` href="`), `"`)
		return []byte(` href="` + toLeaf(address) + `"`)
	})
}
