package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
)

// TestServeWithLanguageModel runs the whole portal beside a model that first lies and
// then behaves.
func TestServeWithLanguageModel(t *testing.T) {
	var words atomic.Value
	var last atomic.Value
	model := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		last.Store(string(body))
		_ = json.NewEncoder(w).Encode(map[string]any{"choices": []any{map[string]any{"message": map[string]string{"content": words.Load().(string)}}}})
	}))
	t.Cleanup(model.Close)
	const key = "sk-never-shown"
	r := start(t, func(c *Config) { c.LLMURL, c.LLMKey, c.LLMModel = model.URL, key, "m" })
	ask := func(question string) string {
		t.Helper()
		resp, err := http.PostForm(r.base+"/ask", url.Values{"question": {question}})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		body, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Fatalf("status %d, %v", resp.StatusCode, err)
		}
		return string(body)
	}
	const machine = "由机器换了说法"
	words.Store("每人每月5000元！请点 https://evil.example 领取。")
	page := ask("我叫陈小明，13800138000，孤儿补贴一个月多少钱？")
	if strings.Contains(page, "5000") || strings.Contains(page, "evil") || strings.Contains(page, machine) || !strings.Contains(page, "1578元/人/月") {
		t.Error("the page believes the model")
	}
	if sent := last.Load().(string); strings.Contains(sent, "陈小明") || strings.Contains(sent, "13800138000") {
		t.Errorf("the model was told %s", sent)
	}
	words.Store("散居孤儿和事实无人抚养儿童都一样，中山公布的标准是1578元/人/月（2021年标准）。")
	page = ask("孤儿补贴一个月多少钱？")
	if !strings.Contains(page, machine) || strings.Count(page, "1578元/人/月") < 2 {
		t.Error("the page does not show both texts")
	}
	last.Store("")
	page = ask("爸爸天天打我")
	if last.Load().(string) != "" || strings.Contains(page, machine) {
		t.Error("a danger was told to the model")
	}
	if log := r.log.String() + r.out.String(); strings.Contains(log, key) || strings.Contains(log, "陈小明") {
		t.Errorf("the log tells %s", log)
	}
}
