package query_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/query"
)

// mistake returns err as what parsing returns, or an empty one for nil.
func mistake(t testing.TB, err error) query.Error {
	t.Helper()
	if err == nil {
		return query.Error{}
	}
	e, ok := errors.AsType[*query.Error](err)
	if !ok {
		t.Fatalf("%v is no query.Error", err)
	}
	return *e
}

// marked cuts the marks ‹ and › out of a query, and returns what they point at.
func marked(s string) (q string, pos, length int) {
	before, rest, _ := strings.Cut(s, "‹")
	wrong, after, _ := strings.Cut(rest, "›")
	return before + wrong + after, len(before), len(wrong)
}

func TestPackageMistakes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		q            string
		reason       query.Reason
		field, value string
	}{
		{"api ‹foo›:bar", query.UnknownField, "foo", "bar"},
		{"ä -‹FOO›:bar,b", query.UnknownField, "foo", "bar"},
		{"‹https›://github.com", query.UnknownField, "https", "//github.com"},
		{"‹sha256›:ab", query.UnknownField, "sha256", "ab"},
		{"api ‹tag›:latest", query.OfVersions, "tag", "latest"},
		{"‹digest›:3f", query.OfVersions, "digest", "3f"},
		{"‹is›:untagged", query.OfVersions, "is", "untagged"},
		{"type‹:›", query.EmptyValue, "type", ""},
		{"type‹:› npm", query.EmptyValue, "type", ""},
		{"type‹:›,npm", query.EmptyValue, "type", ""},
		{"type:npm‹,›,maven", query.EmptyValue, "type", ""},
		{"type:npm‹,› maven", query.EmptyValue, "type", ""},
		{`repo:‹""›`, query.EmptyValue, "repo", ""},
		{`a ‹""›`, query.EmptyValue, "", ""},
		{`a -‹""›`, query.EmptyValue, "", ""},
		{"type:‹pypi›", query.BadValue, "type", "pypi"},
		{`type:npm,‹"a b"›`, query.BadValue, "type", "a b"},
		{"visibility:‹secret› x", query.BadValue, "visibility", "secret"},
		{"state:‹gone›", query.BadValue, "state", "gone"},
		{"owner:‹a/b›", query.BadValue, "owner", "a/b"},
		{"versions:‹many›", query.BadNumber, "versions", "many"},
		{"versions:‹>› 5", query.BadNumber, "versions", ">"},
		{"versions:‹>=›", query.BadNumber, "versions", ">="},
		{"versions:‹=5›", query.BadNumber, "versions", "=5"},
		{"versions:‹>>5›", query.BadNumber, "versions", ">>5"},
		{"versions:‹-5›", query.BadNumber, "versions", "-5"},
		{"versions:‹5x..7›", query.BadNumber, "versions", "5x..7"},
		{"versions:‹99999999999›", query.BadNumber, "versions", "99999999999"},
		{"versions:‹>5..10›", query.BadNumber, "versions", ">5..10"},
		{"versions:‹10..5›", query.BadRange, "versions", "10..5"},
		{"versions:‹5..›", query.BadRange, "versions", "5.."},
		{"versions:‹..5›", query.BadRange, "versions", "..5"},
		{"older:‹90›", query.BadDuration, "older", "90"},
		{"older:‹d›", query.BadDuration, "older", "d"},
		{"older:‹>90d›", query.BadDuration, "older", ">90d"},
		{"older:‹-1d›", query.BadDuration, "older", "-1d"},
		{"older:‹1.5y›", query.BadDuration, "older", "1.5y"},
		{"older:‹2ä›", query.BadDuration, "older", "2ä"},
		{"newer:‹100000d›", query.BadDuration, "newer", "100000d"},
		{"updated:‹2026-13›", query.BadDate, "updated", "2026-13"},
		{"updated:‹>2026-02-30›", query.BadDate, "updated", ">2026-02-30"},
		{"updated:‹90d›", query.BadDate, "updated", "90d"},
		{"created:‹>›", query.BadDate, "created", ">"},
		{"updated:‹2026-03..2026-01›", query.BadRange, "updated", "2026-03..2026-01"},
		{"updated:‹2026-03..2026-02›", query.BadRange, "updated", "2026-03..2026-02"},
		{"versions:‹5..4›", query.BadRange, "versions", "5..4"},
		{"state:active state:‹deleted›", query.Conflict, "state", "deleted"},
		{"state:active,‹deleted›", query.Conflict, "state", "deleted"},
		{"state:active -state:‹active›", query.Conflict, "state", "active"},
		{`a ‹"b c›`, query.OpenQuote, "", "b c"},
		{`repo:x,‹"b c›`, query.OpenQuote, "repo", "b c"},
		{`‹"›`, query.OpenQuote, "", ""},
		{`-‹"a\"›`, query.OpenQuote, "", `a\"`},
		{`a‹"›b`, query.StrayQuote, "", `"`},
		{`"a‹"›b`, query.StrayQuote, "", `"`},
		{`"a‹"›:b`, query.StrayQuote, "", `"`},
		{`repo:a‹"›b`, query.StrayQuote, "repo", `"`},
		{`repo:"a‹"›b`, query.StrayQuote, "repo", `"`},
		{"a ‹\xff›b", query.BadText, "", ""},
		{strings.Repeat("a", query.MaxLength) + "‹aa›", query.TooLong, "", ""},
		{strings.Repeat("a", query.MaxLength-1) + "‹é›", query.TooLong, "", ""},
		{strings.Repeat("a ", query.MaxTerms) + " ‹b c›", query.TooManyTerms, "", ""},
	} {
		q, pos, length := marked(tt.q)
		_, err := query.ParsePackages(q, now())
		want := query.Error{Pos: pos, Len: length, Reason: tt.reason, Field: tt.field, Value: tt.value}
		if got := mistake(t, err); got != want {
			t.Errorf("%s:\n got %+v\nwant %+v", tt.q, got, want)
		}
	}
}

func TestVersionMistakes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		q            string
		reason       query.Reason
		field, value string
	}{
		{"‹api›:latest", query.UnknownField, "api", "latest"},
		{"‹untagged›:true", query.UnknownField, "untagged", "true"},
		{"‹type›:npm", query.OfPackages, "type", "npm"},
		{"‹versions›:>5", query.OfPackages, "versions", ">5"},
		{"is:‹tagged›", query.BadValue, "is", "tagged"},
		{"is:untagged,‹x›", query.BadValue, "is", "x"},
		{"tag:‹*-rc›", query.BadValue, "tag", "*-rc"},
		{"digest:‹xyz›", query.BadValue, "digest", "xyz"},
		{"digest:‹md5:ab›", query.BadValue, "digest", "md5:ab"},
		{"sha256:a‹\"›b", query.StrayQuote, "", `"`},
	} {
		q, pos, length := marked(tt.q)
		_, err := query.ParseVersions(q, ghpkg.Container, now())
		want := query.Error{Pos: pos, Len: length, Reason: tt.reason, Field: tt.field, Value: tt.value}
		if got := mistake(t, err); got != want {
			t.Errorf("%s:\n got %+v\nwant %+v", tt.q, got, want)
		}
	}
}
