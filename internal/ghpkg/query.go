package ghpkg

// Query selects and orders the rows of a table; it is the query string of a
// table's address. The zero value is every active row, in the table's own order.
type Query struct {
	Types      []Type     // none: all six
	Visibility Visibility // empty: any
	Repo       string     // "name" or "owner/name"; empty: any
	State      State      // empty: Active
	Text       string     // part of a name (versions: or of a tag), case ignored; "tag:none" is untagged
	Sort       Sort
	Page       int // from 1; 0 means 1
	PerPage    int // 0 means DefaultPerPage
}

// The bounds of a table's page.
const (
	DefaultPerPage = 50
	MaxPerPage     = 100
)

// UntaggedQuery is the Text that selects versions without a tag.
const UntaggedQuery = "tag:none"

// Sort is the order of a table: one of the Sort constants, with a leading "-"
// for descending.
type Sort string

// What tables can be sorted by.
const (
	SortName       Sort = "name"
	SortUpdated    Sort = "updated"
	SortCreated    Sort = "created"
	SortVersions   Sort = "versions"
	SortDaysLeft   Sort = "days_left"
	SortType       Sort = "type"
	SortVisibility Sort = "visibility"
)

// Descending returns the sort's field, and whether it goes downwards.
func (s Sort) Descending() (field Sort, down bool) {
	if len(s) > 0 && s[0] == '-' {
		return s[1:], true
	}
	return s, false
}

// Sorts returns the fields that a table can be sorted by.
func Sorts() []Sort {
	return []Sort{SortName, SortUpdated, SortCreated, SortVersions, SortDaysLeft, SortType, SortVisibility}
}

// Normal returns the query with its defaults filled in.
func (q Query) Normal() Query {
	if q.State == "" {
		q.State = Active
	}
	if q.Page == 0 {
		q.Page = 1
	}
	if q.PerPage == 0 {
		q.PerPage = DefaultPerPage
	}
	return q
}
