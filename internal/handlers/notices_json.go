package handlers

import (
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/views"
)

// addedJSON is a destination that was just added; its secret is never given again.
type addedJSON struct {
	Outcome string `json:"outcome"`
	ID      string `json:"id"`
	Secret  string `json:"secret,omitempty"`
	Path    string `json:"path"`
}

// destinationJSON is a destination for programs.
type destinationJSON struct {
	ID         string                `json:"id"`
	Kind       ghpkg.DestinationKind `json:"kind"`
	Name       string                `json:"name"`
	Host       string                `json:"host"`
	Language   string                `json:"language"`
	Events     []ghpkg.NoticeEvent   `json:"events"`
	Owners     []string              `json:"owners"`
	Paused     bool                  `json:"paused"`
	Dead       int                   `json:"dead"`
	CreatedAt  time.Time             `json:"created_at"`
	CreatedBy  string                `json:"created_by"`
	Deliveries []deliveryJSON        `json:"deliveries"`
}

type deliveryJSON struct {
	ID     string              `json:"id"`
	Event  ghpkg.NoticeEvent   `json:"event"`
	State  ghpkg.DeliveryState `json:"state"`
	At     time.Time           `json:"at"`
	Next   *time.Time          `json:"next_at"`
	Tries  int                 `json:"tries"`
	Status int                 `json:"status"`
	Answer string              `json:"answer"`
}

type noticesJSON struct {
	Items []destinationJSON `json:"items"`
	Total int               `json:"total"`
}

func noticesToJSON(page views.Notices) noticesJSON {
	all := noticesJSON{Items: []destinationJSON{}, Total: len(page.Rows)}
	for _, r := range page.Rows {
		d := destinationJSON{
			r.ID, r.Kind, r.Name, r.Host, r.Language.Code, r.Events, r.Owners, r.Paused, r.Dead, r.Created, r.By, []deliveryJSON{},
		}
		for _, one := range r.Deliveries {
			d.Deliveries = append(d.Deliveries, deliveryToJSON(one))
		}
		all.Items = append(all.Items, d)
	}
	return all
}

func deliveryToJSON(d views.DeliveryRow) deliveryJSON {
	told := deliveryJSON{d.ID, d.Event, d.State, d.At, nil, d.Tries, d.Status, d.Answer}
	if !d.Next.IsZero() {
		told.Next = &d.Next
	}
	return told
}
