package main

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// A request as it is logged.
type request struct {
	At       int64  `json:"at"` // ns since 1970
	Ended    int64  `json:"ended"`
	Verb     string `json:"verb"` // watch, list, page (of a list), probe (a list of one item) or other
	Resource string `json:"resource"`
	Query    string `json:"query"`
	Protocol string `json:"protocol"`
	Peer     string `json:"peer"`
	Token    string `json:"token"`
	Accept   string `json:"accept"`
	Encoding string `json:"encoding"`
	Status   int    `json:"status"`
	Error    int    `json:"error"` // the code of an ERROR in the stream
	Bytes    int    `json:"bytes"` // of the answer's body
	Last     uint64 `json:"last"`  // the last revision that a watch was given
}

type server struct {
	mu        sync.Mutex
	changed   chan struct{} // closed when anything has changed, and replaced
	revision  uint64
	epoch     int
	uids      int
	resources map[string]*resource
	history   []change
	requests  []*request
	faults    []*fault
	behind    *upstream // the real API server, or nil
	wires     wires
	set       settings
}

// What a test sets; names as in the control's JSON.
type settings struct {
	Bookmark    int             `json:"bookmark"`  // ms between a watch's bookmarks; also one 2 s before its end
	WatchList   bool            `json:"watchlist"` // sendInitialEvents works
	IgnoreLimit bool            `json:"ignore_limit"`
	Latency     int             `json:"latency"`   // ms before an answer
	Bandwidth   int             `json:"bandwidth"` // bytes a second on each connection; 0 for all
	Tokens      map[string]bool `json:"tokens"`    // those that are good; all without
	Missing     map[string]bool `json:"missing"`   // resources
}

func newServer(before string) *server {
	s := &server{
		changed:   make(chan struct{}),
		revision:  1000,
		resources: map[string]*resource{},
		history:   []change{},
		requests:  []*request{},
		set:       settings{Bookmark: 60000, WatchList: true},
	}
	for _, r := range resourcesByPath {
		r.objects, r.base = map[string]object{}, map[string]object{}
		s.resources[r.name] = r
	}
	if before != "" {
		s.behind = newUpstream(before)
	}
	return s
}

// wake lets every watch look again; the lock is held.
func (s *server) wake() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// find is the resource of a path, and the namespace that it names.
func find(path string) (*resource, string) {
	if r := resourcesByPath[path]; r != nil {
		return r, ""
	}
	before, after, found := strings.Cut(path, "/namespaces/")
	namespace, name, named := strings.Cut(after, "/")
	if !found || !named {
		return nil, ""
	}
	return resourcesByPath[before+"/"+name], namespace
}

func verbOf(r *resource, q *http.Request) string {
	v := q.URL.Query()
	switch {
	case r == nil:
		return "other"
	case v.Get("watch") != "":
		return "watch"
	case v.Get("continue") != "":
		return "page"
	case v.Get("limit") == "1":
		return "probe"
	}
	return "list"
}

// note logs a request.
func (s *server) note(verb string, r *resource, q *http.Request) *request {
	n := &request{
		At: time.Now().UnixNano(), Verb: verb, Query: q.URL.RawQuery, Protocol: q.Proto, Peer: q.RemoteAddr,
		Token:  strings.TrimPrefix(q.Header.Get("Authorization"), "Bearer "),
		Accept: q.Header.Get("Accept"), Encoding: q.Header.Get("Accept-Encoding"),
	}
	if r != nil {
		n.Resource = r.name
	}
	s.requests = append(s.requests, n)
	return n
}

func sendStatus(w http.ResponseWriter, code int, reason, message, more string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	fmt.Fprintf(w, `{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":%q,"reason":%q%s,"code":%d}`+"\n",
		message, reason, more, code)
}

func (s *server) serve(w http.ResponseWriter, q *http.Request) {
	r, namespace := find(q.URL.Path)
	verb := verbOf(r, q)
	s.mu.Lock()
	n := s.note(verb, r, q)
	f := s.pick(n)
	set := s.set
	s.mu.Unlock()
	counted := &counted{ResponseWriter: w, server: s, note: n}
	defer counted.end()
	delay := set.Latency
	if f != nil {
		delay += f.Delay
	}
	time.Sleep(time.Duration(delay) * time.Millisecond)
	switch {
	case f != nil && f.Hang:
		<-q.Context().Done()
	case len(set.Tokens) > 0 && !set.Tokens[n.Token]:
		sendStatus(counted, 401, "Unauthorized", "Unauthorized", "")
	case f != nil && f.Status > 0:
		f.refuse(counted, n.Resource)
	case s.behind != nil:
		s.behind.pass(s.newStream(counted, q, r, f), q)
	case r == nil || set.Missing[r.name]:
		http.Error(counted, "404 page not found", 404)
	case verb == "watch":
		s.watch(s.newStream(counted, q, r, f), q, r, namespace)
	default:
		s.list(s.newStream(counted, q, r, f), q, r, namespace)
	}
}

// counted notes what is answered.
type counted struct {
	http.ResponseWriter
	server *server
	note   *request
}

func (c *counted) WriteHeader(code int) {
	c.server.mu.Lock()
	c.note.Status = code
	c.server.mu.Unlock()
	c.ResponseWriter.WriteHeader(code)
}

func (c *counted) Write(bytes []byte) (int, error) {
	c.server.mu.Lock()
	c.note.Bytes += len(bytes)
	c.server.mu.Unlock()
	return c.ResponseWriter.Write(bytes)
}

func (c *counted) end() {
	c.server.mu.Lock()
	c.note.Ended = time.Now().UnixNano()
	c.server.mu.Unlock()
}
