"""A crowd of pupils in a process of its own: `python -m bench.pupils PLAN RESULT`.

One event loop plays all pupils over keep-alive connections, as a reverse proxy in front of the server would hold
them; they take turns, so that every worker process behind them gets its share. What each pupil does is drawn from the
seed before it begins; a request's time counts from the moment at which the pupil wanted it, so that a slow server
cannot make itself look fast by holding the crowd back. A few come early, one after the other, and are not timed: they
find the server as it was started. What was acknowledged is written down and compared with the database by whoever
started us.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import json
import random
import re
import sys
import time
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CONNECTIONS = 256
EARLY = 20  # pupils
REPORT_SECONDS = 10
TOP_BYTES = 16_384
LEFT_ALONE = 120  # seconds after which a request is given up
_TOKEN = re.compile(rb'data-token="([^"]+)"')
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_PACKED = re.compile(rb"\r\ncontent-encoding: *gzip", re.IGNORECASE)
_LOCATION = re.compile(rb"\r\nlocation: *([^\r]+)", re.IGNORECASE)


class Connection(asyncio.Protocol):
    """One connection: a request, then its answer."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._answer: asyncio.Future[tuple[int, bytes, bytes]] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # a stream's transport

    @property
    def closed(self) -> bool:
        return self._transport is None

    def ask(self, request: bytes) -> asyncio.Future[tuple[int, bytes, bytes]]:
        """Send a request; the future gives status, head and body."""
        self._answer = asyncio.get_running_loop().create_future()
        if self._transport is None:
            self._answer.set_exception(ConnectionError("closed"))
        else:
            self._transport.write(request)
        return self._answer

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0 or self._answer is None:
            return
        head = bytes(self._buffer[:end])
        found = _LENGTH.search(head)
        size = int(found[1]) if found else 0
        if len(self._buffer) < end + 4 + size:
            return
        body = bytes(self._buffer[end + 4 : end + 4 + size])
        del self._buffer[: end + 4 + size]
        answer, self._answer = self._answer, None
        if not answer.done():
            answer.set_result((int(head[9:12]), head, body))

    def connection_lost(self, _error: Exception | None) -> None:
        self._transport = None
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionError("lost"))


@dataclass
class Told:
    """What a pupil was told by the server."""

    pupil_id: int
    cookie: str
    csrf: str
    uid: str = ""
    token: str = ""
    answers: dict[int, str] = field(default_factory=dict)  # slot → choice, acknowledged
    saved: int = 0
    receipt: str = ""


class Crowd:
    """All pupils of a plan."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.plan = plan
        self.rng = random.Random(plan["seed"])
        self.pupils = [Told(*seat) for seat in plan["seats"]]
        self.times: dict[str, list[float]] = {"start": [], "save": [], "hand_in": []}
        self.errors: dict[str, int] = {}
        self.free: asyncio.Queue[Connection] = asyncio.Queue()

    async def play(self) -> None:
        """Begin, answer, hand in; each of the three spread over its seconds."""
        for _ in range(min(CONNECTIONS, len(self.pupils))):
            self.free.put_nowait(await self._connect())
        plan = self.plan
        early, later = self.pupils[:EARLY], self.pupils[EARLY:]
        for one in early:
            await self._timed(self._begin, one, time.perf_counter())
        self.times["start"].clear()
        starts = ((self.rng.uniform(0, plan["start_seconds"]), self._begin, one) for one in later)
        await self._spread("start", starts)
        await self._spread("save", self._saves())
        ends = ((self.rng.uniform(0, plan["end_seconds"]), self._hand_in, one) for one in self.pupils)
        await self._spread("hand_in", ends)

    def _saves(self) -> Any:
        seconds, count = self.plan["middle_seconds"], self.plan["saves"]
        for one in self.pupils:
            slots = [place % self.plan["questions"] + 1 for place in range(count)]
            self.rng.shuffle(slots)
            for place, slot in enumerate(slots):
                at = (place + self.rng.random()) * seconds / count
                yield at, self._save_of(place + 1, slot, self.rng.choice("abcd")), one

    async def _spread(self, kind: str, acts: Any) -> None:
        """Do each act at its moment and wait until all are done."""
        order = itertools.count()
        waiting = [(at, next(order), act, one) for at, act, one in acts]
        heapq.heapify(waiting)
        reporting = asyncio.ensure_future(self._report(kind, len(waiting)))
        began = time.perf_counter()
        running: set[asyncio.Task[None]] = set()
        while waiting:
            at, _order, act, one = heapq.heappop(waiting)
            ahead = began + at - time.perf_counter()
            if ahead > 0.001:
                await asyncio.sleep(ahead)
            task = asyncio.ensure_future(self._timed(act, one, began + at))
            running.add(task)
            task.add_done_callback(running.discard)
        while running:
            await asyncio.wait(set(running))
        self.plan.setdefault("took", []).append(round(time.perf_counter() - began, 1))
        reporting.cancel()

    async def _report(self, kind: str, wanted: int) -> None:
        """Say from time to time how far they are."""
        done = 0
        while True:
            await asyncio.sleep(REPORT_SECONDS)
            times = self.times[kind]
            latest, done = percentile(times[done:], 0.99), len(times)
            errors = sum(self.errors.values())
            print(f"{kind}: {done} of {wanted}, p99 of the latest {latest} ms, errors {errors}", flush=True)

    async def _timed(self, act: Callable[[Told], Awaitable[str]], one: Told, wanted: float) -> None:
        try:
            kind = await asyncio.wait_for(act(one), LEFT_ALONE)
        except (OSError, TimeoutError, ValueError, KeyError) as error:
            name = type(error).__name__ + (f" {error}" if isinstance(error, ValueError) else "")
            self.errors[name] = self.errors.get(name, 0) + 1
            return
        self.times[kind].append(time.perf_counter() - wanted)

    async def _connect(self) -> Connection:
        _transport, made = await asyncio.get_running_loop().create_connection(
            Connection, "127.0.0.1", self.plan["port"]
        )
        return made

    async def _ask(self, method: str, path: str, headers: str, body: bytes = b"") -> tuple[int, bytes, bytes]:
        connection = await self.free.get()
        try:
            if connection.closed:
                connection = await self._connect()
            head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
            return await connection.ask(head.encode() + body)
        finally:
            self.free.put_nowait(connection)

    async def _begin(self, one: Told) -> str:
        """Press the button and get the page."""
        form = f"Cookie: {one.cookie}\r\nContent-Type: application/x-www-form-urlencoded\r\nAccept-Encoding: gzip\r\n"
        status, head, page = await self._ask(
            "POST", f"/quizzes/{self.plan['quiz_uid']}/start", form, f"csrf_token={one.csrf}".encode()
        )
        where = _LOCATION.search(head)
        found = _TOKEN.search(_top_of(head, page))
        if status != 201 or where is None or found is None:
            raise ValueError(f"start {status}")
        one.uid, one.token = where[1].decode().rpartition("/")[2], found[1].decode()
        return "start"

    def _save_of(self, seq: int, slot: int, choice: str) -> Callable[[Told], Awaitable[str]]:
        async def save(one: Told) -> str:
            event = {"seq": seq, "slot": slot, "response": {"choice": choice}, "mono": seq}
            status, _head, body = await self._ask(
                "POST",
                f"/exam/{one.uid}/events",
                f"Content-Type: application/json\r\nX-Exam-Token: {one.token}\r\n",
                json.dumps({"tab": "bench", "events": [event]}).encode(),
            )
            if status != 200 or json.loads(body)["saved"] != [[seq, "applied"]]:
                raise ValueError(f"save {status}")
            one.answers[slot] = choice
            one.saved += 1
            return "save"

        return save

    async def _hand_in(self, one: Told) -> str:
        status, _head, body = await self._ask("POST", f"/exam/{one.uid}/finish", f"X-Exam-Token: {one.token}\r\n")
        if status != 200:
            raise ValueError(f"hand-in {status}")
        one.receipt = json.loads(body)["receipt"]
        return "hand_in"


def _top_of(head: bytes, body: bytes) -> bytes:
    """As much of a page as holds the token; a crowd that unpacked and read every page would be most of the load."""
    if _PACKED.search(head) is None:
        return body
    return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(body, TOP_BYTES)


def percentile(values: list[float], share: float) -> float:
    """The value below which this share of the sorted values lies, in milliseconds; 0 of none."""
    return round(sorted(values)[min(len(values) - 1, int(len(values) * share))] * 1000, 1) if values else 0.0


def main(plan_path: str, result_path: str) -> None:
    """Play a plan and write down what happened."""
    crowd = Crowd(json.loads(Path(plan_path).read_text()))
    asyncio.run(crowd.play())
    result = {
        "p50": {kind: percentile(times, 0.50) for kind, times in crowd.times.items()},
        "p99": {kind: percentile(times, 0.99) for kind, times in crowd.times.items()},
        "most": {kind: percentile(times, 1.0) for kind, times in crowd.times.items()},
        "errors": crowd.errors,
        "took": crowd.plan["took"],
        "cpu_seconds": round(time.process_time(), 1),
        "told": [[one.pupil_id, one.uid, one.answers, one.saved, one.receipt] for one in crowd.pupils],
    }
    Path(result_path).write_text(json.dumps(result))


if __name__ == "__main__":
    main(*sys.argv[1:])
