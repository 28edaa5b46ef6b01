package middleware

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"

	"github.com/stockroom-dev/stockroom/internal/fault"
)

// Recover turns a panic into an error answer, and logs where it came from. If
// half an answer has left already, the connection is cut, so that nobody takes
// the half for the whole.
func Recover(log *slog.Logger, answer Answer) Middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			rec := &recorder{ResponseWriter: w}
			defer func() {
				v := recover()
				if v == nil {
					return
				}
				if err, ok := v.(error); ok && errors.Is(err, http.ErrAbortHandler) {
					panic(v)
				}
				log.ErrorContext(r.Context(), "panic", "value", fmt.Sprint(v), "stack", string(debug.Stack()))
				if rec.status != 0 {
					panic(http.ErrAbortHandler)
				}
				answer(w, r, &fault.Error{
					Kind: fault.Internal, Code: fault.CodeInternal, Op: "middleware.Recover", Err: fmt.Errorf("panic: %v", v),
				})
			}()
			next.ServeHTTP(rec, r)
		})
	}
}
