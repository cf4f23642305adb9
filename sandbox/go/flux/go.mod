// Pins the Flux controllers whose CRD files the sandbox installs. Nothing is compiled: go.sum holds just what
// `go mod download` needs to verify the two archives, so leave `go mod tidy` out (it would empty this file).
module landlord.dev/sandbox/flux

go 1.26.0

require (
	github.com/fluxcd/kustomize-controller v1.9.5
	github.com/fluxcd/source-controller v1.9.3
)
