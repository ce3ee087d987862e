package search

// weights are what the parts of a query, a document and a score count. A document of a
// collection stands by itself; passages of a site's pages speak for each other, and people
// ask of them in few words of their own.
type weights struct {
	title, text            float32 // a title, and a text where there are titles; names: see nameShare
	character              float32 // a character that is part of a pair
	telling                float64 // to this power what it counts by what related words share of it; 0: nothing
	stop, edge             float32 // factors for stop words, and for pairs half of which is one
	told                   float32 // what a question tells before it asks
	loose                  float64 // what is taken from a pair of characters that share no word
	shortRun, longRun      float32 // of a run: what each pair in it counts in a short one, and in a long one
	named                  float32 // … how much more it counts there that letters and digits are side by side
	related                float32 // what a related term counts beside the one that was typed
	unmet                  float32 // … what all related terms do together where no document has that; 0: as ever, each
	few                    float32 // of the square root of all documents: so many are halfway between the two
	power                  float64 // of an idf: below 1 what is rare counts less
	k1                     float64 // BM25 k: how much it counts that a term stands there again
	together               bool    // a document is one text: where in it a term stands is nothing
	length                 float64 // BM25 b of such documents
	longer                 float64 // … to this power what is longer than others counts less, where texts are long
	match                  float32 // share of the score: weighted terms in common
	whole                  float32 // … how much more of it where all of a long question is there
	beside                 float32 // … of a long question: what the better of the two documents beside it has
	reach                  float32 // so many more away they may be where the order means something
	titleShare, textShare  float32 // … how much of the title and of the text the query is
	lead, cover, near, run float32 // … the query at the beginning, anywhere, in other order, and in a row
	ownTitle, ownLead      float32 // … how much more where the query is in its asker's own words
	ownBeside              float32 // … the same of what stands near, where the order means something
	copiedChars            float32 // what is taken from the single characters of a query all of which is in one text
	copiedPairs            float32 // … how much more all counts where its pairs and words are
	quoted                 float32 // what of a query stands in a row in some text if it is not at all; 0: it never is

	postings            int     // that are read for each term to find documents
	leastPostings       int     // … but at least for all,
	mostPostings        int     // … and at most,
	furthest            int     // … unless what is unread counts for much: then so many
	further             float32 // share of the best score from which it does; 0 where it never does
	unread              float32 // share of it that a document is taken to have
	clues               int     // documents that are read for each clue of the query
	leastRead, mostRead int     // … but at least and at most
	read                float32 // of the best score by what was read of the lists; what is below is not read
}

// forPages were chosen on the site's development questions.
func forPages() weights {
	return weights{
		title: 1, text: 0.45, character: 0.8, told: 1, stop: 0.5, edge: 0.5, loose: 0.5, related: 0.4, power: 0.9, k1: 1.4,
		match: 0.36, titleShare: 0.18, textShare: 0.12, lead: 0.06, cover: 0.17, near: 0.11,
		leastPostings: 1000, leastRead: 48, read: 0.25,
	}
}

// forCollections begin with plain BM25 of characters and pairs; what counts beside it was
// chosen by searches that leave out one collection after the other (doc 0059). Each longer
// question is given more time, as Bleve takes.
func forCollections() weights {
	return weights{
		title: 1, text: 1, character: 1, telling: 0.5, told: 0.7, stop: 0.5, edge: 0.5, related: 0.2, unmet: 1, few: 0.12, power: 1,
		k1: 0.9, together: true, length: 0.75, longer: 0.2,
		match: 0.22, whole: 1.3, beside: 0.2, reach: 60, titleShare: 0.1, lead: 0.022, cover: 0.05, near: 0.08, run: 0.3, shortRun: 0.1, longRun: 0.3, named: 12,
		ownTitle: 0.2, ownLead: 0.08, ownBeside: 0.3, quoted: 0.08, copiedChars: 0.6, copiedPairs: 4,
		postings: 40, leastPostings: 500, mostPostings: 8000, furthest: 100_000, further: 0.7, unread: 0.6,
		clues: 2, leastRead: 120, mostRead: 144, read: 0.6,
	}
}

// budget is how many postings are read to find documents, for so many terms.
func (w *weights) budget(terms int) int32 {
	return int32(max(w.leastPostings, min(w.mostPostings, w.postings*terms)))
}

// depth is how many documents are read with the whole query in view, of so many clues.
func (w *weights) depth(clues int) int {
	return max(w.leastRead, min(w.mostRead, w.clues*clues))
}
