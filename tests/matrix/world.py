# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two hosts in network namespaces, the devices that join them, and the firewall on one of them."""

import contextlib
import ctypes
import fcntl
import glob
import json
import os
import re
import subprocess
import time

CLONE_NEWNET = 0x40000000
PATIENCE = 20  # seconds; only something broken takes so long

# What ip says of a kind of device that the kernel does not have.
UNKNOWN = re.compile(r"Unknown device type|Operation not supported|Protocol not supported|classifier not found")

libc = ctypes.CDLL(None, use_errno=True)


class Absent(Exception):
    """This kernel or this machine has no such device."""


class Failure(Exception):
    """The sentence says what is wrong."""


def run(*command, given=None):
    """Runs a command; its output, or a Failure with what it complained of."""
    try:
        done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise Absent(f"no {command[0]} is installed") from error
    if done.returncode != 0:
        raise Failure(f"{given or ' '.join(command)}: {(done.stderr or done.stdout).strip()}")
    return done.stdout


def run_known(*command, given=None):
    """The same; what the kernel does not know is Absent."""
    try:
        return run(*command, given=given)
    except Failure as failure:
        if UNKNOWN.search(str(failure)):
            raise Absent(str(failure)) from failure
        raise


def wait_for(condition, sentence, patience=PATIENCE):
    end = time.monotonic() + patience
    while not condition():
        if time.monotonic() > end:
            raise Failure(sentence)
        time.sleep(0.02)


# A network card of a virtual machine tells by its address which family it is of, which pair of
# cards that are wired to each other it belongs to, and which end of it it is.
CARD_FAMILIES = ("virtio", "virtio-taps", "virtio-fixed", "vmxnet3", "e1000e")


def card_address(family, pair, end):
    return f"02:6e:36:{CARD_FAMILIES.index(family):02x}:{pair:02x}:{end:02x}"


class World:
    """`host` has the firewall, `outside` is the other end. Addresses: fd01::1 and fd01::2 on the
    devices that are tried; fd00::1, fd00::2, 10.0.0.1 and 10.0.0.2 on what is below them."""

    made = 0

    def __init__(self):
        World.made += 1
        self.tag = f"nf6-dev-{os.getpid()}-{World.made}"
        self.state = f"/run/{self.tag}"
        self.spaces = []
        self.cards = []
        self.card_locks = []
        self.endings = []  # what is to be undone besides
        self.firewalled = ["fw0"]  # devices of the host
        self.talkers = {"host": "fw0", "outside": "fw0"}  # which device has the address, where
        self.routes = []  # (namespace, route): what a device that went down has lost
        self.events = []  # (what happens, function): after each everything has to hold again
        self.sneaks = []  # (how, function of port and payload): other ways for a datagram in
        self.before = []  # functions, run before the firewall is enabled
        self.after = []  # and after that
        self.learners = []  # devices that learn only
        self.bound_to = None  # the device that sockets of the host are bound to: a VRF's
        self.prefix = 64
        self.neighbours = []  # (namespace, neighbour): where they cannot be found
        self.stands = True  # sessions from before the firewall live on: not a guest's, nor in a VRF
        self.troubles = {}  # what the last look at the status has shown to be amiss
        self.home = os.open("/proc/self/ns/net", os.O_RDONLY)
        self.add_space("host")
        self.add_space("outside")

    # -- namespaces

    def space(self, name):
        return f"{self.tag}-{name}"

    def add_space(self, name):
        run("ip", "netns", "add", self.space(name))
        self.spaces.append(name)
        with self.inside(name):
            for conf in ("all", "default"):
                for setting, value in (("accept_dad", 0), ("keep_addr_on_down", 1),
                                       ("accept_ra", 0), ("router_solicitations", 0)):
                    self.sysctl(f"ipv6/conf/{conf}/{setting}", value)
        self.ip(name, "link set lo up")

    @contextlib.contextmanager
    def inside(self, name):
        """Sockets and processes that begin in this block belong to that namespace."""
        space = os.open(f"/run/netns/{self.space(name)}", os.O_RDONLY)
        try:
            if libc.setns(space, CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "setns")
            yield
        finally:
            os.close(space)
            if libc.setns(self.home, CLONE_NEWNET) != 0:
                os._exit(70)

    @staticmethod
    def sysctl(name, value):
        with open(f"/proc/sys/net/{name}", "w", encoding="ascii") as file:
            file.write(str(value))

    def sysctl_in(self, name, setting, value):
        with self.inside(name):
            self.sysctl(setting, value)

    # -- devices

    def ip(self, name, commands):
        """Lines for ip, in a namespace."""
        return run_known("ip", "-n", self.space(name), "-batch", "-", given=commands + "\n")

    def both(self, commands):
        """The same on both ends; {me} and {other} are 1 and 2, or 2 and 1."""
        self.ip("host", commands.format(me=1, other=2))
        self.ip("outside", commands.format(me=2, other=1))

    def run_in(self, name, *command, given=None):
        with self.inside(name):
            return run_known(*command, given=given)

    def wire(self, name="fw0", card="veth", pair=0, host="host", outside="outside"):
        """Two devices of that name that are joined, one on each end."""
        if card == "veth":
            run("ip", "link", "add", name, "netns", self.space(host), "type", "veth",
                "peer", "name", name, "netns", self.space(outside))
        else:
            self.move_card(card_address(card, pair, 1), name, host)
            self.move_card(card_address(card, pair, 2), name, outside)
        for end in (host, outside):
            self.ip(end, f"link set {name} up")

    def underlay(self, card="veth"):
        """What tunnels run over: the devices low0."""
        self.wire("low0", card)
        self.both("addr add fd00::{me}/64 dev low0 nodad\naddr add 10.0.0.{me}/24 dev low0")

    @staticmethod
    def card_name(address):
        for link in json.loads(run("ip", "-j", "link")):
            if address in (link.get("permaddr"), link.get("address")):
                return link["ifname"]
        return None

    def move_card(self, address, name, space):
        if not glob.glob("/sys/class/net/*/address") or self.card_name(address) is None:
            raise Absent("this machine has no such cards")
        old = self.card_name(address)
        run("ip", "link", "set", old, "down", "mtu", "1500")
        run("ip", "link", "set", old, "netns", self.space(space), "name", name)
        self.cards.append(address)
        # Those that lie on cards are to have native mode, too, which takes that LRO is off.
        self.try_ethtool("-K", name, "gro", "on", "lro", "off", space=space)

    def lock_cards(self, family):
        """There is one set of cards, and there may be several worlds."""
        lock = os.open(f"/run/nf6-dev-cards-{family}", os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
        self.card_locks.append(lock)

    def link(self, space, name):
        return json.loads(run("ip", "-n", self.space(space), "-j", "link", "show", name))[0]

    def mac(self, space, name):
        return self.link(space, name)["address"]

    def join(self):
        """Gives the devices that talk their addresses."""
        for space, device in self.talkers.items():
            number = 2 if space == "outside" else 1
            self.ip(space, f"addr add fd01::{number}/{self.prefix} dev {device} nodad\nlink set {device} up")
        self.set_routes()

    def set_routes(self):
        for space, route in self.routes:
            self.ip(space, f"route replace {route}")
        for space, neighbour in self.neighbours:
            self.ip(space, f"neigh replace {neighbour} nud permanent")

    def try_ethtool(self, *arguments, space="host"):
        """Not every device can do everything; what it cannot do changes nothing."""
        with contextlib.suppress(Failure, Absent):
            self.run_in(space, "ethtool", *arguments)

    # -- the firewall

    def netfwv6(self, *arguments):
        """The command in the host: exit status, output, complaint."""
        command = os.environ.get("NETFWV6", "build/netfwv6")
        with self.inside("host"):
            done = subprocess.run([command, *arguments], capture_output=True, text=True, check=False,
                                  env={**os.environ, "NETFWV6_STATE": self.state})
        return done.returncode, done.stdout, done.stderr

    def must(self, *arguments):
        code, output, complaint = self.netfwv6(*arguments)
        if code != 0:
            raise Failure(f"netfwv6 {' '.join(arguments)}: exit {code}: {complaint.strip()}")
        return output

    def status(self):
        """The firewalled devices. Where something is amiss, `status` exits 4 and says what."""
        code, output, complaint = self.netfwv6("status", "--json")
        if code not in (0, 4) or not output:
            raise Failure(f"netfwv6 status: exit {code}: {complaint.strip()}")
        devices = {device["device"]: device for device in json.loads(output)["devices"]}
        self.troubles = {name: device["troubles"] for name, device in devices.items() if device.get("troubles")}
        return devices

    def dropped(self):
        """Packets that the firewalled devices have counted as dropped, by protocol."""
        counts = {"tcp": 0, "udp": 0}
        for device in self.status().values():
            if device["device"] in self.firewalled:
                for row in device["reasons"]:
                    protocol = row["reason"].rpartition("-")[2]
                    if row["verdict"] == "dropped" and protocol in counts:
                        counts[protocol] += row["packets"]
        return counts

    # -- the end

    def finish(self):
        for ending in reversed(self.endings):
            ending()
        for device in [*self.firewalled, *self.learners]:
            self.netfwv6("disable", device)
        self.netfwv6("remove")
        for name in reversed(self.spaces):
            subprocess.run(["ip", "netns", "del", self.space(name)], check=False)
        for address in self.cards:
            wait_for(lambda: self.card_name(address) is not None, "a card did not come back")
        for lock in self.card_locks:
            os.close(lock)
        os.close(self.home)
        subprocess.run(["umount", self.state], check=False, capture_output=True)
        with contextlib.suppress(OSError):
            os.rmdir(self.state)
