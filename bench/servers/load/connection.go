package main

import (
	"bytes"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

type connection struct {
	fd     int
	left   []byte        // what of the request is not written yet
	due    time.Duration // when the request should have been sent; none while there is none
	sentAt time.Duration
	answer []byte
	closed bool
}

func (l *load) connect() (*connection, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
	if err := unix.Connect(fd, l.address); err != nil && err != unix.EINPROGRESS {
		return nil, err
	}
	c := &connection{fd: fd, due: none}
	l.open[int32(fd)] = c
	return c, unix.EpollCtl(l.epoll, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLET | unix.EPOLLIN |
		unix.EPOLLOUT | unix.EPOLLRDHUP, Fd: int32(fd)})
}

// What cannot be written now is when the connection says that it can.
func (l *load) write(c *connection) {
	n, err := unix.Write(c.fd, c.left)
	if err == nil {
		c.left = c.left[n:]
	} else if err != unix.EAGAIN {
		l.failed(c, because(err))
	}
}

// Goes on with a connection that may be written or read.
func (l *load) advance(c *connection, events uint32) {
	if len(c.left) > 0 && events&unix.EPOLLOUT != 0 {
		l.write(c)
	}
	for !c.closed {
		n, err := unix.Read(c.fd, l.buffer[:])
		if err == unix.EAGAIN {
			return
		}
		if n <= 0 {
			l.failed(c, because(err))
			return
		}
		c.answer = append(c.answer, l.buffer[:n]...)
		l.answer(c)
		if n < len(l.buffer) && events&unix.EPOLLRDHUP == 0 {
			return
		}
	}
}

func because(err error) string {
	if err == unix.ECONNREFUSED {
		return "refused"
	}
	return "cut"
}

// Notes an answer that is there whole.
func (l *load) answer(c *connection) {
	status, stays, whole := parsed(c.answer)
	if !whole || c.due == none {
		return
	}
	l.seen.add(status, c.due, time.Since(l.began))
	l.answered++
	c.due, c.answer = none, c.answer[:0]
	if l.fresh || !stays {
		l.close(c)
	} else {
		l.idle = append(l.idle, c)
	}
}

// As much of HTTP/1.1 as the answers need: status, whether the connection stays, and whether the answer is whole.
func parsed(answer []byte) (status string, stays, whole bool) {
	head, body, found := bytes.Cut(answer, []byte("\r\n\r\n"))
	if !found || len(head) < 12 {
		return "", false, false
	}
	length, chunked, stays := 0, false, true
	for _, line := range bytes.Split(head, []byte("\r\n"))[1:] {
		name, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimSpace(value)
		switch {
		case bytes.EqualFold(name, []byte("content-length")):
			length, _ = strconv.Atoi(string(value))
		case bytes.EqualFold(name, []byte("transfer-encoding")):
			chunked = true
		case bytes.EqualFold(name, []byte("connection")):
			stays = !bytes.EqualFold(value, []byte("close"))
		}
	}
	if chunked {
		whole = bytes.HasSuffix(body, []byte("0\r\n\r\n"))
	} else {
		whole = len(body) >= length
	}
	return string(head[9:12]), stays, whole
}
