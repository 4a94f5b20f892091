"""A bad network between pupils and server: it drops, loses replies, delays, sends twice, and replays late.

What happens to a request depends on the seed and the name that the client gave it, so that the same seed meets the
same pupil's same request with the same fault.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass

from bench.harness.wire import HEAD, KEY, MOST_BYTES, Answer, exchange, parse

_LENGTH = re.compile(rb"\r\nContent-Length: (\d+)", re.I)
_KEY = re.compile(rb"\r\n" + KEY.encode() + rb": ([^\r]*)")


@dataclass(frozen=True)
class Weather:
    """How often the network does what; shares of all requests. The rest arrives as it should."""

    drop: float = 0.05  # never sent on
    lose_reply: float = 0.05  # the server did it, the client does not learn so
    delay: float = 0.08  # up to `slowest` seconds; what comes after may overtake
    double: float = 0.06  # twice at the same time
    replay: float = 0.04  # once more, `latest` seconds later at most
    slowest: float = 3.0
    latest: float = 25.0


CALM = Weather(0, 0, 0, 0, 0)


class Proxy:
    """Listens on a port of its own and passes requests on to the server's."""

    def __init__(self, upstream: int, seed: int, weather: Weather) -> None:
        self.port = 0
        self.happened: Counter[str] = Counter()
        self._upstream = upstream
        self._seed = seed
        self._weather = weather
        self._server: asyncio.Server | None = None
        self._replays: set[asyncio.Task[None]] = set()
        self._open: set[asyncio.Task[None]] = set()
        self._passed: dict[str, int] = {}  # by client, the number of the last request that went on

    async def __aenter__(self) -> Proxy:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=1024, limit=MOST_BYTES)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_error: object) -> None:
        if self._server:
            self._server.close()
        left = self._replays | self._open
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def settle(self) -> None:
        """Wait until every late replay has been delivered."""
        while self._replays:
            await asyncio.gather(*self._replays, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task:
            self._open.add(task)
            task.add_done_callback(self._open.discard)
        with suppress(OSError, asyncio.IncompleteReadError):
            head = await reader.readuntil(HEAD)
            length = _LENGTH.search(head)
            body = await reader.readexactly(int(length[1])) if length else b""
            found = _KEY.search(head)
            key = found[1].decode() if found else ""
            writer.write(await self._carry(key, _KEY.sub(b"", head) + body))
            await writer.drain()
        writer.close()

    async def _carry(self, key: str, sent: bytes) -> bytes:
        """What the client gets; nothing when the network had it otherwise."""
        rng = random.Random(f"{self._seed}/{key}")
        weather, lot = self._weather, rng.random()
        self.happened["requests"] += 1
        for fate in ("drop", "lose_reply", "delay", "double", "replay"):
            lot -= getattr(weather, fate)
            if lot < 0:
                break
        else:
            return await self._pass_on(key, sent)
        if fate == "drop":
            self.happened["dropped"] += 1
            return b""
        if fate == "delay":
            self.happened["delayed"] += 1
            await asyncio.sleep(rng.uniform(0.05, weather.slowest))
        if fate == "double":
            first, second = await asyncio.gather(self._pass_on(key, sent), self._pass_on(key, sent))
            self.happened["doubled"] += _done(first) and _done(second)
            return first if rng.random() < 0.5 else second
        received = await self._pass_on(key, sent)
        if fate == "lose_reply" and _done(received):
            self.happened["replies_lost"] += 1
            return b""
        if fate == "replay":
            task = asyncio.create_task(self._again(key, sent, rng.uniform(1, weather.latest)))
            self._replays.add(task)
            task.add_done_callback(self._replays.discard)
        return received

    async def _pass_on(self, key: str, sent: bytes) -> bytes:
        client, _, number = key.rpartition("/")
        if number.isdigit():
            self.happened["overtaken"] += int(number) < self._passed.get(client, 0)
            self._passed[client] = max(int(number), self._passed.get(client, 0))
        try:
            return await exchange(self._upstream, sent)
        except OSError:
            return b""

    async def _again(self, key: str, sent: bytes, wait: float) -> None:
        await asyncio.sleep(wait)
        self.happened["replayed"] += _done(await self._pass_on(key, sent))


def _done(received: bytes) -> bool:
    """Whether the server answered in earnest."""
    answer: Answer | None = parse(received) if received else None
    return answer is not None and answer.status < 500
