#!/usr/bin/env bash
# Moves the sandbox to another Cassandra: `./bump.sh 5.0.9` writes its version into pom.xml and jars.sha256 anew. Needs Maven.
set -euo pipefail
version=${1:?usage: bump.sh 5.0.PATCH}
here=$(cd "$(dirname "$0")" && pwd); work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
sed "/cassandra-all/{n;s/>.*</>$version</}" "$here/pom.xml" > "$work/pom.xml"
mvn -B -ntp -C -f "$work/pom.xml" org.apache.maven.plugins:maven-dependency-plugin:3.9.0:copy-dependencies \
  -DoutputDirectory="$work/jars" -DincludeScope=runtime
cd "$work/jars" && LC_ALL=C sha256sum -- *.jar > "$work/jars.sha256"
cp "$work/pom.xml" "$work/jars.sha256" "$here/"
