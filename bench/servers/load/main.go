// Load on a token server, and the bearer tokens for it.
package main

import (
	"fmt"
	"os"
)

func main() {
	commands := map[string]func([]string) error{"bearers": bearers, "drive": drive}
	var command func([]string) error
	if len(os.Args) > 1 {
		command = commands[os.Args[1]]
	}
	if command == nil {
		fmt.Fprintln(os.Stderr, "usage: load bearers|drive [flags]")
		os.Exit(2)
	}
	if err := command(os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}
