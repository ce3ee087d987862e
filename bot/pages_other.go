//go:build !linux

package bot

// together does nothing where large pages cannot be asked for.
func together[T any](s []T) {}
