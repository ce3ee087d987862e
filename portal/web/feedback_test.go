package web

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// feedbackBox keeps feedback in memory.
type feedbackBox struct{ kept []casework.Feedback }

// KeepFeedback implements Feedback.
func (b *feedbackBox) KeepFeedback(_ context.Context, f casework.Feedback) error {
	b.kept = append(b.kept, f)
	return nil
}

// Feedback implements Feedback.
func (b *feedbackBox) Feedback(context.Context, apply.Actor) (casework.FeedbackReport, error) {
	return casework.FeedbackReport{Latest: b.kept}, nil
}

func TestSendFeedback(t *testing.T) {
	const path = "/policies/tomorrow-plan"
	kept := func(f casework.Feedback) []casework.Feedback { return []casework.Feedback{f} }
	tests := []struct {
		name, address, form string
		header              map[string]string
		status              int
		want                []casework.Feedback
	}{
		{"one press", "/feedback", "page=" + path + "&verdict=useful&website=&text=", nil, 303,
			kept(casework.Feedback{Path: path, Lang: "zh-Hans", Verdict: "useful"})},
		{"in English, with a number", "/en/feedback", "page=/en" + path + "&verdict=wrong&text=call+13800138000", nil, 303,
			kept(casework.Feedback{Path: path, Lang: "en", Verdict: "wrong", Text: "call ***"})},
		{"an unknown page is the whole site", "/feedback", "page=/policies/nothing&verdict=useless", nil, 303,
			kept(casework.Feedback{Lang: "zh-Hans", Verdict: "useless"})},
		{"no number of an application", "/feedback", "page=/staff/applications/261112345678&verdict=wrong", nil, 303,
			kept(casework.Feedback{Lang: "zh-Hans", Verdict: "wrong"})},
		{"a program", "/feedback", "page=/&verdict=useful&website=http://spam.example", nil, 303, nil},
		{"no verdict", "/feedback", "page=/&verdict=maybe", nil, 400, nil},
		{"another site by origin", "/feedback", "page=/&verdict=useful", map[string]string{"Origin": "https://evil.example"}, 403, nil},
		{"another site by fetch metadata", "/feedback", "page=/&verdict=useful", map[string]string{"Sec-Fetch-Site": "cross-site"}, 403, nil},
		{"our own origin", "/feedback", "page=/&verdict=useful", map[string]string{"Origin": "http://localhost:8080"}, 303,
			kept(casework.Feedback{Path: "/", Lang: "zh-Hans", Verdict: "useful"})},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			box := &feedbackBox{}
			s := newTestServer(t, func(c *Config) { c.Cases.Feedback = box })
			req := httptest.NewRequest("POST", test.address, strings.NewReader(test.form))
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			for k, v := range test.header {
				req.Header.Set(k, v)
			}
			resp, _ := send(t, s, req)
			if resp.StatusCode != test.status {
				t.Errorf("status = %d; want %d", resp.StatusCode, test.status)
			}
			if location := resp.Header.Get("Location"); test.status == 303 && !strings.HasSuffix(location, "/feedback/thanks") {
				t.Errorf("Location = %q", location)
			}
			if diff := cmp.Diff(test.want, box.kept); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestReportNamesThePage follows 报告错误 from a page, and from another site.
func TestReportNamesThePage(t *testing.T) {
	s := newTestServer(t, nil)
	for referer, want := range map[string]string{
		"http://example.com/search?q=secret":            "/search",
		"http://example.com/en/policies/tomorrow-plan":  "/policies/tomorrow-plan",
		"http://example.com/check/tomorrow-plan":        "/check/tomorrow-plan",
		"http://elsewhere.example/policies":             "",
		"http://example.com/staff/applications/2611123": "",
	} {
		req := httptest.NewRequest("GET", "http://example.com/feedback", nil)
		req.Header.Set("Referer", referer)
		_, body := send(t, s, req)
		if !strings.Contains(body, `name="page" value="`+want+`"`) || strings.Contains(body, "secret") {
			t.Errorf("from %s: the form does not name %q", referer, want)
		}
	}
}

// TestEveryTextAsks wants the form under each policy, in every language.
func TestEveryTextAsks(t *testing.T) {
	s := newTestServer(t, nil)
	for _, l := range languages {
		_, doc := fetch(t, s, modeElder, l.path("/policies/tomorrow-plan"))
		forms := find(doc, func(n *html.Node) bool { return n.Data == "form" && attr(n, "action") == l.path("/feedback") })
		if len(forms) != 1 {
			t.Errorf("%s: %d forms; want 1", l.Code, len(forms))
		}
	}
}

func TestStaffReadFeedback(t *testing.T) {
	d := newDesk(t)
	reader := d.browser("reader").open("/policies/tomorrow-plan").wants(200, "这一页有用吗")
	reader.send("/feedback", map[string]string{"verdict": "wrong", "text": "医院名单旧了，打13800138000"}).wants(200, "谢谢您告诉我们")
	d.staff(casework.Officer, "").open("/staff/feedback").wants(200, "明天计划", "医院名单旧了，打***", "简体中文").lacks("13800138000")
	d.staff(casework.Auditor, "").open("/staff/feedback").wants(403)
	o := d.staff(casework.Officer, "xiaolan").open("/staff/feedback").lacks("已经处理的")
	o.send("/staff/feedback/settle", map[string]string{"settled": o.tickable("settled")}).wants(200, "没有还要处理的", "已经处理的", "医院名单旧了")
	d.staff(casework.Supervisor, "shiqi").open("/staff/feedback").wants(200, "医院名单旧了").lacks("把勾选的标为已处理")
	audit := d.staff(casework.Officer, "shiqi").open("/staff/audit")
	audit.wants(200, "看读者反馈", "越权被拒")
}
