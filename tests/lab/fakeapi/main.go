// fakeapi is an API server that a test can script: README.md says what for and how.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"flag"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
)

type options struct {
	address, folder, certificate, before string
	plain, http1, clients                bool
}

func readOptions() *options {
	o := &options{}
	flag.StringVar(&o.address, "address", "127.0.0.1:0", "where it listens")
	flag.StringVar(&o.folder, "folder", ".", "certificates and the kubeconfig; made when they are not there")
	flag.StringVar(&o.certificate, "certificate", "server", "its certificate: server, named (another name) or expired")
	flag.StringVar(&o.before, "before", "", "stand before the real API server at this URL and pass everything on to it")
	flag.BoolVar(&o.plain, "plain", false, "without TLS")
	flag.BoolVar(&o.http1, "http1", false, "without HTTP/2")
	flag.BoolVar(&o.clients, "client-certificates", false, "require a certificate of the client")
	flag.Parse()
	return o
}

func must(err error) {
	if err != nil {
		log.Fatal("fakeapi: ", err)
	}
}

func listen(address string) net.Listener {
	l, err := net.Listen("tcp", address)
	must(err)
	return l
}

func tlsConfig(o *options) *tls.Config {
	path := filepath.Join(o.folder, o.certificate)
	pair, err := tls.LoadX509KeyPair(path+".crt", path+".key")
	must(err)
	config := &tls.Config{Certificates: []tls.Certificate{pair}, NextProtos: []string{"h2", "http/1.1"}}
	if o.http1 {
		config.NextProtos = []string{"http/1.1"}
	}
	if o.clients {
		ca, err := os.ReadFile(filepath.Join(o.folder, "ca.crt"))
		must(err)
		config.ClientCAs = x509.NewCertPool()
		config.ClientCAs.AppendCertsFromPEM(ca)
		config.ClientAuth = tls.RequireAndVerifyClientCert
	}
	return config
}

func main() {
	o := readOptions()
	must(os.MkdirAll(o.folder, 0o700))
	if _, err := os.Stat(filepath.Join(o.folder, "ca.crt")); err != nil {
		must(makeCertificates(o.folder))
	}
	s := newServer(o.before)
	data, control := listen(o.address), listen("127.0.0.1:0")
	scheme := "https"
	if o.plain {
		scheme = "http"
	}
	url := scheme + "://" + data.Addr().String()
	must(writeKubeconfig(o.folder, url))
	must(json.NewEncoder(os.Stdout).Encode(map[string]string{"server": url, "control": control.Addr().String()}))
	go func() { must(http.Serve(control, http.HandlerFunc(s.control))) }()
	go func() { // it ends with the test that started it
		io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	server := &http.Server{Handler: http.HandlerFunc(s.serve), ErrorLog: log.New(io.Discard, "", 0)}
	wire := &wire{Listener: data, server: s}
	if o.plain {
		must(server.Serve(wire))
	}
	server.TLSConfig = tlsConfig(o)
	if o.http1 {
		server.TLSNextProto = map[string]func(*http.Server, *tls.Conn, http.Handler){}
	}
	must(server.ServeTLS(wire, "", ""))
}
