//go:build tools

// Package tools pins Temporal's server and its SQL tool so that `go mod tidy` keeps their requirements.
package tools

import (
	_ "go.temporal.io/server/cmd/server"
	_ "go.temporal.io/server/cmd/tools/sql"
)
