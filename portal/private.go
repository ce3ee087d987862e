package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"time"

	"huitong/portal/meter"
	"huitong/portal/web"
)

// profileLasts is how long an answer of the private listener may take: a profile of the
// processor is taken for half a minute, unless asked otherwise.
const profileLasts = 2 * time.Minute

// servePrivate opens the listener for whoever runs the portal, and closes it when the
// process ends. It does nothing where none is wanted.
func servePrivate(env *environment, m *meter.Meter, server *web.Server) error {
	if env.cfg.PrivateAddr == "" {
		return nil
	}
	listener, err := net.Listen("tcp", env.cfg.PrivateAddr)
	if err != nil {
		return fmt.Errorf("listen for figures: %w; choose another with --private-addr or HUITONG_PRIVATE_ADDR", err)
	}
	private := &http.Server{
		Handler: privateHandler(m, server), ReadHeaderTimeout: 5 * time.Second, WriteTimeout: profileLasts, IdleTimeout: 2 * time.Minute,
	}
	go func() {
		if err := private.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			env.log.Error("figures are not served any more", "error", err)
		}
	}()
	context.AfterFunc(env.ctx, func() { _ = private.Close() })
	env.log.Info("figures", "address", listener.Addr().String())
	return nil
}

// privateHandler has the addresses of the private listener.
func privateHandler(m *meter.Meter, server *web.Server) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", m.Handler())
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ready := server.Readiness(r.Context())
		w.Header().Set("Content-Type", "application/json")
		if !ready.Ready {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		_ = json.NewEncoder(w).Encode(ready) // who asked has gone: nobody to tell
	})
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	return mux
}
