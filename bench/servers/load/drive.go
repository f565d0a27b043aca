package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"
)

// Posts a body again and again and prints, as JSON, how long the answers took by status.
func drive(arguments []string) error {
	flags := flag.NewFlagSet("drive", flag.ExitOnError)
	address := flags.String("address", "", "IP address and port")
	path := flags.String("path", "/token", "path")
	contentType := flags.String("type", "application/json", "content type")
	body := flags.String("body", "", "file of the body")
	bearers := flags.String("bearers", "", "file of bearer tokens that take turns, one a line")
	var load load
	flags.Float64Var(&load.rate, "rate", 0, "requests a second, whether answered or not; 0 is as many as answers allow")
	flags.IntVar(&load.count, "count", 0, "requests in all; without it -rate and -seconds decide")
	seconds := flags.Float64("seconds", 0, "how long")
	flags.IntVar(&load.connections, "connections", 16, "opened at the beginning")
	flags.IntVar(&load.most, "most", 0, "connections when none of them is free; not more than at the beginning unless set")
	flags.BoolVar(&load.fresh, "fresh", false, "a connection for each request, and so many at once")
	flags.DurationVar(&load.timeout, "timeout", 10*time.Second, "for one answer")
	window := flags.Duration("window", 0, "also by windows of this length")
	flags.Parse(arguments)

	if load.count == 0 {
		load.count = int(load.rate * *seconds)
	}
	load.most = max(load.most, load.connections)
	var err error
	if load.requests, err = requests(*address, *path, *contentType, *body, *bearers); err != nil {
		return err
	}
	load.seen = newSeen(*window)
	if err := load.run(*address); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(load.seen.report(time.Since(load.began)))
}

// The bytes of each request: one for each bearer token, or the one without.
func requests(address, path, contentType, bodyFile, bearersFile string) ([][]byte, error) {
	body, err := os.ReadFile(bodyFile)
	if err != nil {
		return nil, err
	}
	bearers, err := os.ReadFile(bearersFile)
	if err != nil {
		return nil, err
	}
	callers := strings.Fields(string(bearers))
	if len(callers) == 0 {
		callers = []string{""}
	}
	var all [][]byte
	for _, bearer := range callers {
		authorization := ""
		if bearer != "" {
			authorization = "Authorization: Bearer " + bearer + "\r\n"
		}
		all = append(all, fmt.Appendf(nil,
			"POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: %s\r\n%sContent-Length: %d\r\n\r\n%s", path, address, contentType, authorization, len(body), body))
	}
	return all, nil
}
