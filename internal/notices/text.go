package notices

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// maxChatItems is how many items a chat is told of by name.
const maxChatItems = 10

// text is the news as a chat shows it, in Slack's markup. It is in English: a
// channel has no language of its own.
func (t News) text() string {
	var b strings.Builder
	switch t.Event {
	case ghpkg.NoticeDeleted, ghpkg.NoticeRestored:
		fmt.Fprintf(&b, "%s %s %s.", chat(t.Actor.Login), t.Event, t.Target.text())
	case ghpkg.NoticeFinished, ghpkg.NoticePaused:
		b.WriteString(t.Operation.text(t.Actor.Login))
	case ghpkg.NoticeExpiring:
		fmt.Fprintf(&b, "%s of %s can be restored for a few days only, the first until %s:",
			things(t.Total), chat(t.Owner), t.Until.Format(time.RFC1123))
		for _, item := range t.Items[:min(len(t.Items), maxChatItems)] {
			b.WriteString("\n• " + item.text())
		}
		if more := t.Total - maxChatItems; more > 0 {
			b.WriteString("\n• and " + strconv.Itoa(more) + " more")
		}
	case ghpkg.NoticePing:
		b.WriteString("This is a test of Stockroom's notices.")
	}
	if t.Reason != "" {
		b.WriteString(" Reason: " + chat(t.Reason))
	}
	if t.Event == ghpkg.NoticeDeleted && t.Until != nil {
		b.WriteString(" It can be restored until " + t.Until.Format(time.RFC1123) + ".")
	}
	switch {
	case t.Ledger != "":
		b.WriteString(" <" + t.Ledger + "|Ledger>")
	case t.Event == ghpkg.NoticePing:
		b.WriteString(" <" + t.Portal + "|Stockroom>")
	}
	return b.String()
}

func (t Target) text() string {
	s := chat(t.Owner + "/" + string(t.Type) + "/" + t.Name)
	if t.URL != "" {
		s = "<" + t.URL + "|" + s + ">"
	}
	if t.VersionID == 0 {
		return s
	}
	s += " version " + chat(t.VersionName)
	if len(t.Tags) > 0 {
		s += " (" + chat(strings.Join(t.Tags, ", ")) + ")"
	}
	return s
}

func (o Operation) text(login string) string {
	did := map[ghpkg.Action]string{ghpkg.ActionDelete: "deletion", ghpkg.ActionRestore: "restoration"}[o.Action]
	how := map[ghpkg.OperationState]string{
		ghpkg.OperationDone: "is finished", ghpkg.OperationStopped: "was stopped", ghpkg.OperationPaused: "is paused",
	}[o.State]
	s := fmt.Sprintf("<%s|The %s of %s> by %s %s", o.URL, did, things(o.Total), chat(login), how)
	if o.Why != "" {
		s += " (" + chat(o.Why) + ")"
	}
	var counts []string
	for _, state := range ghpkg.ItemStates() {
		if n := o.Counts[state]; n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", n, state))
		}
	}
	return s + ": " + strings.Join(counts, ", ") + "."
}

func things(n int) string {
	if n == 1 {
		return "1 item"
	}
	return strconv.Itoa(n) + " items"
}

// chat escapes what people and packages are called, so that it is no markup: a
// package must not mention a whole channel. Emphasis needs no escape, for it
// stays on its line and leads nowhere.
func chat(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\n", " ", "\r", " ").Replace(s)
}
