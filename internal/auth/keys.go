package auth

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
)

// Keys seal what the database may not show. The first key seals, all open, so
// that a key is replaced by putting a new one before it.
type Keys struct{ keys []key }

type key struct {
	header []byte // the format's version and the key's id: how a sealed text begins
	aead   cipher.AEAD
}

const (
	secretSize    = 32 // of each secret, in bytes
	sealVersion   = 1  // of the format: version, key id, nonce, ciphertext and tag
	keyIDSize     = 4
	sealingInfo   = "stockroom: sealing sessions with AES-256-GCM"
	identifyInfo  = "stockroom: naming the key of a sealed session"
	sealedMinimum = 1 + keyIDSize
)

// NewKeys derives the keys from secrets of 32 bytes each.
func NewKeys(secrets [][]byte) (*Keys, error) {
	if len(secrets) == 0 {
		return nil, errors.New("a secret key is needed")
	}
	k := &Keys{}
	for i, secret := range secrets {
		if len(secret) != secretSize {
			return nil, fmt.Errorf("secret key %d has %d bytes, not %d", i+1, len(secret), secretSize)
		}
		derived, err := deriveKey(secret)
		if err != nil {
			return nil, fmt.Errorf("derive secret key %d: %w", i+1, err)
		}
		k.keys = append(k.keys, derived)
	}
	return k, nil
}

// deriveKey never uses the secret itself, so that it can serve other purposes too.
func deriveKey(secret []byte) (key, error) {
	sealing, err := hkdf.Key(sha256.New, secret, nil, sealingInfo, 32)
	if err != nil {
		return key{}, err
	}
	id, err := hkdf.Key(sha256.New, secret, nil, identifyInfo, keyIDSize)
	if err != nil {
		return key{}, err
	}
	block, err := aes.NewCipher(sealing)
	if err != nil {
		return key{}, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	return key{header: append([]byte{sealVersion}, id...), aead: aead}, err
}

// seal encrypts plain so that it opens only in the row that it belongs to.
func (k *Keys) seal(row string, plain []byte) []byte {
	first := k.keys[0]
	return first.aead.Seal(bytes.Clone(first.header), nil, plain, first.bound(row))
}

// open decrypts what seal made for the same row.
func (k *Keys) open(row string, sealed []byte) ([]byte, error) {
	if len(sealed) < sealedMinimum {
		return nil, errors.New("a sealed text is too short")
	}
	header, rest := sealed[:sealedMinimum], sealed[sealedMinimum:]
	for _, key := range k.keys {
		if bytes.Equal(key.header, header) {
			return key.aead.Open(nil, nil, rest, key.bound(row))
		}
	}
	return nil, errors.New("a text was sealed with a key that is not configured")
}

// Seal encrypts plain so that it opens only in the row that it belongs to.
func (k *Keys) Seal(row string, plain []byte) []byte { return k.seal(row, plain) }

// Open decrypts what Seal made for the same row.
func (k *Keys) Open(row string, sealed []byte) ([]byte, error) { return k.open(row, sealed) }

// Stale reports whether sealed should be sealed anew: not by the first key.
func (k *Keys) Stale(sealed []byte) bool { return !bytes.HasPrefix(sealed, k.keys[0].header) }

// bound is what the ciphertext is tied to beside its key.
func (k key) bound(row string) []byte { return append(bytes.Clone(k.header), row...) }
