"""Steady load from a few keep-alive clients, with an account of every request that was sent."""

from __future__ import annotations

import http.client
import threading
import time
from collections import Counter
from contextlib import closing

from tests.support.live import PANEL, PATIENCE, until


class Load:
    """Clients that post panels until ``stop``; ``outcomes`` counts answers by status, refused and lost requests."""

    def __init__(self, port: int, clients: int = 6, pause: float = 0.0) -> None:
        self.port = port
        self.pause = pause
        self.outcomes: Counter[str] = Counter()
        self.over = threading.Event()
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self._client, daemon=True) for _ in range(clients)]
        for thread in self.threads:
            thread.start()

    def runs(self, answers: int = 50) -> None:
        """Wait until so many more panels have been answered."""
        wanted = self.outcomes["200"] + answers
        until(lambda: self.outcomes["200"] >= wanted)

    def stop(self) -> Counter[str]:
        """End the load and give the account."""
        self.over.set()
        for thread in self.threads:
            thread.join(PATIENCE)
            assert not thread.is_alive()
        return self.outcomes

    def _client(self) -> None:
        while not self.over.is_set():
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
            with closing(connection):
                try:
                    connection.connect()
                except OSError:
                    self._note("refused")
                    time.sleep(0.02)
                    continue
                self._requests(connection)

    def _note(self, *outcomes: str) -> None:
        with self.lock:
            self.outcomes.update(outcomes)

    def _requests(self, connection: http.client.HTTPConnection) -> None:
        while not self.over.is_set():
            try:
                connection.request("POST", "/v1/assessments", PANEL, {"Content-Type": "application/json"})
                answer = connection.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException) as error:
                self._note("lost", f"lost: {type(error).__name__}")
                return
            self._note(str(answer.status))
            if answer.will_close:
                return
            time.sleep(self.pause)
