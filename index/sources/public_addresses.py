"""HTTP connections that reach public addresses only, whatever a name resolves to."""

import ipaddress
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
MayConnect = Callable[[Address], bool]

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")

# The special-purpose address registries of IANA as of 2025-10, all that is not "globally
# reachable", and what else no website has: https://www.iana.org/assignments/iana-ipv4-special-registry
# and https://www.iana.org/assignments/iana-ipv6-special-registry. Python's `is_global` knows the
# registries of the day on which that Python was released.
_SPECIAL_V4 = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private use
        "100.64.0.0/10",  # shared address space of providers
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # the platform of Azure, seen from its virtual machines
        "169.254.0.0/16",  # link-local; the metadata of most clouds
        "172.16.0.0/12",  # private use
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # relays of 6to4, deprecated
        "192.168.0.0/16",  # private use
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved; broadcast
    )
)
# Of IPv6 only 2000::/3 is global unicast; these are its exceptions.
_SPECIAL_V6 = tuple(
    ipaddress.IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments, such as Teredo and ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4, which leads to any IPv4 address
        "3fff::/20",  # documentation
    )
)


class ForbiddenAddressError(OSError):
    """A name resolves to an address that must not be fetched from."""


def is_public(address: Address) -> bool:
    """Return whether an address is of the open internet: not private, loopback or link-local."""
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _SPECIAL_V4)
    if address in _NAT64:  # An IPv4 address, reached through a network that has only IPv6.
        return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return address in _GLOBAL_UNICAST and not any(address in network for network in _SPECIAL_V6)


def connect(host: str, port: int, seconds: float | None, may_connect: MayConnect) -> socket.socket:
    """Resolve a host once and connect to one of its addresses, if all of them are allowed.

    What is checked is what is connected to: a name that resolves differently a moment later
    (DNS rebinding) gains nothing.

    Raises:
        ForbiddenAddressError: If any of the addresses is not allowed.
        OSError: If none can be reached.
    """
    addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    for *_, target in addresses:
        if not may_connect(ipaddress.ip_address(str(target[0]).split("%")[0])):
            raise ForbiddenAddressError(f"{host} is {target[0]}, which is no public address")
    problem = OSError(f"{host} has no address")
    for family, kind, protocol, _, target in addresses:
        connection = socket.socket(family, kind, protocol)
        connection.settimeout(seconds)
        try:
            connection.connect(target)
        except OSError as error:
            connection.close()
            problem = error
        else:
            return connection
    raise problem


class GuardedPools:
    """Connection pools that connect to allowed addresses only; `break_off` ends all connections.

    Args:
        may_connect: Decides about each address that a name resolves to.
        seconds: The most to wait for a connection.
    """

    def __init__(self, may_connect: MayConnect, seconds: float) -> None:
        self._open: list[socket.socket] = []
        opened = self._open

        def connected(connection: HTTPConnection) -> socket.socket:
            new = connect(connection._dns_host, connection.port, seconds, may_connect)
            # TLS takes over the socket itself; a duplicate goes on to reach the connection.
            opened.append(new.dup())
            return new

        class Plain(HTTPConnection):
            def _new_conn(self) -> socket.socket:
                return connected(self)

        class Secure(HTTPSConnection):
            def _new_conn(self) -> socket.socket:
                return connected(self)

        self._kinds: dict[str, tuple[Any, Any]] = {
            "http": (HTTPConnectionPool, Plain),
            "https": (HTTPSConnectionPool, Secure),
        }

    @contextmanager
    def pool(self, scheme: str, host: str, port: int | None) -> Iterator[HTTPConnectionPool]:
        """A pool for one origin within the block, without retries and redirects of its own."""
        pool_class, connection_class = self._kinds[scheme]
        pool: HTTPConnectionPool = pool_class(host, port, retries=urllib3.Retry(False), maxsize=1)
        pool.ConnectionCls = connection_class
        try:
            yield pool
        finally:
            pool.close()
            while self._open:
                self._open.pop().close()

    def break_off(self) -> None:
        """End every connection, also in the middle of a read by another thread."""
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
