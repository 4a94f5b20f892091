"""Pupils with pages like the product's: an answer waits in an outbox until the server has acknowledged it."""

from __future__ import annotations

import asyncio
import json
import random
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass

from bench.exam_school import OPTIONS, Exam, Seat
from bench.harness import wire
from bench.harness.ledger import Change, Ledger, Trouble

_TOKEN = re.compile(r'data-token="([^"]+)"')
_CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
MOST_IN_A_BATCH = 20
MOST_PATIENCE = 15.0  # seconds, as the product's own page


@dataclass(frozen=True)
class Habits:
    """How one pupil takes the test."""

    answers: int
    lasts: float  # seconds from the start until nothing counts any more
    think: float  # seconds for a question, in the middle
    starts_after: float
    moves_after: int = 0  # the question after which a second device takes over; 0: never
    reloads_after: int = 0  # the question after which the page is loaded again; 0: never
    hand_ins: int = 1  # at the same time
    hurried: bool = False  # hands in while answers are still on their way
    slow_clock: bool = False  # the device's clock runs at half the speed
    stays_until: float = 0.0  # seconds after the start; such a pupil never hands in, and answers to the end and beyond
    patience: float = 2.0  # seconds for an answer; longer after each that did not come


class Client:
    """The page on one device."""

    def __init__(self, pupil: Pupil, device: str, tab: str) -> None:
        self.pupil = pupil
        self.device = device
        self.tab = tab
        self.outbox: dict[int, Change] = {}
        self.token = ""
        self.over = asyncio.Event()  # no more will be added
        self.online = asyncio.Event()
        self.online.set()
        self._stir = asyncio.Event()

    @property
    def name(self) -> str:
        return f"{self.device}.{self.tab}"

    def change(self, slot: int, option: str) -> None:
        """The pupil answers."""
        ledger, current = self.pupil.ledger, self.pupil.current
        seq = self.pupil.next_seq()
        replaced = current is not None and current.device != self.device
        change = Change(self.name, seq, slot, option, barred=replaced)
        ledger.changes.append(change)
        ledger.waiting.add(change)
        self.outbox[seq] = change
        self._stir.set()

    def end(self) -> None:
        """Nothing more will be answered here."""
        self.over.set()
        self._stir.set()

    async def keep_sending(self) -> None:
        """Send what waits, oldest first, until all is acknowledged and nothing more will come."""
        patience = self.pupil.habits.patience
        while self.outbox or not self.over.is_set():
            await self.online.wait()
            if not self.outbox:
                self._stir.clear()
                await self._stir.wait()
                continue
            batch = list(self.outbox.values())[:MOST_IN_A_BATCH]
            for change in batch:
                change.sent_at = change.sent_at or time.time()
            self.about_to_send(batch)
            if await self._post(batch, patience):
                patience = self.pupil.habits.patience
            else:
                self.pupil.ledger.resent += 1
                await asyncio.sleep(self.pupil.rng.uniform(0.1, 0.2 * patience))
                patience = min(patience * 1.6, MOST_PATIENCE)

    def about_to_send(self, batch: list[Change]) -> None:
        """Room for a client that forgets too early."""

    async def _post(self, batch: list[Change], patience: float) -> bool:
        events = [
            {"seq": one.seq, "slot": one.slot, "response": {"choice": one.option}, "mono": self.pupil.clock(one.seq)}
            for one in batch
        ]
        body = json.dumps({"tab": self.tab, "events": events}).encode()
        headers = {"Content-Type": "application/json", "X-Exam-Token": self.token}
        answer = await self.pupil.ask("POST", f"/exam/{self.pupil.uid}/events", headers, body, patience)
        if answer is None or answer.status >= 500:
            return False
        if answer.status != 200:
            self.pupil.ledger.wrong.append(f"save: {answer.status} {answer.body[:80]}")
            self.forget(batch)
            return True
        saved = dict(json.loads(answer.body)["saved"])
        if set(saved) != {one.seq for one in batch}:
            self.pupil.ledger.wrong.append("save: not everything that was sent is acknowledged")
        told = [one for one in batch if one.seq in saved]
        for change in told:
            change.told.add(saved[change.seq])
            change.told_at = change.told_at or time.time()
            self.pupil.heard.set()
        self.forget(told)
        return True

    def forget(self, changes: list[Change]) -> None:
        """Take changes out of the outbox: from now on the page shows them as saved."""
        for change in changes:
            self.outbox.pop(change.seq, None)
            self.pupil.ledger.waiting.discard(change)


class Careless(Client):
    """The seeded defect: forgets what it sends before the server has it."""

    def about_to_send(self, batch: list[Change]) -> None:
        self.forget(batch)


class Pupil:
    """One pupil from the start page to the receipt."""

    def __init__(self, port: int, exam: Exam, seat: Seat, habits: Habits, seed: str, until: float) -> None:
        self.rng = random.Random(seed)
        self.ledger = Ledger(seat.pupil_id)
        self.habits = habits
        self.uid = ""
        self.current: Client | None = None
        self.make_client: type[Client] = Client
        self.heard = asyncio.Event()  # set at each acknowledgement; shared with whoever waits for one
        self._seed = seed.replace("/", "-")
        self._port = port
        self._exam = exam
        self._seat = seat
        self.until = until  # monotonic; nobody tries for ever
        self._requests = 0
        self._seq = 0
        self._tries = 0
        self._senders: list[asyncio.Task[None]] = []

    def next_seq(self) -> int:
        """Milliseconds since the start, always growing."""
        self._seq = max(self._seq + 1, int((time.time() - self.ledger.begun_at) * 1000))
        return self._seq

    def clock(self, elapsed: int) -> int:
        """What the device's own clock shows of so many milliseconds."""
        return elapsed // 2 if self.habits.slow_clock else elapsed

    async def ask(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"", patience: float = MOST_PATIENCE
    ) -> wire.Answer | None:
        """One request, named for the network."""
        self._requests += 1
        named = {**headers, wire.KEY: f"{self._seed}/{self._requests}"}
        answer = await wire.ask(self._port, wire.request(method, path, named, body), patience)
        if answer and answer.status >= 500:
            what = {"events": "save"}.get(path.rpartition("/")[2], path.rpartition("/")[2][:12])
            self.ledger.troubles.append(Trouble(what, answer.status, answer.body))
        return answer

    async def take(self) -> Ledger:
        """Play the whole evening."""
        await asyncio.sleep(self.habits.starts_after)
        first = await self._open("first")
        if first is None:
            return self.ledger
        for number in range(1, self.habits.answers + 1):
            await asyncio.sleep(self.rng.uniform(0.3, 1.7) * self.habits.think)
            self._here.change(number, self.rng.choice(OPTIONS))
            if number == self.habits.moves_after:
                await self._move()
            elif number == self.habits.reloads_after:
                await self._reload(number)
        if self.habits.stays_until:
            await self._stay()
        elif self.habits.hurried:
            await asyncio.gather(self._hand_in(), self._answer_on())
        self._here.end()
        await self._all_sent()
        if not self.habits.stays_until and not self.habits.hurried:
            await self._hand_in()
        return self.ledger

    @property
    def _here(self) -> Client:
        if self.current is None:
            raise RuntimeError("This pupil has not begun.")
        return self.current

    async def _back_off(self) -> None:
        """Wait a little longer after each request without an answer."""
        self.ledger.resent += 1
        self._tries += 1
        await asyncio.sleep(self.rng.uniform(0.2, min(4.0, 0.4 * self._tries)))

    async def _all_sent(self) -> None:
        """Wait until every outbox is empty, or the evening is over."""
        _done, late = await asyncio.wait(self._senders, timeout=max(0.1, self.until - time.monotonic()))
        for task in late:
            task.cancel()

    async def _move(self) -> None:
        """Go on with another device; the old one answers a little more, unaware."""
        old = self._here
        new = await self._open("second")
        if new is None:
            return
        for number in range(1, 4):
            await asyncio.sleep(self.rng.uniform(0, 0.3))
            old.change(number, self.rng.choice(OPTIONS))
        old.end()

    async def _reload(self, number: int) -> None:
        """Load the page again while the old one's last answer has not left yet; it arrives after a newer one."""
        old = self._here
        old.online.clear()
        old.change(number, self.rng.choice(OPTIONS))
        await self._open("first", "tab2")
        self._here.change(number, self.rng.choice(OPTIONS))
        await asyncio.sleep(self.rng.uniform(0.5, 1.0))
        old.online.set()
        if old is not self._here:
            old.end()

    async def _answer_on(self) -> None:
        """Change the last answer while the hand-in is on its way."""
        for _ in range(5):
            await asyncio.sleep(self.rng.uniform(0, 0.1))
            self._here.change(self.habits.answers, self.rng.choice(OPTIONS))

    async def _stay(self) -> None:
        """Answer until long after the end."""
        while time.time() < self.ledger.begun_at + self.habits.stays_until and time.monotonic() < self.until - 15:
            await asyncio.sleep(self.rng.uniform(0.2, 0.6))
            self._here.change(self.rng.randint(1, self.habits.answers), self.rng.choice(OPTIONS))

    async def _hand_in(self) -> None:
        """Press the button, once or thrice at the same time, until told that it is done."""
        self.ledger.finish_pressed_at = time.time()
        await asyncio.gather(*(self._finish() for _ in range(self.habits.hand_ins)))

    async def _finish(self) -> None:
        while time.monotonic() < self.until:
            headers = {"X-Exam-Token": self._here.token}
            answer = await self.ask("POST", f"/exam/{self.uid}/finish", headers)
            if answer and answer.status == 200:
                self.ledger.receipts.append(json.loads(answer.body)["receipt"])
                return
            if answer and answer.status < 500:
                self.ledger.wrong.append(f"finish: {answer.status}")
                return
            await self._back_off()

    async def _open(self, which: str, tab: str = "tab1") -> Client | None:
        """Press the button like a browser, and take over where another device holds the test."""
        device = f"{self._seed}-{which}-device"[-40:].rjust(16, "x")
        client = self.make_client(self, device, tab)
        while time.monotonic() < self.until and not self.ledger.too_late:
            if await self._try_to_open(client):
                self.current = client
                self._senders.append(asyncio.create_task(client.keep_sending()))
                return client
            await self._back_off()
        return None

    async def _try_to_open(self, client: Client) -> bool:
        signed_in = dict(part.partition("=")[::2] for part in self._seat.cookie.split("; "))
        jar = {**signed_in, "gieo-device": client.device}
        address = f"/quizzes/{self._exam.quiz_uid}"
        page = await self.ask("GET", address, _cookies(jar))
        form = _CSRF.search(page.body) if page and page.status == 200 else None
        if page is None or form is None:
            return False
        jar |= page.cookies()
        fields = f"csrf_token={form[1]}".encode()
        self.ledger.pressed_at = self.ledger.pressed_at or time.time()
        starts = await asyncio.gather(
            *(
                self.ask("POST", f"{address}/start", {**_cookies(jar), **_FORM}, fields)
                for _ in range(1 if self.uid else self.habits.hand_ins)
            )
        )
        over = time.time() > self.ledger.pressed_at + self.habits.lasts
        self.ledger.too_late = over and any(start and start.status == 409 for start in starts)
        places = [start.header("location") for start in starts if start and start.status in {201, 303}]
        self.ledger.attempts |= {place.rpartition("/")[2] for place in places}
        if not places:
            return False
        page = await self.ask("GET", places[0], _cookies(jar))
        if page and page.status == 200 and not _TOKEN.search(page.body):
            form = _CSRF.search(page.body)
            if form is None:
                return False
            fields = f"csrf_token={form[1]}".encode()
            await self.ask("POST", f"{places[0]}/take-over", {**_cookies(jar), **_FORM}, fields)
            page = await self.ask("GET", places[0], _cookies(jar))
        token = _TOKEN.search(page.body) if page and page.status == 200 else None
        if token is None:
            return False
        self.uid, client.token = places[0].rpartition("/")[2], token[1]
        self.ledger.begun_at = self.ledger.begun_at or time.time()
        return True


def _cookies(jar: Mapping[str, str]) -> dict[str, str]:
    return {"Cookie": "; ".join(f"{name}={value}" for name, value in jar.items())}
