#!/usr/bin/env bash
# Moves the sandbox to another Argo CD: `./bump.sh v3.5.7 v0.0.0-20260914071520-c9c369efcc5b` writes go.mod and go.sum beside this
# script anew. The second version is that of gitops-engine: Argo CD's own copy is a folder of its repository, which its module leaves
# out, so a published one of about the same day stands in. Needs go and node. Versions that cannot be had leave both files alone and exit 1.
set -euo pipefail
usage='usage: bump.sh v3.MINOR.PATCH v0.0.0-DATE-COMMIT'; argo=${1:?$usage}; engine=${2:?$usage}
here=$(cd "$(dirname "$0")" && pwd); work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
kube=$(sed -n 's/^\tk8s.io\/kubernetes \(v[^ ]*\).*/\1/p' "$here/../kube/go.mod"); stage="v0.${kube#v1.}"
A=github.com/argoproj/argo-cd
cp -r "$here"/argocd-applicationset-controller .
go mod init landlord.dev/sandbox/argocd 2>/dev/null
info=$(go mod download -json "$A/v3@$argo") || { echo "$info" >&2; exit 1; }
# A dependency's replacements do not count, so Argo CD's are repeated here; Kubernetes is the sandbox's own, so that both share a build cache.
plan=$(go mod edit -json "$(node -p 'JSON.parse(process.argv[1]).GoMod' "$info")" | node -e '
  const [, kube, stage] = process.argv;
  const m = JSON.parse(require("fs").readFileSync(0, "utf8"));
  console.log(`-go=${m.Go}`);
  for (const { Old, New } of m.Replace) {
    if (New.Version === undefined) continue;
    const version = Old.Path === "k8s.io/kubernetes" ? kube : Old.Path.startsWith("k8s.io/") && New.Path === Old.Path ? stage : New.Version;
    console.log(`-replace=${Old.Path}${Old.Version ? `@${Old.Version}` : ""}=${New.Path}@${version}`);
  }' "$kube" "$stage")
mapfile -t edits <<<"$plan"
go mod edit "${edits[@]}" -replace="k8s.io/kubernetes=k8s.io/kubernetes@$kube" -replace="$A/gitops-engine=$A/gitops-engine@$engine" \
  -tool=landlord.dev/sandbox/argocd/argocd-applicationset-controller
cp "$(node -p 'JSON.parse(process.argv[1]).Dir' "$info")/go.sum" go.sum; chmod u+w go.sum
go get "$A/v3/cmd/argocd-applicationset-controller/commands@$argo"
go mod tidy
cp go.mod go.sum "$here/"
