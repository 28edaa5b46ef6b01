package app

import (
	"github.com/stockroom-dev/stockroom/internal/config"
	"github.com/stockroom-dev/stockroom/internal/notices"
	"github.com/stockroom-dev/stockroom/internal/queue"
	"github.com/stockroom-dev/stockroom/internal/store"
)

// The store is where notices are found, and kept until they have arrived.
var _ notices.Store = (*store.Store)(nil)

func newNotices(cfg config.Config, o Options, n notices.Options) *notices.Notices {
	n.BaseURL, n.Networks, n.Now, n.Log = cfg.BaseURL, cfg.NoticeNetworks, o.Now, o.Log
	return notices.New(n)
}

// telling is what the queue does for notices.
func telling(n *notices.Notices) queue.Chore {
	return queue.Chore{Name: "notices", Due: n.Due, Work: n.Work}
}
