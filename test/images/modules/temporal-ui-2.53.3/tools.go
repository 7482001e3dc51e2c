//go:build tools

// Package tools pins the server of Temporal's pages so that `go mod tidy` keeps its requirements.
package tools

import _ "github.com/temporalio/ui-server/v2/cmd/server"
