package handlers

import (
	"encoding/csv"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
)

// csvAnswer answers with a header of the JSON names and a line for each row.
// What is nested has the names on the way to it: "actor.id". A file has no place
// for notices, so its name says when rows are missing.
func csvAnswer[T any](c echo.Context, name string, complete bool, rows []T) error {
	if !complete {
		name += "-incomplete"
	}
	vary(c.Response())
	h := c.Response().Header()
	h.Set(echo.HeaderContentType, "text/csv; charset=utf-8; header=present")
	h.Set(echo.HeaderContentDisposition, `attachment; filename="`+name+`.csv"`)
	c.Response().WriteHeader(http.StatusOK)
	w := csv.NewWriter(c.Response())
	columns := columnsIn(reflect.TypeFor[T](), "", nil)
	cells := make([]string, len(columns))
	for i, column := range columns {
		cells[i] = column.name
	}
	if err := w.Write(cells); err != nil {
		return err
	}
	for _, row := range rows {
		for i, column := range columns {
			cells[i] = neutral(column.of(reflect.ValueOf(row)))
		}
		if err := w.Write(cells); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

// column is a field of a row's JSON that has no fields itself.
type column struct {
	name  string
	index []int // of each field on the way to it
	empty bool  // left out where it is zero
}

// columnsIn reads the columns off the JSON names, so that no form of a table
// has a field that the other lacks.
func columnsIn(t reflect.Type, prefix string, above []int) []column {
	var all []column
	for i := range t.NumField() {
		field, index := t.Field(i), append(slices.Clone(above), i)
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		inner := field.Type
		if inner.Kind() == reflect.Pointer {
			inner = inner.Elem()
		}
		switch {
		case field.Anonymous:
			all = append(all, columnsIn(inner, prefix, index)...)
		case inner.Kind() == reflect.Struct && inner != reflect.TypeFor[time.Time]():
			all = append(all, columnsIn(inner, prefix+name+".", index)...)
		default:
			all = append(all, column{prefix + name, index, options == "omitempty"})
		}
	}
	return all
}

// of returns the column's cell of a row; empty where the JSON has null or nothing.
func (c column) of(row reflect.Value) string {
	for _, i := range c.index {
		if row.Kind() == reflect.Pointer {
			if row.IsNil() {
				return ""
			}
			row = row.Elem()
		}
		row = row.Field(i)
	}
	if c.empty && row.IsZero() {
		return ""
	}
	return cell(row)
}

// cell writes a value as JSON does, without its quotation marks; a list with
// spaces between.
func cell(v reflect.Value) string {
	if at, ok := v.Interface().(time.Time); ok {
		return at.Format(time.RFC3339Nano)
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return ""
		}
		return cell(v.Elem())
	case reflect.Slice:
		all := make([]string, v.Len())
		for i := range all {
			all[i] = cell(v.Index(i))
		}
		return strings.Join(all, " ")
	case reflect.Bool:
		return strconv.FormatBool(v.Bool())
	case reflect.Int, reflect.Int64:
		return strconv.FormatInt(v.Int(), 10)
	}
	return v.String()
}

// neutral keeps spreadsheets from running a cell as a formula (OWASP, "CSV Injection").
func neutral(cell string) string {
	if cell == "" {
		return cell
	}
	switch cell[0] {
	case '=', '+', '-', '@', '\t', '\r':
		return "'" + cell
	}
	return cell
}
