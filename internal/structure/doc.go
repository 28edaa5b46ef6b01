// Package structure holds no code: its tests check the shape of the whole
// repository, so that it need not be remembered.
package structure
