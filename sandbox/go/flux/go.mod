// Pins the Flux controllers whose CRD files the sandbox installs. Nothing is compiled: go.sum holds just what
// `go mod download` needs to verify the archives, so leave `go mod tidy` out (it would empty this file).
module landlord.dev/sandbox/flux

go 1.26.0

require (
	github.com/controlplaneio-fluxcd/flux-operator v0.58.1
	github.com/fluxcd/helm-controller v1.6.2
	github.com/fluxcd/image-automation-controller v1.1.2
	github.com/fluxcd/image-reflector-controller v1.1.1
	github.com/fluxcd/kustomize-controller v1.9.5
	github.com/fluxcd/notification-controller v1.9.3
	github.com/fluxcd/source-controller v1.9.3
)
