# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a firewalled device must let in and what it must not, tried with sockets on both ends.

Everything is asked for and waited for; nothing but something broken waits long."""

import errno
import select
import socket
import struct
import time

from netlink import forget_neighbours
from world import PATIENCE, Failure

OPEN, CLOSED, SERVED = 8080, 2222, 9090
HOST, OUTSIDE = "fd01::1", "fd01::2"
DATAGRAMS = 3
RESET = struct.pack("ii", 1, 0)  # close() resets: no connection lingers into the next trial


def ready(sock, event, patience=PATIENCE):
    poll = select.poll()
    poll.register(sock, event)
    return bool(poll.poll(patience * 1000))


def bind_to(sock, device):
    if device:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())


def tcp_socket(device):
    sock = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
    bind_to(sock, device)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    sock.setblocking(False)
    return sock


def tcp_listener(port, device=None):
    sock = tcp_socket(device)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("::", port))
    sock.listen(16)
    return sock


def udp_socket(port=0, device=None):
    sock = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    bind_to(sock, device)
    sock.bind(("::", port))
    sock.setblocking(False)
    return sock


def taken(sock):
    """What has arrived at a UDP socket."""
    got = []
    while True:
        try:
            got.append(sock.recvfrom(2048))
        except BlockingIOError:
            return got


class Probe:
    """`inside` and `outside` are the namespaces of those who talk through the device."""

    def __init__(self, world, inside="host"):
        self.world = world
        self.inside = inside
        self.sockets = []
        self.standing = None
        self.counts = {}  # what the devices have dropped so far
        self.sneaks = list(world.sneaks)
        with world.inside(inside):
            self.closed_tcp = self.keep(tcp_listener(CLOSED, world.bound_to))
            self.closed_udp = self.keep(udp_socket(CLOSED, world.bound_to))
            self.open_tcp = self.keep(tcp_listener(OPEN, world.bound_to))
            self.open_udp = self.keep(udp_socket(OPEN, world.bound_to))
        with world.inside("outside"):
            self.served_tcp = self.keep(tcp_listener(SERVED))
            self.served_udp = self.keep(udp_socket(SERVED))

    def keep(self, sock):
        self.sockets.append(sock)
        return sock

    def close(self):
        for sock in self.sockets:
            sock.close()

    def device_of(self, space):
        return self.world.bound_to if space == self.inside else None

    # -- conversations

    def connect(self, space, address, port):
        with self.world.inside(space):
            sock = tcp_socket(self.device_of(space))
        code = sock.connect_ex((address, port))
        if code not in (0, errno.EINPROGRESS):
            sock.close()
            raise Failure(f"{space} cannot connect to port {port}: {errno.errorcode[code]}")
        return sock

    def accept(self, listener, client, what):
        if not ready(listener, select.POLLIN):
            client.close()
            raise Failure(f"{what}: no TCP connection")
        server, _ = listener.accept()
        server.setblocking(False)
        server.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        return server

    @staticmethod
    def talk(client, server, what):
        """A word each way."""
        for one, other in ((client, server), (server, client)):
            if not ready(one, select.POLLOUT):
                raise Failure(f"{what}: TCP cannot send")
            try:
                one.send(b"word")
                if not ready(other, select.POLLIN) or other.recv(16) != b"word":
                    raise Failure(f"{what}: TCP data do not arrive")
            except OSError as error:
                raise Failure(f"{what}: TCP ended: {error}") from error

    def tcp(self, space, address, port, listener, what):
        client = self.connect(space, address, port)
        try:
            with self.accept(listener, client, what) as server:
                self.talk(client, server, what)
        finally:
            client.close()

    def udp(self, space, address, port, server, patience=PATIENCE):
        """A question from an unconnected socket; whether the answer came."""
        with self.world.inside(space):
            client = udp_socket(0, self.device_of(space))
        with client:
            try:
                client.sendto(b"question", (address, port))
            except OSError:
                return False
            if not ready(server, select.POLLIN, patience):
                return False
            for word, sender in taken(server):
                server.sendto(word, sender)
            return ready(client, select.POLLIN, patience) and bool(taken(client))

    # -- without a firewall

    def ready(self, what):
        """Devices may take a while, to find their ports or their partners."""
        end = time.monotonic() + PATIENCE
        while not self.udp("outside", HOST, OPEN, self.open_udp, 0.2):
            if time.monotonic() > end:
                raise Failure(f"{what}: an open UDP port does not answer")
            time.sleep(0.05)

    def control(self, what):
        """All that the firewall is to drop does arrive where there is none."""
        self.ready(what)
        self.send_closed_udp()
        for _ in range(DATAGRAMS):
            if not ready(self.closed_udp, select.POLLIN) or self.closed_udp.recv(16) != b"plain":
                raise Failure(f"{what}: a datagram does not arrive")
        self.tcp("outside", HOST, CLOSED, self.closed_tcp, what)
        self.sneaks = [sneak for sneak in self.sneaks if self.arrives(*sneak)]

    def arrives(self, how, send):
        """Not every kernel takes everything."""
        send(CLOSED, how.encode())
        return ready(self.closed_udp, select.POLLIN, 2) and how.encode() in self.took()

    def begin_standing(self):
        """A session from outside to a closed port, from before the firewall."""
        client = self.keep(self.connect("outside", HOST, CLOSED))
        self.standing = client, self.keep(self.accept(self.closed_tcp, client, "before the firewall"))

    def begin_later(self):
        """A session from inside, which the firewall has seen from its beginning."""
        client = self.keep(self.connect(self.inside, OUTSIDE, SERVED))
        self.standing = client, self.keep(self.accept(self.served_tcp, client, "from inside"))

    # -- behind the firewall

    def took(self):
        return [word for word, _ in taken(self.closed_udp)]

    def send_closed_udp(self):
        with self.world.inside("outside"):
            client = udp_socket()
        with client:
            for _ in range(DATAGRAMS):
                client.sendto(b"plain", (HOST, CLOSED))

    def closed(self, what):
        """Attempts to closed ports do not arrive, and are counted on the device."""
        before = self.counts
        client = self.connect("outside", HOST, CLOSED)
        self.send_closed_udp()
        for how, send in self.sneaks:
            send(CLOSED, how.encode())
        if not self.udp("outside", HOST, OPEN, self.open_udp):
            raise Failure(f"{what}: an open UDP port does not answer")
        sent = DATAGRAMS + len(self.sneaks)
        counts = self.counted(before, sent)
        arrived = sorted({word.decode() for word in self.took()})
        if arrived:
            raise Failure(f"{what}: a CLOSED UDP PORT gets packets ({', '.join(arrived)})")
        if ready(self.closed_tcp, select.POLLIN, 0):
            self.closed_tcp.accept()[0].close()
            raise Failure(f"{what}: a CLOSED TCP PORT gets connections")
        client.close()
        if counts["udp"] != sent or counts["tcp"] == 0:
            raise Failure(f"{what}: of {sent} datagrams and a SYN to closed ports the device counted "
                          f"{counts['udp']} and {counts['tcp']}")

    def begin(self):
        """Everything so far was before the firewall."""
        self.counts = self.world.dropped()

    def counted(self, before, sent):
        """What was counted since; the counters may lag behind where packets wait in queues."""
        end = time.monotonic() + 2
        while True:
            self.counts = self.world.dropped()
            counts = {protocol: self.counts[protocol] - before[protocol] for protocol in before}
            if (counts["udp"] >= sent and counts["tcp"]) or time.monotonic() > end:
                return counts
            time.sleep(0.05)

    def round(self, what):
        """Everything that has to hold on a firewalled device, with nobody's address known."""
        self.ready(what)
        for space in (self.inside, "outside"):
            with self.world.inside(space):
                forget_neighbours()
        self.closed(what)
        self.tcp("outside", HOST, OPEN, self.open_tcp, f"{what}: into an open port")
        self.tcp(self.inside, OUTSIDE, SERVED, self.served_tcp, f"{what}: from inside")
        if not self.udp(self.inside, OUTSIDE, SERVED, self.served_udp):
            raise Failure(f"{what}: UDP from inside gets no answer")
        self.talk(*self.standing, f"{what}: the session that stands")
