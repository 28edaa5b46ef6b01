package middleware

import (
	"net/http"
	"strings"
)

// contentPolicy returns the Content-Security-Policy: own files only, nothing
// inline. "htmx" is the Trusted Types policy through which htmx turns answers
// into elements.
func contentPolicy(avatarSources []string) string {
	return strings.Join([]string{
		"default-src 'none'",
		"script-src 'self'",
		"style-src 'self'",
		strings.Join(append([]string{"img-src 'self'"}, avatarSources...), " "),
		"connect-src 'self'",
		"font-src 'self'",
		"manifest-src 'self'",
		"form-action 'self'",
		"base-uri 'none'",
		"frame-ancestors 'none'",
		"require-trusted-types-for 'script'",
		"trusted-types htmx",
	}, "; ")
}

// SecurityHeaders sets the headers that every answer carries, before anybody
// writes one. Answers are not stored by default, for what GitHub shows to one
// viewer is nobody else's; static files override that.
func SecurityHeaders(secure bool, avatarSources []string) Middleware {
	headers := map[string]string{
		"Content-Security-Policy":      contentPolicy(avatarSources),
		"Referrer-Policy":              "same-origin",
		"X-Content-Type-Options":       "nosniff",
		"X-Frame-Options":              "DENY",
		"Permissions-Policy":           "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Cache-Control":                "no-store",
	}
	if secure {
		headers["Strict-Transport-Security"] = "max-age=31536000"
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h := w.Header()
			for name, value := range headers {
				h.Set(name, value)
			}
			next.ServeHTTP(w, r)
		})
	}
}
