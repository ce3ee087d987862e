package web

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"strings"
	"time"
)

// Signer vouches for what the client keeps for us; *vault.Keyring does. What was
// signed under one label is worth nothing under another.
type Signer interface {
	Sign(label string, msg []byte) []byte
	Verify(label string, msg, code []byte) bool
}

// Uses of what is signed.
const (
	conversationLabel = "ask/conversation"
	transcriptLabel   = "ask/transcript"
)

// conversationLasts is how long after its last turn a conversation goes on.
const conversationLasts = 2 * time.Hour

// maxToken bounds what a client may hand back, in bytes: ample for what seal makes of
// the longest conversation and transcript.
const maxToken = 24 << 10

// seal returns text as a token for the client to keep: readable, but changed by
// nobody, and worthless after a while. It travels in the bodies of posts alone.
func (s *Server) seal(label, text string) string {
	msg := make([]byte, 0, 8+len(text))
	msg = append(binary.BigEndian.AppendUint64(msg, uint64(s.now().Unix())), text...)
	code := base64.RawURLEncoding
	sum := s.signer.Sign(label, msg)
	token := make([]byte, 0, code.EncodedLen(len(msg))+1+code.EncodedLen(len(sum)))
	token = append(code.AppendEncode(token, msg), '.')
	return string(code.AppendEncode(token, sum))
}

// unseal returns the text of a token. One that is foreign, changed or too old is
// none: the conversation begins anew.
func (s *Server) unseal(label, token string) (string, bool) {
	body, code, ok := strings.Cut(token, ".")
	if !ok || len(token) > maxToken {
		return "", false
	}
	msg, err := base64.RawURLEncoding.DecodeString(body)
	if err != nil || len(msg) < 8 {
		return "", false
	}
	sum, err := base64.RawURLEncoding.DecodeString(code)
	if err != nil || !s.signer.Verify(label, msg, sum) {
		return "", false
	}
	age := s.now().Sub(time.Unix(int64(binary.BigEndian.Uint64(msg)), 0))
	if age > conversationLasts || age < -time.Minute {
		return "", false
	}
	return string(msg[8:]), true
}

// said is one earlier turn, as the page shows it without scripts: what was asked,
// masked, and what was answered.
type said struct {
	Asked   string `json:"q"`
	Outcome string `json:"o"`
	Answer  string `json:"a"`
	Danger  bool   `json:"d,omitempty"` // perhaps a child is in danger
}

// Bounds of what a page remembers of the turns before.
const (
	maxSaid   = 6
	maxAnswer = 400 // characters
)

func (s *Server) sealSaid(turns []said) string {
	if len(turns) == 0 {
		return ""
	}
	text, _ := json.Marshal(turns) // strings always marshal
	return s.seal(transcriptLabel, string(text))
}

func (s *Server) unsealSaid(token string) []said {
	text, ok := s.unseal(transcriptLabel, token)
	var turns []said
	if !ok || json.Unmarshal([]byte(text), &turns) != nil {
		return nil
	}
	return turns
}

// with adds a turn; the oldest make room.
func withSaid(turns []said, t said) []said {
	t.Answer = firstRunes(t.Answer, maxAnswer)
	turns = append(turns, t)
	return turns[max(0, len(turns)-maxSaid):]
}
