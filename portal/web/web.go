// Package web is the site as browsers and programs see it: routes, pages, forms
// and the small JSON API. It is the only package that speaks Fiber.
//
// [New] takes a [Config] and returns a [Server]; its App is a Fiber application
// that main serves and tests call. What a page shows comes from [Content], one
// consistent version of the published content with the engines built from it,
// and from the small interfaces declared beside the handlers that read them.
//
// # How a page is added
//
//  1. A file named for the feature, track.go say, holds the page's struct and
//     handlers. The struct embeds page and adds what the template shows:
//
//     type trackPage struct {
//     page
//     Number field
//     }
//
//     func (s *Server) showTrack(c *fiber.Ctx) error {
//     return s.render(c, "track", trackPage{page: s.page(c, "track.title"), ...})
//     }
//
//  2. templates/pages/track.html defines "content": the inside of <main> with
//     the one h1. Words come from {{t "track.title"}}, text of the content from
//     {{say .Text}} (running text), {{c .Text}} (titles, attributes) or
//     {{rich .HTML}}, {{calls .Sentence}} for a finished sentence with a telephone
//     number, inside an element with lang="{{.ContentLang}}", which the handler
//     sets to the language of that text ({{shows .Lang}} of a policy in a list,
//     {{clang}} of what stays Chinese on every page, such as the names of laws);
//     Chinese words in English text are marked by themselves. Addresses of this
//     site come from {{url "/path"}}, which adds the language; the mode is carried
//     by itself. Forms use the components field, error-summary, summary-list,
//     steps, notice and button classes; posted forms that change something
//     carry {{template "csrf" .CSRF}}.
//
//  3. The route goes into a trackRoutes method, which is listed in
//     (*Server).routes. Guards say what the route needs: limited, guarded
//     (CSRF), private (never stored by caches).
//
//  4. The struct goes into pageTypes of views.go, the words into the message
//     files; tests fail until both are complete.
//
// The package refuses to know SQL, keys, the environment and the rules of any
// policy.
package web
