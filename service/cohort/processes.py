"""Work over several processes: the results in the order of the tasks, and a bounded number of tasks in hand."""

from __future__ import annotations

import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

Task = TypeVar("Task")
Done = TypeVar("Done")
TASKS_PER_WORKER = 3
ENDINGS = (signal.SIGINT, signal.SIGTERM)


def in_order(work: Callable[[Task], Done], tasks: Iterable[Task], workers: int) -> Iterator[Done]:
    """Yield what is made of each task, in their order; of one worker without a further process."""
    if workers == 1:
        yield from map(work, tasks)
        return
    pool, running = ProcessPoolExecutor(workers, initializer=leave_signals), deque[Future[Done]]()
    try:
        for task in tasks:
            with endings_held_back():
                running.append(pool.submit(work, task))
            if len(running) >= TASKS_PER_WORKER * workers:
                yield running.popleft().result()
        while running:
            yield running.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def endings_held_back() -> Iterator[None]:
    """Let a signal to end wait: Python would lose the exception that it raises while a worker process is forked."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDINGS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def leave_signals() -> None:
    """Leave an interrupt at the keyboard, which reaches every process, to the one that started this."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDINGS)
