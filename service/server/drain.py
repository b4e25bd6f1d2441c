"""The word "closing" between the master and its workers, so that readiness turns false before the port closes.

One shared byte: made before the workers are forked, written by the master, read by every worker's readiness probe.
"""

from __future__ import annotations

import ctypes
import mmap
import signal
import socket
import struct
from collections.abc import Callable, Iterable
from contextlib import suppress
from types import FrameType

_ATTACH_FILTER = 26  # Linux's SO_ATTACH_FILTER, which the socket module does not name
_NO_SYN = (  # classic BPF over the TCP header: (code, jump if true, jump if false, operand)
    (0x30, 0, 0, 13),  # load the flags
    (0x45, 0, 1, 0x02),  # SYN: next; else skip one
    (0x06, 0, 0, 0),  # drop
    (0x06, 0, 0, 0xFFFF_FFFF),  # pass whole
)

_byte = mmap.mmap(-1, 1)  # anonymous and shared: survives fork, needs no file


def draining() -> bool:
    """Whether this pod has been asked to stop."""
    return _byte[0] != 0


def announce(*, value: bool = True) -> None:
    """Say to every process of this pod that it is about to stop (or, in tests, that it is not)."""
    _byte[0] = int(value)


def hold_sigterm(stop: Callable[[], None], seconds: float) -> None:
    """In the master: on the first SIGTERM only announce, and stop after ``seconds``; a second one stops at once."""

    def on_term(_signal: int, _frame: FrameType | None) -> None:
        if draining() or seconds <= 0:
            signal.setitimer(signal.ITIMER_REAL, 0)
            announce()
            stop()
        else:
            announce()
            signal.setitimer(signal.ITIMER_REAL, seconds)

    signal.signal(signal.SIGALRM, lambda _signal, _frame: stop())
    signal.signal(signal.SIGTERM, on_term)


def greet_nobody(listeners: Iterable[socket.socket]) -> None:
    """Let the kernel begin no new connection on these, for every process that shares them, but finish those begun.

    It would reset the ones it accepts between a worker's last look and the close: requests lost. A client whose first
    packet is dropped sends it again after a second, and is refused. Without such filters all goes on as before.
    """
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in _NO_SYN))
    for listener in listeners:
        with suppress(OSError):
            listener.setsockopt(
                socket.SOL_SOCKET, _ATTACH_FILTER, struct.pack("HL", len(_NO_SYN), ctypes.addressof(code))
            )
