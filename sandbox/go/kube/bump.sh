#!/usr/bin/env bash
# Moves the sandbox to another Kubernetes release: `./bump.sh v1.36.4` writes go.mod and go.sum beside this script anew.
# Needs go and node. A release that the module proxy does not have leaves both files alone and exits 1.
set -euo pipefail
kube=${1:?usage: bump.sh v1.MINOR.PATCH}; stage="v0.${kube#v1.}"
here=$(cd "$(dirname "$0")" && pwd); work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
go mod init landlord.dev/sandbox/tools 2>/dev/null
info=$(go mod download -json "k8s.io/kubernetes@$kube") || { echo "$info" >&2; exit 1; }
upstream=$(node -p 'JSON.parse(process.argv[1]).GoMod' "$info")
plan=$(go mod edit -json "$upstream" | node -e '
  const m = JSON.parse(require("fs").readFileSync(0, "utf8"));
  const staging = m.Replace.filter((r) => r.New.Path.startsWith("./staging/")).map((r) => r.Old.Path);
  const etcd = m.Require.find((r) => r.Path === "go.etcd.io/etcd/server/v3").Version;
  console.log([m.Go, etcd, ...staging].join(" "))')
read -r golang etcd staging <<<"$plan"
# Kubernetes names its own staging modules at v0.0.0 and points them at folders, which helps nobody outside its tree;
# each of them is tagged v0.MINOR.PATCH with the release, and that is what they are replaced by here.
for path in $staging; do go mod edit -replace "$path=$path@$stage"; done
go mod edit -go "$golang"
go mod edit -godebug "default=$(sed -n 's/^godebug default=//p' "$upstream")"
# The etcd that this Kubernetes was tested with. A bare path would fetch the newest one and pull grpc and others up with it.
go get -tool "k8s.io/kubernetes/cmd/kube-apiserver@$kube" "k8s.io/kubernetes/cmd/kube-controller-manager@$kube" \
  "k8s.io/kubernetes/cmd/kubectl@$kube" "go.etcd.io/etcd/server/v3@$etcd"
go mod tidy
cp go.mod go.sum "$here/"
