"""A network namespace of its own that loses UDP packets at random, and the ways in and out of it. Needs root.

Usage: network.py NFT PERCENT. It lasts as long as this process: enter it with `nsenter --net=/proc/PID/ns/net`.
Each line of standard input opens a way for TCP between ports of 127.0.0.1, and is answered with itself: `in 80 8080`
leads those outside who connect to port 80 to a server within on 8080, `out 80 8080` those within to a server outside.
"""

import ctypes
import os
import socket
import subprocess
import sys
import threading

CLONE_NEWNET = 0x40000000

libc = ctypes.CDLL(None, use_errno=True)


def check(status):
    if status != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def run(*command, text=None):
    subprocess.run(command, input=text, text=True, check=True)


class Side:
    """One of the two networks. A socket belongs to that in which it was made, whoever uses it."""

    def __init__(self):
        self.namespace = os.open("/proc/thread-self/ns/net", os.O_RDONLY)

    def enter(self):
        check(libc.setns(self.namespace, CLONE_NEWNET))


def carry(source, target):
    try:
        while piece := source.recv(65536):
            target.sendall(piece)
    except OSError:
        pass  # one of them is gone
    try:
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def connect(client, side, port):
    side.enter()
    try:
        server = socket.create_connection(("127.0.0.1", port))
    except OSError:
        client.close()  # as a port would that nobody listens on, nearly
        return
    back = threading.Thread(target=carry, args=(server, client), daemon=True)
    back.start()
    carry(client, server)
    back.join()
    client.close()
    server.close()


def listen(near, port, far, target, opened):
    near.enter()
    server = socket.create_server(("127.0.0.1", port), backlog=128)
    opened.set()
    while True:
        client, _ = server.accept()
        threading.Thread(target=connect, args=(client, far, target), daemon=True).start()


def main(nft, percent):
    outside = Side()
    check(libc.unshare(CLONE_NEWNET))
    inside = Side()
    run("ip", "link", "set", "lo", "up")
    # WebRTC's clients do not look at the loopback interface, and with no other they send nothing; this one leads nowhere
    run("ip", "link", "add", "net0", "type", "veth", "peer", "name", "net1")
    run("ip", "address", "add", "192.0.2.1/24", "dev", "net0")
    for end in ("net0", "net1"):
        run("ip", "link", "set", end, "up")
    run(nft, "-f", "-", text=f"""
        table inet loss {{
            chain arriving {{
                type filter hook input priority 0
                meta l4proto udp numgen random mod 100 < {percent} counter drop
            }}
        }}""")
    print("ready", flush=True)
    for line in sys.stdin:
        way, port, target = line.split()
        near, far = (outside, inside) if way == "in" else (inside, outside)
        opened = threading.Event()
        threading.Thread(target=listen, args=(near, int(port), far, int(target), opened), daemon=True).start()
        print(line.strip() if opened.wait(10) else f"not opened: {line.strip()}", flush=True)


main(sys.argv[1], int(sys.argv[2]))
