package handlers

import (
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

type actorJSON struct {
	Login     string `json:"login"`
	ID        int64  `json:"id"`
	ProxyUser string `json:"proxy_user"`
	Portal    bool   `json:"portal,omitempty"` // no person: it did it by itself
}

func actorOf(a ghpkg.Actor) actorJSON {
	return actorJSON{a.Login, a.ID, a.ProxyUser, a == ghpkg.Actor{}}
}

type targetJSON struct {
	Path        string     `json:"path"`
	Owner       string     `json:"owner"`
	PackageType ghpkg.Type `json:"package_type"`
	Name        string     `json:"name"`
	ID          int64      `json:"id,omitempty"`
	VersionID   int64      `json:"version_id,omitempty"`
	VersionName string     `json:"version_name,omitempty"`
	Tags        []string   `json:"tags"`
}

type entryJSON struct {
	ID        string        `json:"id"`
	At        time.Time     `json:"at"`
	Actor     actorJSON     `json:"actor"`
	Action    ghpkg.Action  `json:"action"`
	Target    *targetJSON   `json:"target"` // null for a sign-in and a trim
	Reason    string        `json:"reason"`
	Outcome   ghpkg.Outcome `json:"outcome"`
	Message   string        `json:"message"`
	Code      string        `json:"code,omitempty"`
	From      string        `json:"from,omitempty"`
	Operation string        `json:"operation,omitempty"`
	Path      string        `json:"path"`
}

func entryToJSON(e ghpkg.Entry) entryJSON {
	row := entryJSON{
		ID: e.ID, At: e.At.UTC(), Actor: actorOf(e.Actor), Action: e.Action,
		Reason: e.Reason, Outcome: e.Outcome, Message: e.Message, Code: e.Code, From: e.From, Operation: e.Operation,
		Path: link.LedgerEntry(e.ID),
	}
	if t := e.Target; t.Name != "" {
		row.Target = &targetJSON{
			Owner: t.Owner.Login(), PackageType: t.Type, Name: t.Name, ID: t.PackageID,
			VersionID: t.VersionID, VersionName: t.VersionName, Tags: append([]string{}, t.Tags...),
		}
		row.Target.Path, _ = link.Target(t)
	}
	return row
}

func entriesJSON(all []ghpkg.Entry) []entryJSON {
	rows := make([]entryJSON, 0, len(all))
	for _, e := range all {
		rows = append(rows, entryToJSON(e))
	}
	return rows
}
