package main

import (
	"fmt"
	"regexp"
	"strings"
)

var svgParts = regexp.MustCompile(`(?s)^<svg[^>]* viewBox="([^"]+)"[^>]*>(.*)</svg>\s*$`)

// writeSprite generates octicons.svg: one symbol per icon, so that all of them
// cost one request.
func writeSprite(files archive, icons []string) error {
	var b strings.Builder
	b.WriteString(`<svg xmlns="http://www.w3.org/2000/svg">` + "\n")
	for _, icon := range icons {
		svg, err := files.read("build/svg/" + icon + "-16.svg")
		if err != nil {
			return err
		}
		parts := svgParts.FindSubmatch(svg)
		if parts == nil {
			return fmt.Errorf("the icon %s is not the SVG that was expected", icon)
		}
		fmt.Fprintf(&b, "<symbol id=%q viewBox=%q>%s</symbol>\n", icon, parts[1], parts[2])
	}
	b.WriteString("</svg>\n")
	return write("static/octicons.svg", []byte(b.String()))
}
