package main

import (
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// The connections, which can be frozen, slowed and cut below TLS.
type wires struct {
	all           sync.Map
	frozen        atomic.Bool
	sent, arrived atomic.Int64 // bytes
	opened        atomic.Int64
}

type wire struct {
	net.Listener
	server *server
}

type connection struct {
	net.Conn
	server *server
	closed chan struct{}
	once   sync.Once
}

func (w *wire) Accept() (net.Conn, error) {
	c, err := w.Listener.Accept()
	if err != nil {
		return nil, err
	}
	made := &connection{Conn: c, server: w.server, closed: make(chan struct{})}
	w.server.wires.all.Store(made, true)
	w.server.wires.opened.Add(1)
	return made, nil
}

func (c *connection) Close() error {
	c.once.Do(func() {
		close(c.closed)
		c.server.wires.all.Delete(c)
	})
	return c.Conn.Close()
}

func (c *connection) thawed() {
	for c.server.wires.frozen.Load() {
		select {
		case <-c.closed:
			return
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func (c *connection) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.server.wires.arrived.Add(int64(n))
	c.thawed()
	return n, err
}

func (c *connection) Write(b []byte) (int, error) {
	for done := 0; done < len(b); {
		c.thawed()
		c.server.mu.Lock()
		rate := c.server.set.Bandwidth
		c.server.mu.Unlock()
		n := len(b) - done
		if rate > 0 {
			n = min(n, max(1, rate/100))
		}
		written, err := c.Conn.Write(b[done : done+n])
		done += written
		c.server.wires.sent.Add(int64(written))
		if err != nil {
			return done, err
		}
		if rate > 0 {
			time.Sleep(time.Duration(n) * time.Second / time.Duration(rate))
		}
	}
	return len(b), nil
}

// cut closes every connection, with a reset or not.
func (w *wires) cut(reset bool) {
	w.all.Range(func(key, _ any) bool {
		c := key.(*connection)
		if tcp, ok := c.Conn.(*net.TCPConn); ok && reset {
			tcp.SetLinger(0)
		}
		c.Close()
		return true
	})
}
