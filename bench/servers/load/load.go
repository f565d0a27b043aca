package main

import (
	"errors"
	"net"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Many connections, driven by one thread, which takes as little of the machine from the server as it can. Latency
// counts from the moment at which a request was due, not from when there was a connection for it: a server that
// stalls is not asked less meanwhile ("coordinated omission").
type load struct {
	rate              float64
	count             int
	connections, most int
	fresh             bool
	timeout           time.Duration
	requests          [][]byte
	seen              *seen

	began    time.Time
	address  unix.Sockaddr
	epoll    int
	sent     int
	answered int
	open     map[int32]*connection
	buffer   [16 << 10]byte
	idle     []*connection // the one that waits longest comes first, so that all are used alike
}

const none = time.Duration(-1)

func (l *load) run(address string) error {
	where, err := net.ResolveTCPAddr("tcp4", address)
	if err != nil {
		return err
	}
	l.address = &unix.SockaddrInet4{Port: where.Port, Addr: [4]byte(where.IP.To4())}
	if l.epoll, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return err
	}
	l.open = map[int32]*connection{}
	for range l.connections {
		if l.fresh {
			break
		}
		c, err := l.connect()
		if err != nil {
			return err
		}
		l.idle = append(l.idle, c)
	}
	l.began = time.Now()
	events := make([]unix.EpollEvent, 512)
	for looked := time.Duration(0); l.answered < l.count; {
		wait, err := l.send()
		if err != nil {
			return err
		}
		ready, err := pause(l.epoll, events, wait)
		if err != nil {
			return err
		}
		for _, event := range events[:ready] {
			if c := l.open[event.Fd]; c != nil {
				l.advance(c, event.Events)
			}
		}
		if now := time.Since(l.began); now-looked > 100*time.Millisecond {
			looked = now
			l.giveUp(now)
		}
	}
	return nil
}

// Sends what is due, as far as there are connections; how long until the next is.
func (l *load) send() (time.Duration, error) {
	for l.sent < l.count {
		now := time.Since(l.began)
		due := now
		if l.rate > 0 {
			due = time.Duration(float64(l.sent) / l.rate * 1e9)
		}
		if due > now {
			return due - now, nil
		}
		c, err := l.free()
		if err != nil {
			return 0, err
		}
		if c == nil {
			break // the next answer makes one free
		}
		c.due, c.sentAt = due, now
		c.left = l.requests[l.sent%len(l.requests)]
		l.sent++
		l.write(c)
	}
	return 100 * time.Millisecond, nil
}

func (l *load) free() (*connection, error) {
	for len(l.idle) > 0 {
		c := l.idle[0]
		l.idle = l.idle[1:]
		if !c.closed {
			return c, nil
		}
	}
	if len(l.open) < l.most {
		return l.connect()
	}
	return nil, nil
}

// Connections whose answer is overdue are given up.
func (l *load) giveUp(now time.Duration) {
	for _, c := range l.open {
		if c.due != none && now-c.sentAt > l.timeout {
			l.failed(c, "timeout")
		}
	}
}

func (l *load) failed(c *connection, how string) {
	if c.due != none {
		l.seen.add(how, c.due, time.Since(l.began))
		l.answered++
		c.due = none
	}
	l.close(c)
}

func (l *load) close(c *connection) {
	c.closed = true
	delete(l.open, int32(c.fd))
	unix.Close(c.fd)
}

// epoll_pwait2: a due time is met to some tens of microseconds, which epoll_wait's milliseconds could not.
func pause(epoll int, events []unix.EpollEvent, wait time.Duration) (int, error) {
	limit := unix.NsecToTimespec(int64(wait))
	ready, _, errno := unix.Syscall6(unix.SYS_EPOLL_PWAIT2, uintptr(epoll), uintptr(unsafe.Pointer(&events[0])),
		uintptr(len(events)), uintptr(unsafe.Pointer(&limit)), 0, 0)
	if errno == unix.EINTR {
		return 0, nil
	}
	if errno != 0 {
		return 0, errors.New("epoll_pwait2 (Linux 5.11 or later): " + errno.Error())
	}
	return int(ready), nil
}
