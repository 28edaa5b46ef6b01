package app

import (
	"github.com/stockroom-dev/stockroom/internal/auth"
	"github.com/stockroom-dev/stockroom/internal/config"
	"github.com/stockroom-dev/stockroom/internal/notices"
	"github.com/stockroom-dev/stockroom/internal/queue"
	"github.com/stockroom-dev/stockroom/internal/store"
)

// The store is where notices are found, and kept until they have arrived.
var _ notices.Store = (*store.Store)(nil)

func newNotices(cfg config.Config, o Options, db *store.Store, keys *auth.Keys, newID func() string) *notices.Notices {
	return notices.New(notices.Options{
		Store: db, Keys: keys, BaseURL: cfg.BaseURL, NewID: newID, Now: o.Now, Log: o.Log, Networks: cfg.NoticeNetworks,
	})
}

// telling is what the queue does for notices.
func telling(n *notices.Notices) queue.Chore {
	return queue.Chore{Name: "notices", Due: n.Due, Work: n.Work}
}
