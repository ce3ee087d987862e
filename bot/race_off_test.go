//go:build !race

package bot

const lean = false
