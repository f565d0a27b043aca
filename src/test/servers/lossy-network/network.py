"""A network namespace of its own that loses UDP packets at random, and the ways in and out of it.

Usage: network.py NFT PERCENT UNSHARE..., the last a command that runs another in a new network. It lasts as long as
this process. Its first line is the command that runs another within. Each line of standard input opens a way for TCP
between ports of 127.0.0.1, and is answered with itself: `in 80 8080` leads those outside who connect to port 80 to a
server within on 8080, `out 80 8080` those within to a server outside.
"""

import os
import socket
import subprocess
import sys
import threading


def listen(port):
    return socket.create_server(("127.0.0.1", port), backlog=128)


def connect(port):
    return socket.create_connection(("127.0.0.1", port))


class Within:
    """Sockets of the network within: one belongs to the network in which it was made, whoever uses it. So a process
    there makes them and hands them out."""

    def __init__(self, unshare, nft, percent):
        self.maker, its_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.lock = threading.Lock()
        self.process = subprocess.Popen([*unshare, sys.executable, __file__, nft, percent], stdin=its_end)
        its_end.close()
        if not self.maker.recv(16):
            sys.exit("the network could not be made")

    def runner(self):
        entered = f"/proc/{self.process.pid}/ns"
        same_users = os.path.samefile(f"{entered}/user", "/proc/self/ns/user")
        users = [] if same_users else [f"--user={entered}/user", "--preserve-credentials"]
        return ["/usr/bin/nsenter", *users, f"--net={entered}/net"]

    def listen(self, port):
        return self.made("listen", port)

    def connect(self, port):
        return self.made("connect", port)

    def made(self, how, port):
        with self.lock:
            self.maker.send(f"{how} {port}".encode())
            answer, handed, _, _ = socket.recv_fds(self.maker, 256, 1)
        if not handed:
            raise OSError(answer.decode())
        return socket.socket(fileno=handed[0])


def make_within(nft, percent):
    def run(*command, text=None):
        subprocess.run(command, input=text, text=True, check=True)

    asked = socket.socket(fileno=0)
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
    asked.send(b"ready")
    while request := asked.recv(256).decode():
        how, port = request.split()
        try:
            with {"listen": listen, "connect": connect}[how](int(port)) as made:
                socket.send_fds(asked, [b"made"], [made.fileno()])
        except OSError as refused:
            asked.send(str(refused).encode())


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


def lead(client, connect_to, port):
    try:
        server = connect_to(port)
    except OSError:
        client.close()  # as a port would that nobody listens on, nearly
        return
    back = threading.Thread(target=carry, args=(server, client), daemon=True)
    back.start()
    carry(client, server)
    back.join()
    client.close()
    server.close()


def accept(server, connect_to, port):
    while True:
        client, _ = server.accept()
        threading.Thread(target=lead, args=(client, connect_to, port), daemon=True).start()


def main(nft, percent, *unshare):
    within = Within(unshare, nft, percent)
    print(*within.runner(), flush=True)
    for line in sys.stdin:
        way, port, target = line.split()
        if way == "in":
            server, connect_to = listen(int(port)), within.connect
        else:
            server, connect_to = within.listen(int(port)), connect
        threading.Thread(target=accept, args=(server, connect_to, int(target)), daemon=True).start()
        print(line.strip(), flush=True)


if len(sys.argv) == 3:
    make_within(*sys.argv[1:])
else:
    main(*sys.argv[1:])
