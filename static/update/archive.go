package main

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strings"
)

// archive is an unpacked npm package: names without the "package/" prefix.
type archive map[string][]byte

func (a archive) read(name string) ([]byte, error) {
	content, ok := a[name]
	if !ok {
		return nil, fmt.Errorf("the package has no file %s", name)
	}
	return content, nil
}

func unpack(r io.Reader) (archive, error) {
	zr, err := gzip.NewReader(r)
	if err != nil {
		return nil, err
	}
	files := archive{}
	for tr := tar.NewReader(zr); ; {
		header, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return nil, err
		}
		if header.Typeflag != tar.TypeReg {
			continue
		}
		content, err := io.ReadAll(tr)
		if err != nil {
			return nil, err
		}
		files[strings.TrimPrefix(header.Name, "package/")] = content
	}
}
