package main

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestSecretFiles(t *testing.T) {
	file := writeFile(t, "postgres://u:p@h/d\n")
	for _, test := range []struct {
		name string
		env  map[string]string
		want string
		err  string
	}{
		{"none", nil, "", ""},
		{"a file", map[string]string{"HUITONG_DATABASE_URL_FILE": file}, "postgres://u:p@h/d", ""},
		{"both", map[string]string{"HUITONG_DATABASE_URL_FILE": file, "HUITONG_DATABASE_URL": "x"}, "x", "are both set"},
		{"no such file", map[string]string{"HUITONG_DATABASE_URL_FILE": "/nowhere"}, "", "HUITONG_DATABASE_URL_FILE"},
		{"no secret", map[string]string{"HUITONG_DATABASE_URL_FILE": writeFile(t, strings.Repeat("x", maxSecret+1))}, "", "too long"},
	} {
		env := test.env
		if env == nil {
			env = map[string]string{}
		}
		err := readSecretFiles(func(k string) (string, bool) { v, ok := env[k]; return v, ok }, func(k, v string) error { env[k] = v; return nil })
		if got := env["HUITONG_DATABASE_URL"]; got != test.want || (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
			t.Errorf("%s: %q, %v; want %q, %q", test.name, got, err, test.want, test.err)
		}
		if err != nil && strings.Contains(err.Error(), "u:p@h") {
			t.Errorf("%s: the error tells the secret", test.name)
		}
	}
}

// TestSecretSettings expects whatever is called a key or a secret among them.
func TestSecretSettings(t *testing.T) {
	var known []string
	for i := range reflect.TypeFor[Config]().NumField() {
		name := reflect.TypeFor[Config]().Field(i).Tag.Get("env")
		known = append(known, name)
		if (strings.HasSuffix(name, "_KEY") || strings.HasSuffix(name, "_SECRET")) && !slices.Contains(secretSettings, name) {
			t.Errorf("%s cannot come from a file", name)
		}
	}
	for _, name := range secretSettings {
		if !slices.Contains(known, name) {
			t.Errorf("%s is no setting", name)
		}
	}
}
