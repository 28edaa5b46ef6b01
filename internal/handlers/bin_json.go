package handlers

// binJSON is one thing in the bin for programs: a package's fields, and beside
// them the version's where it is one.
type binJSON struct {
	packageJSON
	Version *versionJSON `json:"version,omitempty"`
}

func binToJSON(all []binned, known deletions) []binJSON {
	rows := make([]binJSON, 0, len(all))
	for _, b := range all {
		if b.version == nil {
			rows = append(rows, binJSON{packageJSON: goneJSON([]gonePackage{b.gone})[0]})
			continue
		}
		v := known.json(versionToJSON(b.ref, *b.version))
		row := binJSON{packageJSON: packageToJSON(b.gone.pkg), Version: &v}
		row.restorable, row.Path = v.restorable, v.Path
		rows = append(rows, row)
	}
	return rows
}
