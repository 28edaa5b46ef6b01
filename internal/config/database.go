package config

import (
	"slices"
	"strings"
	"time"
)

// LoadDatabase reads nothing but the database's URL, for what needs nothing
// else: an auditor has no need of the secrets.
func LoadDatabase(getenv func(string) string) (Secret, error) {
	s, wrong := read(getenv)
	database := parse(&wrong, "DATABASE_URL", s.DatabaseURL, parseDatabase)
	if wrong.about("DATABASE_URL") {
		return "", wrong.sorted()
	}
	return database, nil
}

// LoadLedger reads what whoever removes the ledger's old entries has to know:
// the database's URL, and how long entries are kept.
func LoadLedger(getenv func(string) string) (Secret, time.Duration, error) {
	s, wrong := read(getenv)
	database := parse(&wrong, "DATABASE_URL", s.DatabaseURL, parseDatabase)
	keep := parse(&wrong, "LEDGER_RETENTION", s.LedgerRetention, parseRetention)
	if wrong.about("DATABASE_URL", "LEDGER_RETENTION") {
		return "", 0, wrong.sorted()
	}
	if keep == 0 {
		wrong.add("LEDGER_RETENTION", "is required here: without it entries are kept for ever")
		return "", 0, wrong.list
	}
	return database, keep, nil
}

// about forgets all mistakes but those in these variables, and reports whether
// there are any.
func (p *problems) about(names ...string) bool {
	p.list = slices.DeleteFunc(p.list, func(m Mistake) bool {
		return !slices.Contains(names, strings.TrimSuffix(strings.TrimPrefix(m.Name, Prefix), "_FILE"))
	})
	return len(p.list) > 0
}
