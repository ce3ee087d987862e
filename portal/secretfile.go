package main

import (
	"fmt"
	"os"
	"strings"
)

// secretSettings are those that may hold a secret. Each may be given as a file instead,
// by the same name with _FILE: an environment shows in the process list of its user and in
// whatever a container's engine prints of it.
var secretSettings = []string{
	"HUITONG_DATABASE_URL", "HUITONG_BLOB_URL", "HUITONG_MEILI_KEY", "HUITONG_MEILI_ADMIN_KEY", "HUITONG_LLM_KEY",
	"HUITONG_NOTIFY_EMAIL", "HUITONG_NOTIFY_SMS", "HUITONG_NOTIFY_SECRET", "HUITONG_OIDC_SECRET", "HUITONG_REDIS_URL",
}

// maxSecret is how long a secret may be.
const maxSecret = 16 << 10

// readSecretFiles puts what the files hold into the environment, where the command line
// looks for it.
func readSecretFiles(lookup func(string) (string, bool), set func(name, value string) error) error {
	for _, name := range secretSettings {
		path, named := lookup(name + "_FILE")
		if !named || path == "" {
			continue
		}
		if _, both := lookup(name); both {
			return fmt.Errorf("%s and %s_FILE are both set: remove one", name, name)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("%s_FILE: %w", name, err)
		}
		if len(b) > maxSecret {
			return fmt.Errorf("%s_FILE: %s is too long for a secret", name, path)
		}
		if err := set(name, strings.TrimSpace(string(b))); err != nil {
			return fmt.Errorf("%s_FILE: %w", name, err)
		}
	}
	return nil
}
