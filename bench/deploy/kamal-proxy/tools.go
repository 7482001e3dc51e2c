//go:build tools

// Package tools pins kamal-proxy so that `go mod tidy` keeps its requirements.
package tools

import _ "github.com/basecamp/kamal-proxy/cmd/kamal-proxy"
