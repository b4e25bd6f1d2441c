"""What the kernel holds for the connections of one port, asked over netlink as ``ss -m`` asks it."""

import socket
import struct
from collections.abc import Iterator

NETLINK_SOCK_DIAG = 4
SOCK_DIAG_BY_FAMILY = 20
REQUEST_DUMP = 0x301
DONE, ERROR = 3, 2
MEMORY = 7
"""The attribute with the socket's memory: nine numbers, of which the kernel's own count adds up three."""
HEAD = struct.Struct("=LHHLL")
ASK = struct.Struct("=BBBxL48x")
PORTS = struct.Struct("!4xHH")
DESCRIBED = 72


def kernel_memory(port: int) -> int:
    """Return the bytes that both ends of the port's connections hold in the kernel, each with its overhead."""
    return sum(memory for ports, memory in _sockets() if port in ports)


def _sockets() -> Iterator[tuple[tuple[int, int], int]]:
    """Yield the two ports of each TCP socket, in any state, and its bytes."""
    for family in (socket.AF_INET, socket.AF_INET6):
        yield from _sockets_of(family)


def _sockets_of(family: int) -> Iterator[tuple[tuple[int, int], int]]:
    with socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, NETLINK_SOCK_DIAG) as asked:
        request = ASK.pack(family, socket.IPPROTO_TCP, 1 << (MEMORY - 1), 0xFFFFFFFF)
        asked.send(HEAD.pack(HEAD.size + len(request), SOCK_DIAG_BY_FAMILY, REQUEST_DUMP, 0, 0) + request)
        while True:
            for kind, body in _messages(asked.recv(1 << 20)):
                if kind == DONE:
                    return
                if kind == ERROR:
                    raise OSError(-struct.unpack_from("=i", body)[0], "the kernel does not tell of its sockets")
                yield PORTS.unpack_from(body), sum(_held(data) for name, data in _attributes(body) if name == MEMORY)


def _messages(data: bytes) -> Iterator[tuple[int, bytes]]:
    while data:
        length, kind, *_ = HEAD.unpack_from(data)
        yield kind, data[HEAD.size : length]
        data = data[length + -length % 4 :]


def _attributes(body: bytes) -> Iterator[tuple[int, bytes]]:
    rest = body[DESCRIBED:]
    while rest:
        length, name = struct.unpack_from("=HH", rest)
        yield name, rest[4:length]
        rest = rest[length + -length % 4 :]


def _held(data: bytes) -> int:
    """Return what was received, what is yet to be sent, and what is set aside for the socket."""
    received, _, _, _, set_aside, to_send, *_ = struct.unpack_from("=9L", data)
    return received + to_send + set_aside
