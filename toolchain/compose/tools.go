//go:build tools

// Package tools pins Docker Compose so that `go mod tidy` keeps its requirements.
package tools

import _ "github.com/docker/compose/v2/cmd"
