package config

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

const day = 24 * time.Hour

var daysPattern = regexp.MustCompile(`^[1-9][0-9]{1,4}d$`)

// parseRetention reads whole days: a duration of Go has no unit for them.
func parseRetention(s string) (time.Duration, error) {
	days, _ := strconv.Atoi(s[:max(len(s)-1, 0)]) // of digits alone, where it counts
	keep := time.Duration(days) * day
	if !daysPattern.MatchString(s) || keep < ghpkg.LeastRetention || keep > ghpkg.MostRetention {
		return 0, errors.New("must be whole days from " + retention(ghpkg.LeastRetention) + " to " + retention(ghpkg.MostRetention) + ", such as 400d")
	}
	return keep, nil
}

// retention writes it as it is read; empty: for ever.
func retention(keep time.Duration) string {
	if keep == 0 {
		return ""
	}
	return fmt.Sprintf("%dd", keep/day)
}
