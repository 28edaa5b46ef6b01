package inventory

// Held is how many things are held for sessions in memory.
func (i *Inventory) Held() int {
	n := len(i.joined.held) + len(i.united.held) + len(i.counts.held) + len(i.looks.last)
	return n + len(i.packages.entries) + len(i.versions.entries) + len(i.details.entries) + len(i.owners.entries)
}

// Rows is how many rows the listings of versions take, as far as they were
// counted, and how many when counted anew.
func (i *Inventory) Rows() (counted, anew int) {
	i.versions.mu.Lock()
	defer i.versions.mu.Unlock()
	for _, e := range i.versions.entries {
		anew += e.size()
	}
	return i.versions.rows, anew
}
