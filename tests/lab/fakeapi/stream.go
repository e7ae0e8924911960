package main

import (
	"bytes"
	"context"
	"net/http"
	"time"
)

// A stream is the body of one answer, written as slowly and as far as the faults let it.
type stream struct {
	w       http.ResponseWriter
	context context.Context
	server  *server
	note    *request
	r       *resource // whose watch it is, or nil
	number  int       // of the watch, among its resource's
	cuts    int       // of its resource when it was opened
	fault   fault
	lines   int
}

func (s *server) newStream(w *counted, q *http.Request, r *resource, f *fault) *stream {
	o := &stream{w: w, context: q.Context(), server: s, note: w.note}
	if f != nil {
		o.fault = *f
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if r != nil && w.note.Verb == "watch" {
		o.r, o.number, o.cuts = r, r.streams, r.cuts
		r.streams++
	}
	return o
}

// abort resets the stream; over HTTP/1.1 the connection.
func (o *stream) abort() { panic(http.ErrAbortHandler) }

// held is true while a watch is given nothing. It ends the watch when that was cut: CUT is true.
func (o *stream) held() (held, cut bool, changed chan struct{}) {
	s := o.server
	s.mu.Lock()
	defer s.mu.Unlock()
	if o.r == nil {
		return false, false, s.changed
	}
	silent := o.fault.Silent || o.r.silent[0] <= o.number && o.number < o.r.silent[1]
	return silent, o.cuts != o.r.cuts, s.changed
}

// wait waits until the stream may be written to. False when it has ended.
func (o *stream) wait() bool {
	for {
		held, cut, changed := o.held()
		if cut {
			o.ended()
			return false
		}
		if !held {
			return o.context.Err() == nil
		}
		select {
		case <-changed:
		case <-o.context.Done():
			return false
		}
	}
}

// ended ends a watch as the last cut wants it.
func (o *stream) ended() {
	o.server.mu.Lock()
	abort := o.r.abort
	o.server.mu.Unlock()
	if abort {
		o.abort()
	}
}

// rate is how many bytes a second may follow the first AT of LENGTH bytes; 0 for any number.
func (o *stream) rate(at, length int) int {
	o.server.mu.Lock()
	defer o.server.mu.Unlock()
	if o.r != nil && o.r.drip > 0 && at >= length/2 {
		return o.r.drip
	}
	return o.fault.Rate
}

// piece is how many of the REST bytes of a line, at byte AT of LENGTH, are written together.
func (o *stream) piece(at, length int) int {
	n := length - at
	if o.fault.Chunk > 0 {
		n = min(n, o.fault.Chunk)
	}
	if o.fault.CutLine == o.lines {
		n = min(n, o.fault.CutByte-at)
	}
	o.server.mu.Lock()
	dripping := o.r != nil && o.r.drip > 0
	o.server.mu.Unlock()
	if dripping && at < length/2 {
		n = min(n, length/2-at)
	}
	if rate := o.rate(at, length); rate > 0 {
		n = min(n, max(1, rate/50))
	}
	return n
}

// write writes one line. False when the stream has ended.
func (o *stream) write(line []byte) bool {
	o.lines++
	for at := 0; at < len(line); {
		if !o.wait() {
			return false
		}
		n := o.piece(at, len(line))
		if n <= 0 { // here it is cut
			time.Sleep(20 * time.Millisecond) // the bytes before leave first
			o.abort()
		}
		if _, err := o.w.Write(line[at : at+n]); err != nil {
			return false
		}
		o.flush()
		at += n
		rate := o.rate(at, len(line))
		if rate > 0 && at < len(line) && !o.pause(time.Duration(n)*time.Second/time.Duration(rate), at, len(line), rate) {
			return false
		}
	}
	return true
}

// pause waits while the stream's RATE lasts, but not past its end.
func (o *stream) pause(d time.Duration, at, length, rate int) bool {
	after := time.After(d)
	for {
		_, cut, changed := o.held()
		if cut || o.rate(at, length) != rate {
			return true
		}
		select {
		case <-after:
			return true
		case <-changed:
		case <-o.context.Done():
			return false
		}
	}
}

func (o *stream) flush() { o.w.(*counted).ResponseWriter.(http.Flusher).Flush() }

// begin sends the head of a good answer.
func (o *stream) begin() {
	o.w.Header().Set("Content-Type", "application/json")
	o.w.WriteHeader(200)
	o.flush()
}

// whole sends an answer that is not a stream.
func (o *stream) whole(body []byte) {
	if f := o.fault; f.Chunk > 0 || f.Rate > 0 || f.CutLine > 0 {
		o.begin()
		o.write(body)
		return
	}
	o.w.Header().Set("Content-Type", "application/json")
	o.w.WriteHeader(200)
	o.w.Write(bytes.TrimSpace(body))
}
