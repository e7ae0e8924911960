package main

import (
	"fmt"
	"io"
	"net/http"
	"strings"
)

// A fault is what happens to some of the requests. Without Status and Hang the request is served.
type fault struct {
	Resource string `json:"resource"` // "" for every one
	Verb     string `json:"verb"`     // "" for every one; "read" for list, page and probe
	Query    string `json:"query"`    // what the request's query must have in it
	Skip     int    `json:"skip"`     // requests that it spares first
	Count    int    `json:"count"`    // requests that it meets; 0 for all
	Delay    int    `json:"delay"`    // ms before the answer
	Hang     bool   `json:"hang"`     // no answer

	Status  int               `json:"status"` // refuse, with Body or a Status
	Body    string            `json:"body"`
	Headers map[string]string `json:"headers"`

	Lines    []string `json:"lines"`    // first in a watch, as they are
	End      int      `json:"end"`      // ms after which a watch ends
	Abort    bool     `json:"abort"`    // with a reset
	Silent   bool     `json:"silent"`   // a watch is given nothing after Lines
	Chunk    int      `json:"chunk"`    // bytes at a time
	Rate     int      `json:"rate"`     // bytes a second
	CutLine  int      `json:"cut_line"` // reset in this line of the answer, counted from 1 ...
	CutByte  int      `json:"cut_byte"` // ... after so many bytes of it
	Revision uint64   `json:"revision"` // which a list claims to have
	Items    string   `json:"items"`    // which a list has instead of its own

	met int
}

// pick is the first fault that a request meets, or nil; the lock is held.
func (s *server) pick(n *request) *fault {
	read := n.Verb == "list" || n.Verb == "page" || n.Verb == "probe"
	for _, f := range s.faults {
		if f.Resource != "" && f.Resource != n.Resource || f.Verb != "" && f.Verb != n.Verb && !(f.Verb == "read" && read) {
			continue
		}
		if !strings.Contains(n.Query, f.Query) {
			continue
		}
		if f.Count > 0 && f.met >= f.Skip+f.Count {
			continue
		}
		f.met++
		if f.met > f.Skip {
			return f
		}
	}
	return nil
}

// refuse answers as the API server does when it says no.
func (f *fault) refuse(w http.ResponseWriter, resource string) {
	for name, value := range f.Headers {
		w.Header().Set(name, value)
	}
	if f.Body != "" {
		w.WriteHeader(f.Status)
		io.WriteString(w, f.Body)
		return
	}
	reasons := map[int]string{401: "Unauthorized", 403: "Forbidden", 404: "NotFound", 410: "Expired", 422: "Invalid",
		429: "TooManyRequests", 500: "InternalError", 503: "ServiceUnavailable", 504: "Timeout"}
	messages := map[int]string{
		401: "Unauthorized",
		403: fmt.Sprintf(`%s is forbidden: User "reader" cannot list resource "%s" at the cluster scope`, resource, resource),
		410: "too old resource version",
	}
	message := messages[f.Status]
	if message == "" {
		message = "a fault of the test"
	}
	sendStatus(w, f.Status, reasons[f.Status], message, "")
}
