package ghclient

import (
	"bytes"
	"slices"
	"sync"

	"github.com/klauspost/compress/s2"
)

// buffers are used again for one answer after another: a large list comes in
// more than a thousand.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// lend returns an empty buffer, to be given back.
func lend() *bytes.Buffer {
	b := buffers.Get().(*bytes.Buffer)
	b.Reset()
	return b
}

func giveBack(b *bytes.Buffer) { buffers.Put(b) }

// lentBody is an answer's body that gives its buffer back when it is closed.
type lentBody struct {
	bytes.Reader
	buffer *bytes.Buffer
}

// Close gives the buffer back. There is nothing more to read then.
func (b *lentBody) Close() error {
	b.Reset(nil)
	if b.buffer != nil {
		giveBack(b.buffer)
		b.buffer = nil
	}
	return nil
}

// pack compresses a body.
func pack(body []byte) []byte {
	room := lend()
	defer giveBack(room)
	room.Grow(s2.MaxEncodedLen(len(body)))
	return slices.Clone(s2.Encode(room.AvailableBuffer()[:room.Available()], body))
}
