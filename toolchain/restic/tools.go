//go:build tools

// Package tools pins restic so that `go mod tidy` keeps its requirements.
package tools

import _ "github.com/restic/restic/cmd/restic"
