package main

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
)

// What a test asks of the server; README.md has the list.
type command struct {
	Objects  []json.RawMessage `json:"objects"`
	Resource string            `json:"resource"` // "" for every one
	Key      string            `json:"key"`
	Streams  string            `json:"streams"`
	Rate     int               `json:"rate"`
	Clean    bool              `json:"clean"`
	Frozen   bool              `json:"frozen"`
	Revision uint64            `json:"revision"`
}

// each calls DO for the resource that is named, or for all.
func (s *server) each(name string, do func(r *resource)) error {
	if name != "" && s.resources[name] == nil {
		return fmt.Errorf("no such resource: %s", name)
	}
	for _, r := range s.resources {
		if name == "" || name == r.name {
			do(r)
		}
	}
	s.wake()
	return nil
}

func (s *server) ofKind(kind string) *resource {
	for _, r := range s.resources {
		if r.kind == kind {
			return r
		}
	}
	return nil
}

func (s *server) put(objects []json.RawMessage) ([]change, error) {
	var made []change
	for _, text := range objects {
		var o struct {
			Kind     string
			Metadata metadata
		}
		if err := json.Unmarshal(text, &o); err != nil {
			return made, err
		}
		r := s.ofKind(o.Kind)
		if r == nil {
			return made, fmt.Errorf("no such kind: %s", o.Kind)
		}
		c, err := s.commit(r, o.Metadata.Namespace+"/"+o.Metadata.Name, text)
		if err != nil {
			return made, err
		}
		made = append(made, c)
	}
	return made, nil
}

// silence stops what the watches of a resource are given: of those that are open, of new ones, of all or of none.
func (s *server) silence(r *resource, streams string) {
	switch streams {
	case "open":
		r.silent = [2]int{0, r.streams}
	case "new":
		r.silent = [2]int{r.streams, math.MaxInt}
	case "all":
		r.silent = [2]int{0, math.MaxInt}
	default:
		r.silent = [2]int{}
	}
}

func (s *server) state() map[string]map[string]uint64 {
	all := map[string]map[string]uint64{}
	for name, r := range s.resources {
		all[name] = map[string]uint64{}
		for _, o := range r.objects {
			all[name][o.uid] = o.revision
		}
	}
	return all
}

// obey does what PATH names; the lock is held.
func (s *server) obey(path string, c *command, body []byte) (any, error) {
	switch path {
	case "/put":
		return s.put(c.Objects)
	case "/delete":
		if s.resources[c.Resource] == nil {
			return nil, fmt.Errorf("no such resource: %s", c.Resource)
		}
		return s.commit(s.resources[c.Resource], c.Key, nil)
	case "/fault":
		f := &fault{}
		s.faults = append(s.faults, f)
		return nil, json.Unmarshal(body, f)
	case "/heal":
		s.faults = nil
		s.wires.frozen.Store(false)
		s.set.Bandwidth, s.set.Latency, s.set.Tokens, s.set.Missing = 0, 0, nil, nil
		return nil, s.each("", func(r *resource) { r.silent, r.drip = [2]int{}, 0 })
	case "/silence":
		return nil, s.each(c.Resource, func(r *resource) { s.silence(r, c.Streams) })
	case "/drip":
		return nil, s.each(c.Resource, func(r *resource) { r.drip = c.Rate })
	case "/cut":
		return nil, s.each(c.Resource, func(r *resource) { r.cuts, r.abort = r.cuts+1, !c.Clean })
	case "/cut-connections":
		s.wires.cut(!c.Clean)
	case "/freeze-connections":
		s.wires.frozen.Store(c.Frozen)
	case "/set":
		return nil, json.Unmarshal(body, &s.set)
	case "/compact":
		s.compact()
	case "/advance":
		s.revision += c.Revision
	case "/restore":
		return nil, s.restore(c.Revision)
	case "/log":
		return map[string]any{
			"revision": s.revision, "requests": s.requests, "changes": s.history, "state": s.state(),
			"sent": s.wires.sent.Load(), "arrived": s.wires.arrived.Load(), "connections": s.wires.opened.Load(),
		}, nil
	default:
		return nil, fmt.Errorf("no such command: %s", path)
	}
	return nil, nil
}

func (s *server) control(w http.ResponseWriter, q *http.Request) {
	var c command
	var body json.RawMessage
	if err := json.NewDecoder(q.Body).Decode(&body); err != nil {
		http.Error(w, err.Error(), 400)
		return
	}
	if err := json.Unmarshal(body, &c); err != nil && q.URL.Path != "/fault" && q.URL.Path != "/set" {
		http.Error(w, err.Error(), 400)
		return
	}
	s.mu.Lock()
	answer, err := s.obey(q.URL.Path, &c, body)
	var text []byte
	if err == nil {
		text, err = json.Marshal(answer)
	}
	s.mu.Unlock()
	if err != nil {
		http.Error(w, err.Error(), 400)
		return
	}
	w.Write(text)
}
