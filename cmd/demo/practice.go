package main

import (
	"cmp"
	"context"
	"log/slog"
	"net"
	"slices"

	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/ledger"
	"github.com/stockroom-dev/stockroom/internal/serve"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// startPractice serves the practice GitHub on a loopback port until ctx ends.
func startPractice(ctx context.Context, stockroom string, log *slog.Logger) (*ghfake.Server, error) {
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	practice := ghfake.New(ghfake.Options{
		BaseURL: "http://" + listener.Addr().String(), CallbackURL: stockroom + link.Callback,
	})
	ghfake.Demo(practice)
	go func() {
		if err := serve.Run(ctx, listener, practice, log); err != nil {
			log.ErrorContext(ctx, "the practice GitHub ended", "error", err)
		}
	}()
	return practice, nil
}

// recorder is who deleted what is deleted in the practice organizations.
const recorder = "olivia-owner"

// recordDeletions writes the ledger that a Stockroom in use would have: the
// packages that are deleted in the practice world were deleted through it.
func recordDeletions(ctx context.Context, practice *ghfake.Server, records *ledger.Ledger) error {
	actor, _ := practice.User(recorder)
	deleted := practice.DeletedPackages()
	slices.SortFunc(deleted, func(a, b ghfake.Package) int {
		return cmp.Or(a.DeletedAt.Compare(b.DeletedAt), cmp.Compare(a.ID, b.ID))
	})
	for _, p := range deleted {
		owner, err := ghpkg.NewOwner(ghpkg.Organization, p.Owner)
		if err != nil {
			return err
		}
		err = records.Note(ctx, ghpkg.Entry{
			At: p.DeletedAt, Actor: ghpkg.Actor{ID: actor.ID, Login: actor.Login}, Action: ghpkg.ActionDelete,
			Target: ghpkg.Target{Owner: owner, Type: p.Type, Name: p.Name, Visibility: p.Visibility, PackageID: p.ID},
			Reason: "Repository archived", From: "127.0.0.1",
		})
		if err != nil {
			return err
		}
	}
	return nil
}
