package main

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// How long answers took, by status ("201") or by how there was none ("timeout", "cut", "refused").
type seen struct {
	window  time.Duration
	all     outcomes
	windows []outcomes
}

type outcomes map[string]*hdrhistogram.Histogram

func newSeen(window time.Duration) *seen {
	return &seen{window: window, all: outcomes{}}
}

func (s *seen) add(how string, due, now time.Duration) {
	s.all.add(how, now-due)
	if s.window == 0 {
		return
	}
	for int(due/s.window) >= len(s.windows) {
		s.windows = append(s.windows, outcomes{})
	}
	s.windows[due/s.window].add(how, now-due)
}

func (o outcomes) add(how string, took time.Duration) {
	if o[how] == nil {
		o[how] = hdrhistogram.New(1, 120_000_000, 3) // microseconds
	}
	o[how].RecordValue(took.Microseconds())
}

type figures struct {
	Count int64   `json:"count"`
	P50   float64 `json:"p50"` // milliseconds, as the others
	P99   float64 `json:"p99"`
	P999  float64 `json:"p999"`
	Max   float64 `json:"max"`
}

func (o outcomes) figures() map[string]figures {
	all := map[string]figures{}
	for how, took := range o {
		at := func(percent float64) float64 { return float64(took.ValueAtQuantile(percent)) / 1000 }
		all[how] = figures{took.TotalCount(), at(50), at(99), at(99.9), float64(took.Max()) / 1000}
	}
	return all
}

type report struct {
	Seconds float64              `json:"seconds"`
	All     map[string]figures   `json:"all"`
	Windows []map[string]figures `json:"windows,omitempty"`
}

func (s *seen) report(took time.Duration) report {
	made := report{Seconds: took.Seconds(), All: s.all.figures()}
	for _, window := range s.windows {
		made.Windows = append(made.Windows, window.figures())
	}
	return made
}
