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
	lines := bufio.NewReaderSize(answer.Body, 1<<16)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 && !o.write(line) {
			return
		}
		if err == io.EOF {
			return
		}
		if err != nil {
			o.abort()
		}
	}
}
