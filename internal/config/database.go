package config

import "slices"

// LoadDatabase reads nothing but the database's URL, for what needs nothing
// else: an auditor has no need of the secrets.
func LoadDatabase(getenv func(string) string) (Secret, error) {
	const name = "DATABASE_URL"
	s, wrong := read(getenv)
	database := parse(&wrong, name, s.DatabaseURL, parseDatabase)
	wrong.list = slices.DeleteFunc(wrong.list, func(m Mistake) bool { return m.Name != Prefix+name && m.Name != Prefix+name+"_FILE" })
	if len(wrong.list) > 0 {
		return "", wrong.sorted()
	}
	return database, nil
}
