package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"
)

type authority struct {
	folder      string
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func save(folder, name string, key *ecdsa.PrivateKey, der []byte) error {
	bytes, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	path := filepath.Join(folder, name)
	if err := os.WriteFile(path+".key", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: bytes}), 0o600); err != nil {
		return err
	}
	return os.WriteFile(path+".crt", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600)
}

// sign fills in what all certificates have, signs and saves one; without a signer it signs itself.
func sign(folder, name string, t *x509.Certificate, by *authority) (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	t.SerialNumber = big.NewInt(time.Now().UnixNano())
	t.Subject = pkix.Name{CommonName: name, Organization: []string{"system:masters"}}
	t.NotBefore = time.Now().Add(-48 * time.Hour)
	if t.NotAfter.IsZero() {
		t.NotAfter = time.Now().Add(500 * time.Hour)
	}
	if by == nil {
		by = &authority{certificate: t, key: key}
	}
	der, err := x509.CreateCertificate(rand.Reader, t, by.certificate, &key.PublicKey, by.key)
	if err != nil {
		return nil, err
	}
	made, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &authority{folder, made, key}, save(folder, name, key, der)
}

// makeCertificates makes an authority (ca), another one that signs nothing (other-ca), the
// server's certificates (server, named, expired) and clients' (client, expired-client).
func makeCertificates(folder string) error {
	newAuthority := func(name string) (*authority, error) {
		return sign(folder, name, &x509.Certificate{IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}, nil)
	}
	if _, err := newAuthority("other-ca"); err != nil {
		return err
	}
	ca, err := newAuthority("ca")
	if err != nil {
		return err
	}
	here := []net.IP{net.ParseIP("127.0.0.1")}
	past := time.Now().Add(-time.Hour)
	server, client := []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	for name, t := range map[string]*x509.Certificate{
		"server":         {DNSNames: []string{"localhost", "kubernetes.default.svc"}, IPAddresses: here, ExtKeyUsage: server},
		"named":          {DNSNames: []string{"kubernetes.default.svc"}, ExtKeyUsage: server},
		"expired":        {IPAddresses: here, ExtKeyUsage: server, NotAfter: past},
		"client":         {ExtKeyUsage: client},
		"expired-client": {ExtKeyUsage: client, NotAfter: past},
	} {
		if _, err := sign(folder, name, t, ca); err != nil {
			return err
		}
	}
	return nil
}

// writeKubeconfig writes FOLDER/kubeconfig, for a reader with a token.
func writeKubeconfig(folder, url string) error {
	ca := ""
	if strings.HasPrefix(url, "https") {
		path, err := filepath.Abs(filepath.Join(folder, "ca.crt"))
		if err != nil {
			return err
		}
		ca = fmt.Sprintf(", certificate-authority: %q", path)
	}
	text := fmt.Sprintf(`apiVersion: v1
kind: Config
current-context: fake
clusters: [{name: fake, cluster: {server: %q%s}}]
users: [{name: reader, user: {token: reader-token}}]
contexts: [{name: fake, context: {cluster: fake, user: reader}}]
`, url, ca)
	return os.WriteFile(filepath.Join(folder, "kubeconfig"), []byte(text), 0o600)
}
