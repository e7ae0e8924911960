package main

import (
	"bufio"
	"crypto/tls"
	"io"
	"net/http"
)

// The real API server that this one stands before: the faults are this one's, the rest is the real one's.
type upstream struct {
	url    string
	client *http.Client
}

func newUpstream(url string) *upstream {
	transport := &http.Transport{
		TLSClientConfig:    &tls.Config{InsecureSkipVerify: true}, // both are the same test's
		ForceAttemptHTTP2:  true,
		DisableCompression: true, // bodies pass as they are
	}
	return &upstream{url, &http.Client{Transport: transport}}
}

func (u *upstream) pass(o *stream, q *http.Request) {
	asked, err := http.NewRequestWithContext(q.Context(), q.Method, u.url+q.URL.RequestURI(), q.Body)
	if err != nil {
		sendStatus(o.w, 500, "InternalError", err.Error(), "")
		return
	}
	asked.Header = q.Header.Clone()
	answer, err := u.client.Do(asked)
	if err != nil {
		sendStatus(o.w, 503, "ServiceUnavailable", err.Error(), "")
		return
	}
	defer answer.Body.Close()
	for name, values := range answer.Header {
		if name != "Content-Length" {
			o.w.Header()[name] = values
		}
	}
	o.w.WriteHeader(answer.StatusCode)
	o.flush()
	lines := make(chan []byte, 1000)
	ended := make(chan error, 1)
	go func() { ended <- readLines(answer.Body, lines, q.Context().Done()) }()
	for o.passOn(lines, ended) {
	}
}

// readLines reads until the body ends; nil for a clean end.
func readLines(body io.Reader, lines chan<- []byte, stop <-chan struct{}) error {
	defer close(lines)
	reader := bufio.NewReaderSize(body, 1<<16)
	for {
		line, err := reader.ReadBytes('\n')
		if len(line) > 0 {
			select {
			case lines <- line:
			case <-stop:
				return nil
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// passOn writes one line, or waits for one. A silent watch ends as the real one does. False when it has ended.
func (o *stream) passOn(lines <-chan []byte, ended chan error) bool {
	held, cut, changed := o.held()
	if cut {
		o.ended()
		return false
	}
	if held {
		lines = nil
	}
	select {
	case line, more := <-lines:
		if more {
			return o.write(line)
		}
		o.finish(<-ended)
		return false
	case err := <-ended:
		if held || len(lines) == 0 {
			o.finish(err)
			return false
		}
		ended <- err
	case <-changed:
	case <-o.context.Done():
		return false
	}
	return true
}

func (o *stream) finish(err error) {
	if err != nil {
		o.abort()
	}
}
