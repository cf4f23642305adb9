// Command argocd-applicationset-controller runs Argo CD's ApplicationSet controller alone: the program that Argo CD itself
// ships holds all of its commands and takes half as long again to build.
package main

import (
	"os"

	command "github.com/argoproj/argo-cd/v3/cmd/argocd-applicationset-controller/commands"
)

func main() {
	if command.NewCommand().Execute() != nil {
		os.Exit(1)
	}
}
