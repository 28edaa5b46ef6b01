package notices

import (
	"context"
	"strings"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/i18n"
)

// maxChatItems is how many items a chat is told of by name.
const maxChatItems = 10

// text is the news as a chat shows it, in Slack's markup and the language of
// ctx. The catalogue does not escape: whatever is put into its sentences has
// gone through chat before.
func (t News) text(ctx context.Context) string {
	var said []string
	switch t.Event {
	case ghpkg.NoticeDeleted, ghpkg.NoticeRestored:
		said = append(said, i18n.T(ctx, "chat."+string(t.Event), "Who", chat(t.Actor.Login), "What", t.Target.text(ctx)))
	case ghpkg.NoticeFinished, ghpkg.NoticePaused:
		said = append(said, t.Operation.text(ctx, t.Actor.Login))
	case ghpkg.NoticeExpiring:
		said = append(said, t.expiring(ctx))
	case ghpkg.NoticePing:
		said = append(said, i18n.T(ctx, "chat.ping"))
	}
	if t.Event == ghpkg.NoticeDeleted && t.Until != nil {
		said = append(said, i18n.T(ctx, "consequence.restorable", "Until", *t.Until))
	}
	if t.Reason != "" {
		said = append(said, i18n.T(ctx, "chat.reason", "Reason", chat(t.Reason)))
	}
	switch {
	case t.Ledger != "":
		said = append(said, anchor(t.Ledger, i18n.T(ctx, "ledger.title")))
	case t.Event == ghpkg.NoticePing:
		said = append(said, anchor(t.Portal, "Stockroom"))
	}
	return strings.Join(said, " ")
}

func (t News) expiring(ctx context.Context) string {
	lines := []string{i18n.T(ctx, "chat.expiring", "Count", t.Total, "Owner", chat(t.Owner), "Until", *t.Until)}
	for _, item := range t.Items[:min(len(t.Items), maxChatItems)] {
		lines = append(lines, item.text(ctx))
	}
	if more := t.Total - maxChatItems; more > 0 {
		lines = append(lines, i18n.T(ctx, "chat.more", "Count", more))
	}
	return strings.Join(lines, "\n• ")
}

func (t Target) text(ctx context.Context) string {
	s := chat(t.Owner + "/" + string(t.Type) + "/" + t.Name)
	if t.URL != "" {
		s = anchor(t.URL, s)
	}
	if t.VersionID == 0 {
		return s
	}
	return i18n.T(ctx, "chat.version", "Package", s, "Version", chat(t.VersionName), "Tags", chat(strings.Join(t.Tags, ", ")))
}

func (o Operation) text(ctx context.Context, login string) string {
	var counts []string
	for _, state := range ghpkg.ItemStates() {
		if n := o.Counts[state]; n > 0 {
			counts = append(counts, i18n.T(ctx, o.words(state))+": "+i18n.Number(ctx, n))
		}
	}
	who := chat(login)
	said := i18n.T(ctx, "chat."+string(o.State), "Who", who, "Counts", strings.Join(counts, " · "),
		"What", anchor(o.URL, i18n.T(ctx, "chat."+string(o.Action), "Count", o.Total)))
	if o.Why != "" {
		said += " " + i18n.T(ctx, "chat.why", "Who", who, "Why", chat(i18n.T(ctx, "fault."+o.Why)))
	}
	return said
}

// words names the state of items. What is still to be done in a stopped
// operation never will be.
func (o Operation) words(state ghpkg.ItemState) string {
	if o.State == ghpkg.OperationStopped && state == ghpkg.ItemPending {
		return "item.state.not_sent"
	}
	return "item.state." + string(state)
}

func anchor(url, text string) string { return "<" + url + "|" + text + ">" }

// chat escapes what people and packages are called, so that it is no markup: a
// package must not mention a whole channel. Emphasis needs no escape, for it
// stays on its line and leads nowhere.
func chat(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\n", " ", "\r", " ").Replace(s)
}
