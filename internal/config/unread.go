package config

import (
	"slices"
	"strings"

	"github.com/caarlos0/env/v11"
)

// Unread returns the names in environ (as os.Environ has it) that begin as our
// variables do and are none of them: one of them may be a rule that is not in
// force for a letter. That is no mistake, for platforms add names of their own
// (Kubernetes those of a service that is called stockroom).
func Unread(environ []string) []string {
	known := names()
	var unread []string
	for _, pair := range environ {
		name, _, _ := strings.Cut(pair, "=")
		if strings.HasPrefix(name, Prefix) && !slices.Contains(known, strings.TrimSuffix(name, "_FILE")) {
			unread = append(unread, name)
		}
	}
	slices.Sort(unread)
	return unread
}

// names are all variables, in the order in which mistakes are reported.
func names() []string {
	fields, err := env.GetFieldParamsWithOptions(&settings{}, env.Options{Prefix: Prefix, Environment: map[string]string{}})
	if err != nil {
		panic(err) // the tags of settings are wrong, which every test would have met
	}
	all := make([]string, len(fields))
	for i, f := range fields {
		all[i] = f.Key
	}
	return all
}
