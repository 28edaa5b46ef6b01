package main

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
)

var (
	comment     = regexp.MustCompile(`(?s)/\*.*?\*/`)
	declaration = regexp.MustCompile(`--([\w-]+):\s*([^;]+);`)
	reference   = regexp.MustCompile(`var\(--([\w-]+)`)
	ruleStart   = regexp.MustCompile(`\[data-color-mode[^{]*\{|:root\s*\{`)
)

// rule is one block of declarations of Primer's stylesheets.
type rule struct {
	selector string
	dark     bool // it follows the system: inside @media (prefers-color-scheme: dark)
	tokens   [][2]string
}

// writeTokens generates tokens.css: of Primer's thousands of design tokens, those
// that app.css uses, and those that these refer to.
func writeTokens(files archive, names []string) error {
	app, err := os.ReadFile("static/app.css")
	if err != nil {
		return err
	}
	var rules []rule
	for _, name := range names {
		text, err := files.read(name)
		if err != nil {
			return err
		}
		rules = append(rules, parseRules(string(text))...)
	}
	used, err := closure(references(string(app)), rules)
	if err != nil {
		return err
	}
	return write("static/tokens.css", []byte(render(rules, used)))
}

func references(css string) []string {
	var names []string
	for _, m := range reference.FindAllStringSubmatch(comment.ReplaceAllString(css, ""), -1) {
		names = append(names, m[1])
	}
	return names
}

func parseRules(css string) []rule {
	css = comment.ReplaceAllString(css, "")
	var rules []rule
	for _, at := range ruleStart.FindAllStringIndex(css, -1) {
		selector := strings.Join(strings.Fields(strings.TrimSuffix(css[at[0]:at[1]], "{")), "")
		body, _, _ := strings.Cut(css[at[1]:], "}")
		r := rule{selector: selector, dark: strings.HasSuffix(strings.TrimSpace(css[:at[0]]), "(prefers-color-scheme: dark) {")}
		for _, m := range declaration.FindAllStringSubmatch(body, -1) {
			r.tokens = append(r.tokens, [2]string{m[1], strings.TrimSpace(m[2])})
		}
		if r.dark && strings.Contains(selector, `dark-theme="light"`) {
			continue // the light theme for people whose system is dark: not offered
		}
		rules = append(rules, r)
	}
	return rules
}

// closure returns the wanted tokens and all that they refer to; a token that
// Primer does not have any more is an error, not a missing colour.
func closure(wanted []string, rules []rule) (map[string]bool, error) {
	used := map[string]bool{}
	for len(wanted) > 0 {
		name := wanted[0]
		wanted = wanted[1:]
		if used[name] {
			continue
		}
		used[name] = true
		found := false
		for _, r := range rules {
			for _, t := range r.tokens {
				if t[0] == name {
					found = true
					wanted = append(wanted, references(t[1])...)
				}
			}
		}
		if !found {
			return nil, fmt.Errorf("app.css uses --%s, which no stylesheet defines", name)
		}
	}
	return used, nil
}

func render(rules []rule, used map[string]bool) string {
	var b strings.Builder
	b.WriteString("/* Generated from @primer/primitives by go generate ./static. Do not edit. */\n")
	for _, r := range rules {
		kept := slices.DeleteFunc(r.tokens, func(t [2]string) bool { return !used[t[0]] })
		if len(kept) == 0 {
			continue
		}
		if r.dark {
			b.WriteString("@media (prefers-color-scheme:dark){\n")
		}
		b.WriteString(r.selector + "{\n")
		for _, t := range kept {
			fmt.Fprintf(&b, "--%s:%s;\n", t[0], t[1])
		}
		b.WriteString("}\n")
		if r.dark {
			b.WriteString("}\n")
		}
	}
	return b.String()
}
