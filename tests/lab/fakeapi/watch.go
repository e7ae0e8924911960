package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sort"
	"strconv"
	"strings"
	"time"
)

const lateBookmark = 2 * time.Second // before a watch's end, as kubernetes/apiserver's cache_watcher.go
const shortWatch = 15 * time.Second  // a shorter one has none (seen on 1.37)

// A watch in progress.
type watching struct {
	*stream
	r         *resource
	namespace string
	partial   bool // only metadata
	bookmarks bool
	at        uint64 // the last revision that it was given
	next      time.Time
	end       time.Time
}

func partialWanted(q *http.Request) bool {
	return strings.Contains(q.Header.Get("Accept"), "as=PartialObjectMetadata")
}

func (s *server) watch(o *stream, q *http.Request, r *resource, namespace string) {
	v := q.URL.Query()
	s.mu.Lock()
	able := s.set.WatchList
	s.mu.Unlock()
	initial := v.Get("sendInitialEvents") == "true"
	if initial && (!able || v.Get("resourceVersionMatch") != "NotOlderThan") {
		sendStatus(o.w, 422, "Invalid", "sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled", "")
		return
	}
	w := &watching{stream: o, r: r, namespace: namespace, partial: partialWanted(q), bookmarks: v.Get("allowWatchBookmarks") == "true"}
	w.at, _ = strconv.ParseUint(v.Get("resourceVersion"), 10, 64)
	w.begin()
	w.limit(v.Get("timeoutSeconds"))
	silent := w.fault.Silent
	w.fault.Silent = false
	for _, line := range w.fault.Lines {
		var said struct{ Object struct{ Code int } }
		json.Unmarshal([]byte(line), &said)
		s.mu.Lock()
		w.note.Error = said.Object.Code
		s.mu.Unlock()
		if !w.write([]byte(line + "\n")) {
			return
		}
	}
	w.fault.Silent = silent
	if (initial || w.at == 0) && !w.initial() {
		return
	}
	for w.more() {
	}
}

// limit sets when the watch ends and when its next bookmark is due.
func (w *watching) limit(seconds string) {
	n, err := strconv.Atoi(seconds)
	if err != nil || n <= 0 {
		n = 1800
	}
	now := time.Now()
	w.end = now.Add(time.Duration(n) * time.Second)
	if w.fault.End > 0 {
		w.end = now.Add(time.Duration(w.fault.End) * time.Millisecond)
	}
	w.schedule(now)
}

func (w *watching) schedule(now time.Time) {
	w.server.mu.Lock()
	every := time.Duration(w.server.set.Bookmark) * time.Millisecond
	w.server.mu.Unlock()
	w.next = now.Add(every)
	last := w.end.Add(-lateBookmark)
	if w.end.Sub(now) >= shortWatch && last.Before(w.next) {
		w.next = last
	}
}

func (w *watching) bookmark(revision uint64, notes string) bool {
	kind, group := w.r.kind, w.r.group
	if w.partial {
		kind, group = "PartialObjectMetadata", "meta.k8s.io/v1"
	}
	object := fmt.Sprintf(`{"kind":%q,"apiVersion":%q,"metadata":{"resourceVersion":"%d","creationTimestamp":null%s}}`,
		kind, group, revision, notes)
	return w.write(watchLine("BOOKMARK", []byte(object)))
}

// initial sends what is there now as ADDED, and the bookmark that ends it.
func (w *watching) initial() bool {
	w.server.mu.Lock()
	revision := w.server.revision
	there, _ := w.r.at(revision)
	w.server.mu.Unlock()
	for _, o := range there {
		if w.covers(o) && !w.write(watchLine("ADDED", o.json(w.r, w.partial, true))) {
			return false
		}
	}
	w.at = revision
	return !w.bookmarks || w.bookmark(revision, `,"annotations":{"k8s.io/initial-events-end":"true"}`)
}

func (w *watching) covers(o object) bool { return w.namespace == "" || w.namespace == o.namespace }

// due is what the watch has to be given now. The lock is held.
func (w *watching) due() (changes []change, expired bool) {
	if w.at < w.r.floor {
		return nil, true
	}
	all := w.r.changes
	first := sort.Search(len(all), func(i int) bool { return all[i].Revision > w.at })
	return all[first:len(all):len(all)], false
}

func (w *watching) give(changes []change) bool {
	for _, c := range changes {
		w.at = c.Revision
		if !w.covers(c.object) {
			continue
		}
		if !w.write(watchLine(c.Type, c.object.json(w.r, w.partial, true))) {
			return false
		}
		w.server.mu.Lock()
		w.note.Last = c.Revision
		w.server.mu.Unlock()
	}
	return true
}

// more gives the watch what is due, or waits for it. False when it has ended.
func (w *watching) more() bool {
	s := w.server
	s.mu.Lock()
	changes, expired := w.due()
	revision, floor, changed := s.revision, w.r.floor, s.changed
	s.mu.Unlock()
	now := time.Now()
	held, cut, _ := w.held()
	switch {
	case cut:
		w.ended()
		return false
	case !now.Before(w.end):
		if w.fault.Abort {
			w.abort()
		}
		return false
	case held:
	case expired:
		s.mu.Lock()
		w.note.Error = 410
		s.mu.Unlock()
		message := fmt.Sprintf("too old resource version: %d (%d)", w.at, floor)
		w.write(watchLine("ERROR", fmt.Appendf(nil, `{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":%q,"reason":"Expired","code":410}`, message)))
		return false
	case len(changes) > 0:
		return w.give(changes)
	case w.bookmarks && !now.Before(w.next):
		w.schedule(now)
		w.at = max(w.at, revision)
		return w.bookmark(w.at, "")
	}
	wait := w.end
	if !held && w.bookmarks && w.next.Before(wait) {
		wait = w.next
	}
	select {
	case <-changed:
	case <-time.After(time.Until(wait)):
	case <-w.context.Done():
		return false
	}
	return true
}
