package speech

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
)

var errNoSound = errors.New("the program wrote no sound")

// μ-law in a WAVE file, see ITU-T G.711 and RFC 2361: eight bits for each sample
// of a voice, which every browser plays without any library of ours.
const (
	formatPCM   = 1
	formatMuLaw = 7
)

// compact turns the program's WAVE file of 16-bit samples into one with half the
// samples in half the bits, which a phone loads four times as fast.
func compact(wave []byte) ([]byte, error) {
	rate, samples, err := pcm(wave)
	if err != nil {
		return nil, err
	}
	data := make([]byte, len(samples)/2)
	for i := range data {
		data[i] = muLaw(halved(samples, 2*i))
	}
	return muLawFile(rate/2, data, []uint32{0}), nil
}

// pcm returns the rate and the samples of a WAVE file with one channel. The program
// does not know the length when it writes the header, so the data goes on to the
// end.
func pcm(wave []byte) (rate uint32, samples []int16, err error) {
	if len(wave) < 12 || string(wave[:4]) != "RIFF" || string(wave[8:12]) != "WAVE" {
		return 0, nil, errNoSound
	}
	for rest := wave[12:]; len(rest) >= 8; {
		name, size := string(rest[:4]), int(binary.LittleEndian.Uint32(rest[4:]))
		rest = rest[8:]
		if name == "data" {
			if rate == 0 || len(rest) < 4 {
				return 0, nil, errNoSound
			}
			samples = make([]int16, len(rest)/2)
			for i := range samples {
				samples[i] = int16(binary.LittleEndian.Uint16(rest[2*i:]))
			}
			return rate, samples, nil
		}
		if size = min(size, len(rest)); name == "fmt " && size >= 16 {
			le := binary.LittleEndian
			if le.Uint16(rest) != formatPCM || le.Uint16(rest[2:]) != 1 || le.Uint16(rest[14:]) != 16 {
				return 0, nil, errors.New("the program's sound is not one channel of 16 bits")
			}
			rate = le.Uint32(rest[4:])
		}
		rest = rest[size:]
	}
	return 0, nil, errNoSound
}

// halfBand keeps what half as many samples can carry; in 32nds.
var halfBand = [7]int{-1, 0, 9, 16, 9, 0, -1}

// halved returns the sample at i without the tones that half the rate would turn
// into noise.
func halved(samples []int16, i int) int {
	sum := 0
	for k, weight := range halfBand {
		if at := i + k - 3; at >= 0 && at < len(samples) {
			sum += weight * int(samples[at])
		}
	}
	return sum / 32
}

// muLaw returns a sample in eight bits: sign, position of the highest bit, and the
// four bits below it, all inverted.
func muLaw(sample int) byte {
	const bias, most = 132, 32635
	sign := byte(0)
	if sample < 0 {
		sample, sign = -sample, 0x80
	}
	sample = min(sample, most) + bias
	exponent := bits.Len(uint(sample)) - 8
	return ^(sign | byte(exponent<<4) | byte(sample>>(exponent+3))&0x0f)
}

// headerBytes is where the samples of a file of ours begin.
const headerBytes = 58

// pause is the silence between texts that are played as one, as a part of a second.
const pause = 3 // a third

// silent is a sample of no sound.
const silent = 0xff

// joined puts sound files of ours one after the other, with so much silence between them,
// as a part of a second; 0 is none.
func joined(sounds [][]byte, silence int) ([]byte, error) {
	if len(sounds) == 1 {
		return sounds[0], nil
	}
	var rate uint32
	var data []byte
	var cues []uint32
	for i, sound := range sounds {
		one, samples, err := muLawSamples(sound)
		switch {
		case err != nil:
			return nil, err
		case i > 0 && one != rate:
			return nil, fmt.Errorf("sounds of %d and of %d samples a second", rate, one)
		case i > 0 && silence > 0:
			data = append(data, bytes.Repeat([]byte{silent}, int(one)/silence)...)
		}
		for _, cue := range cuesOf(sound) {
			cues = append(cues, uint32(len(data))+cue)
		}
		rate, data = one, append(data, samples...)
	}
	if rate == 0 {
		return nil, errNoSound
	}
	return muLawFile(rate, data, cues), nil
}

// muLawSamples returns the rate and the samples of a file of ours, of which nothing may
// be missing.
func muLawSamples(file []byte) (rate uint32, samples []byte, err error) {
	le := binary.LittleEndian
	if len(file) < headerBytes || string(file[:4]) != "RIFF" || int(le.Uint32(file[4:])) != len(file)-8 {
		return 0, nil, errNoSound
	}
	size := int(le.Uint32(file[headerBytes-4:]))
	if size > len(file)-headerBytes {
		return 0, nil, errNoSound
	}
	return le.Uint32(file[24:]), file[headerBytes : headerBytes+size], nil
}

// cueBytes is what a file says of one place in its sound.
const cueBytes = 24

// cuesOf returns the samples at which sentences begin in a file of ours, which has them
// behind its sound: nothing else needs to be kept, and players pass over it.
func cuesOf(file []byte) []uint32 {
	_, samples, err := muLawSamples(file)
	if err != nil {
		return nil
	}
	rest := file[min(headerBytes+len(samples)+len(samples)%2, len(file)):]
	if len(rest) < 12 || string(rest[:4]) != "cue " {
		return nil
	}
	var out []uint32
	for rest = rest[12:]; len(rest) >= cueBytes; rest = rest[cueBytes:] {
		out = append(out, binary.LittleEndian.Uint32(rest[cueBytes-4:]))
	}
	return out
}

// muLawFile returns samples as a file; sentences begin at the cues.
func muLawFile(rate uint32, data []byte, cues []uint32) []byte {
	le := binary.LittleEndian
	padding := len(data) % 2
	size := 50 + len(data) + padding
	if len(cues) > 0 {
		size += 12 + cueBytes*len(cues)
	}
	out := make([]byte, 0, size+8)
	out = append(out, "RIFF"...)
	out = le.AppendUint32(out, uint32(size))
	out = append(out, "WAVEfmt "...)
	out = le.AppendUint32(out, 18)
	out = le.AppendUint16(out, formatMuLaw)
	out = le.AppendUint16(out, 1)    // channels
	out = le.AppendUint32(out, rate) // samples a second
	out = le.AppendUint32(out, rate) // bytes a second
	out = le.AppendUint16(out, 1)    // bytes a sample
	out = le.AppendUint16(out, 8)    // bits a sample
	out = le.AppendUint16(out, 0)    // nothing more
	out = append(out, "fact"...)
	out = le.AppendUint32(out, 4)
	out = le.AppendUint32(out, uint32(len(data)))
	out = append(out, "data"...)
	out = le.AppendUint32(out, uint32(len(data)))
	out = append(out, data...)
	out = append(out, make([]byte, padding)...)
	if len(cues) == 0 {
		return out
	}
	out = append(out, "cue "...)
	out = le.AppendUint32(out, uint32(4+cueBytes*len(cues)))
	out = le.AppendUint32(out, uint32(len(cues)))
	for i, cue := range cues {
		out = le.AppendUint32(out, uint32(i+1))
		out = le.AppendUint32(out, cue)
		out = append(out, "data"...)
		out = append(out, make([]byte, 8)...) // no other chunk and no block before it
		out = le.AppendUint32(out, cue)
	}
	return out
}
