package views

import (
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/i18n"
	"github.com/stockroom-dev/stockroom/internal/views/ui"
)

// Notices is where admins of the portal say who is told what.
type Notices struct {
	Frame
	Action    string // where to post a new destination
	Saved     bool
	Secret    string       // of a destination that was just added: shown once, or empty
	Tested    *DeliveryRow // how the test went that was just made, or nil
	Kinds     []Option
	Languages []Option // of a chat
	Events    []Option
	Rows      []DestinationRow
}

// DestinationRow is one destination with its last deliveries.
type DestinationRow struct {
	ID         string
	Name, Host string
	Kind       ghpkg.DestinationKind
	Language   *i18n.Language // of a chat
	Languages  []Option       // it can be told in
	Events     []ghpkg.NoticeEvent
	Owners     []string // empty: all
	Paused     bool
	By         string
	Created    time.Time
	Dead       int // deliveries that were given up
	Deliveries []DeliveryRow
	// Where to post; Pause is empty for one that is paused, Resume for one that is
	// not, Translate for what is no chat.
	Test, Pause, Resume, Translate, Remove, Resend string
}

// DeliveryRow is one delivery.
type DeliveryRow struct {
	ID     string
	Event  ghpkg.NoticeEvent
	State  ghpkg.DeliveryState
	At     time.Time
	Next   time.Time // when it is sent again; zero: it is not
	Tries  int
	Status int    // of the last answer; 0: none
	Answer string // its beginning, or why there was none
}

func (d DeliveryRow) tone() ui.Tone {
	switch d.State {
	case ghpkg.DeliveryDone:
		return ui.Success
	case ghpkg.DeliveryDead:
		return ui.Danger
	}
	return ui.Attention
}

func (d DeliveryRow) resendable() bool { return d.State != ghpkg.DeliveryPending }
