package search

import _ "embed"

//go:embed general.txt
var general string

// General returns synonyms of everyday and official Chinese of any field, in the
// format of [ParseSynonyms]: for a collection that has no file of its own.
func General() string { return general }
