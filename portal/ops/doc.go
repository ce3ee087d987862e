// Package ops has no code: beside it lie examples for those who run the portal, and its
// tests hold them to what the portal does. TestOneDies runs three portals behind nginx by
// the example's own settings and kills one of them under load.
package ops
