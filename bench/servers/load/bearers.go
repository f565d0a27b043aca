package main

import (
	"bufio"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Writes an issuer's public key (ALGORITHM.pem) and bearer tokens of many callers (ALGORITHM.bearers, one a line). The
// private key is thrown away.
func bearers(arguments []string) error {
	flags := flag.NewFlagSet("bearers", flag.ExitOnError)
	algorithm := flags.String("algorithm", "RS256", "RS256, ES256 or EdDSA")
	issuer := flags.String("issuer", "", "iss")
	count := flags.Int("count", 10000, "how many callers")
	folder := flags.String("folder", ".", "where the files go")
	flags.Parse(arguments)

	key, err := newKey(*algorithm)
	if err != nil {
		return err
	}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return err
	}
	block := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})
	if err := os.WriteFile(filepath.Join(*folder, *algorithm+".pem"), block, 0o600); err != nil {
		return err
	}
	file, err := os.OpenFile(filepath.Join(*folder, *algorithm+".bearers"), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer file.Close()
	out := bufio.NewWriter(file)
	now := time.Now()
	for caller := range *count {
		bearer, err := jwt.NewWithClaims(jwt.GetSigningMethod(*algorithm), jwt.MapClaims{
			"iss": *issuer, "sub": fmt.Sprintf("caller-%d", caller), "aud": "keyturn", "tenant": "acme",
			"iat": now.Unix(), "exp": now.Add(24 * time.Hour).Unix(),
		}).SignedString(key)
		if err != nil {
			return err
		}
		fmt.Fprintln(out, bearer)
	}
	return out.Flush()
}

func newKey(algorithm string) (crypto.Signer, error) {
	switch algorithm {
	case "RS256":
		return rsa.GenerateKey(rand.Reader, 2048)
	case "ES256":
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case "EdDSA":
		_, key, err := ed25519.GenerateKey(rand.Reader)
		return key, err
	}
	return nil, fmt.Errorf("no algorithm %q: RS256, ES256 or EdDSA", algorithm)
}
