//go:build !race

package web

const malformedByDefault = 10000
