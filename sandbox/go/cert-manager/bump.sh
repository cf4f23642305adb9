#!/usr/bin/env bash
# Moves the sandbox to another cert-manager: `./bump.sh v1.21.2` writes go.mod and go.sum beside this script anew.
# Needs go and node. A version that cannot be had leaves both files alone and exits 1.
set -euo pipefail
version=${1:?usage: bump.sh v1.MINOR.PATCH}
here=$(cd "$(dirname "$0")" && pwd); work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
M=github.com/cert-manager/cert-manager own=landlord.dev/sandbox/cert-manager
cp -r "$here"/cert-manager-* .
go mod init "$own" 2>/dev/null
info=$(go mod download -json "$M@$version") || { echo "$info" >&2; exit 1; }
# A dependency's replacements do not count, so that of cert-manager, where it has any, are repeated here.
plan=$(go mod edit -json "$(node -p 'JSON.parse(process.argv[1]).GoMod' "$info")" | node -e '
  const m = JSON.parse(require("fs").readFileSync(0, "utf8"));
  console.log(`-go=${m.Go}`);
  for (const { Old, New } of m.Replace ?? [])
    if (New.Version !== undefined) console.log(`-replace=${Old.Path}${Old.Version ? `@${Old.Version}` : ""}=${New.Path}@${New.Version}`);')
mapfile -t edits <<<"$plan"
go mod edit "${edits[@]}" -tool="$own/cert-manager-controller" -tool="$own/cert-manager-cainjector"
cp "$(node -p 'JSON.parse(process.argv[1]).Dir' "$info")/go.sum" go.sum; chmod u+w go.sum
go get "$M@$version"
go mod tidy
cp go.mod go.sum "$here/"
