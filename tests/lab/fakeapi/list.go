package main

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"sort"
	"strconv"
	"strings"
	"time"
)

const tooNewWait = 3 * time.Second // for a revision that is still to come
const gzipFrom = 128 * 1024        // bytes, as kubernetes/apiserver's writers.go

// A page of a list, as it was asked for.
type page struct {
	revision uint64
	start    string // the last key of the page before
	limit    int
}

func tokenOf(revision uint64, key string) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d|%s", revision, key))
}

// asked reads the query. False after refusing it.
func (s *server) asked(o *stream, v url.Values, p *page) bool {
	p.limit, _ = strconv.Atoi(v.Get("limit"))
	s.mu.Lock()
	p.revision = s.revision
	ignore := s.set.IgnoreLimit
	s.mu.Unlock()
	if token := v.Get("continue"); token != "" {
		text, _ := base64.RawURLEncoding.DecodeString(token)
		revision, key, _ := strings.Cut(string(text), "|")
		p.revision, _ = strconv.ParseUint(revision, 10, 64)
		p.start = key
	} else if text := v.Get("resourceVersion"); text != "" && text != "0" {
		wanted, _ := strconv.ParseUint(text, 10, 64)
		if !s.reached(wanted) {
			sendStatus(o.w, 504, "Timeout", fmt.Sprintf("Too large resource version: %d, current: %d", wanted, p.revision),
				`,"details":{"causes":[{"reason":"ResourceVersionTooLarge","message":"Too large resource version"}],"retryAfterSeconds":1}`)
			return false
		}
		match := v.Get("resourceVersionMatch")
		if match == "Exact" || match == "" && p.limit > 0 {
			p.revision = wanted
		}
	}
	if ignore {
		p.limit = 0
	}
	return true
}

// reached waits a while for a revision.
func (s *server) reached(revision uint64) bool {
	for end := time.Now().Add(tooNewWait); ; time.Sleep(20 * time.Millisecond) {
		s.mu.Lock()
		now := s.revision
		s.mu.Unlock()
		if now >= revision {
			return true
		}
		if time.Now().After(end) {
			return false
		}
	}
}

func (s *server) list(o *stream, q *http.Request, r *resource, namespace string) {
	var p page
	if !s.asked(o, q.URL.Query(), &p) {
		return
	}
	s.mu.Lock()
	there, known := r.at(p.revision)
	s.mu.Unlock()
	if !known {
		sendStatus(o.w, 410, "Expired", "The provided continue parameter is too old to display a consistent list result.", "")
		return
	}
	var keys []string
	for key, object := range there {
		if key > p.start && (namespace == "" || namespace == object.namespace) {
			keys = append(keys, key)
		}
	}
	sort.Strings(keys)
	body := p.write(o.fault, r, there, keys, partialWanted(q))
	if len(body) >= gzipFrom && strings.Contains(q.Header.Get("Accept-Encoding"), "gzip") {
		body = zipped(body)
		o.w.Header().Set("Content-Encoding", "gzip")
	}
	o.whole(body)
}

// write is the answer.
func (p *page) write(f fault, r *resource, there map[string]object, keys []string, partial bool) []byte {
	kind, group, next := r.kind, r.group, ""
	if partial {
		kind, group = "PartialObjectMetadata", "meta.k8s.io/v1"
	}
	if p.limit > 0 && len(keys) > p.limit {
		next = fmt.Sprintf(`,"continue":%q,"remainingItemCount":%d`, tokenOf(p.revision, keys[p.limit-1]), len(keys)-p.limit)
		keys = keys[:p.limit]
	}
	revision := p.revision
	if f.Revision > 0 {
		revision = f.Revision
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, `{"kind":"%sList","apiVersion":%q,"metadata":{"resourceVersion":"%d"%s},"items":`, kind, group, revision, next)
	if f.Items != "" {
		b.WriteString(f.Items + "}\n")
		return b.Bytes()
	}
	var items [][]byte
	for _, key := range keys {
		items = append(items, there[key].json(r, partial, false))
	}
	fmt.Fprintf(&b, "[%s]}\n", bytes.Join(items, []byte(",")))
	return b.Bytes()
}

func zipped(body []byte) []byte {
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	z.Write(body)
	z.Close()
	return b.Bytes()
}
