module keyturn.dev/bench/load

go 1.26

require (
	github.com/HdrHistogram/hdrhistogram-go v1.1.2
	github.com/golang-jwt/jwt/v5 v5.3.1
	golang.org/x/sys v0.40.0
)
