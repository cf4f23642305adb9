#!/usr/bin/env bash
# Moves the sandbox to another Flux: `./bump.sh v1.9.5 v1.9.3`, the versions of kustomize-controller and of source-controller, writes
# go.mod and go.sum beside this script anew, and the pins of ../flux, which the CRDs come from. Needs go and node. Versions that cannot
# be had leave all of them alone and exit 1.
set -euo pipefail
usage='usage: bump.sh v1.MINOR.PATCH v1.MINOR.PATCH'; kustomize=${1:?$usage}; source=${2:?$usage}
here=$(cd "$(dirname "$0")" && pwd); work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
F=github.com/fluxcd
# The other module compiles nothing and is never tidied: requirements, and in go.sum what verifies them. The versions of the rest stay.
mkdir crds; cp "$here/../flux/go.mod" crds/; cd crds
go mod edit -require="$F/source-controller@$source" -require="$F/kustomize-controller@$kustomize"
mapfile -t pins < <(go mod edit -json | node -e '
  const { Require } = JSON.parse(require("fs").readFileSync(0, "utf8"));
  for (const { Path, Version } of Require) console.log(`${Path}@${Version}`);')
for pin in "${pins[@]}" "$F/kustomize-controller@$kustomize"; do
  info=$(go mod download -json "$pin") || { echo "$info" >&2; exit 1; } # the controller's in the end
done
cd ..
go mod init landlord.dev/sandbox/kustomize-controller 2>/dev/null
# A dependency's replacements do not count, so the controller's are repeated here; its `api` folder is a published module of its version.
plan=$(go mod edit -json "$(node -p 'JSON.parse(process.argv[1]).GoMod' "$info")" | node -e '
  const m = JSON.parse(require("fs").readFileSync(0, "utf8"));
  console.log(`-go=${m.Go}`);
  for (const { Old, New } of m.Replace)
    if (New.Version !== undefined) console.log(`-replace=${Old.Path}${Old.Version ? `@${Old.Version}` : ""}=${New.Path}@${New.Version}`);')
mapfile -t edits <<<"$plan"
go mod edit "${edits[@]}"
cp "$(node -p 'JSON.parse(process.argv[1]).Dir' "$info")/go.sum" go.sum; chmod u+w go.sum
go get -tool "$F/kustomize-controller@$kustomize"
go mod tidy
cp go.mod go.sum "$here/"
cp crds/go.mod crds/go.sum "$here/../flux/"
