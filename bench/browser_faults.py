"""Pupils in real Chromium pages while everything goes wrong: is any answer lost that a page said it kept?

Each pupil sits in a browser context of their own and works through a plan drawn from the seed: answers in between
networks that go and come back, saves that are refused, acknowledgements that are lost, a crashed tab, a reload in the
middle of a save, storage without room, a second tab, a second device, a clock that is wrong by a day or jumps by one.
What the page says about each question is written down the moment it says so, and held against the database: at once
where it says that the server has the answer, after the hand-in where it says that the device keeps it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import shutil
import sqlite3
import tempfile
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page, Route, async_playwright
from playwright.async_api import Error as PlaywrightError

from bench import exam_school, processes
from bench.outcome import Outcome
from bench.page_weight import FLAGS
from lms.base.config import Settings

GOALS = "0 answers lost that a page said it kept, 0 pages that said what was not so, every pupil handed in"
SECRET = "bench-secret-bench-secret-bench-secret"
ON_SERVER, ON_DEVICE = "Đã lưu trên máy chủ", "Đang giữ trên máy này"
FAULTS = (
    "nothing", "no_network", "no_saves", "lost_acknowledgement", "crash", "reload", "no_room", "two_tabs",
    "two_devices", "clock_jumps",
)  # fmt: skip
A_DAY = 86_400_000  # milliseconds
TOLERANCE = 5  # seconds of the clock that is shown
WRONG_CLOCK = """(() => {
    const Real = Date;
    window.ahead = %d;
    window.Date = class extends Real {
        constructor(...given) { if (given.length) super(...given); else super(Real.now() + window.ahead); }
        static now() { return Real.now() + window.ahead; }
    };
})()"""
LOOK = """() => ({
    time: document.querySelector('[data-time]')?.textContent,
    slots: [...document.querySelectorAll('[data-slot]')].map((one) => [
        Number(one.dataset.slot),
        one.querySelector('input:checked')?.value ?? null,
        one.querySelector('[data-state]').textContent,
    ]),
})"""
FILL = """() => {
    let size = 1 << 20;
    for (let number = 0; size > 16; ) {
        try { localStorage.setItem(`junk${number}`, 'x'.repeat(size)); number += 1; } catch { size >>= 1; }
    }
}"""
SAID = "(slot) => ['%s', '%s'].includes(document.querySelector(`[data-slot='${slot}'] [data-state]`).textContent)"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quick", action="store_true", help="6 pupils, 5 rounds: under a minute")
    parser.add_argument("--pupils", type=int, default=40, help="browser contexts at the same time (default 40)")
    parser.add_argument("--rounds", type=int, default=12, help="faults of each pupil (default 12)")
    parser.add_argument("--seed", type=int, default=0, help="0: a new one, printed")
    parser.add_argument("--chromium", default=shutil.which("chromium") or "chromium", help="path of the browser")


@dataclass
class Claim:
    """A page said that it or the server has this answer."""

    slot: int
    value: str


@dataclass
class Notes:
    """What one pupil did and was told."""

    claims: list[Claim] = field(default_factory=list)
    last: dict[int, list[str]] = field(default_factory=dict)  # slot → the last value claimed, and those chosen since
    faults: Counter[str] = field(default_factory=Counter)
    changes: int = 0
    false: list[str] = field(default_factory=list)
    attempt: str = ""
    receipt: str = ""


class Records:
    """The database as it is now, read without the application."""

    def __init__(self, path: Path) -> None:
        self._base = sqlite3.connect(f"file:{path}?mode=ro", uri=True)

    def choices(self, attempt: str, *, applied: bool = False) -> list[tuple[int, str]]:
        """The choices stored for an attempt, by slot, in the order that counts."""
        rows = self._base.execute(
            "SELECT e.slot, e.payload, e.standing FROM quiz_attempt_event e JOIN quiz_attempt a ON a.id = e.attempt_id "
            "WHERE a.uid = ? AND e.kind = 'answer' ORDER BY e.client_seq, e.id",
            (attempt,),
        )
        return [
            (slot, json.loads(payload)["choice"]) for slot, payload, standing in rows
            if not applied or standing == "applied"
        ]  # fmt: skip

    def seconds_left(self, attempt: str) -> float:
        """The time that an attempt still has."""
        row = self._base.execute(
            "SELECT (julianday(deadline_at) - julianday('now')) * 86400 FROM quiz_attempt WHERE uid = ?", (attempt,)
        ).fetchone()
        return float(row[0])

    def receipt(self, attempt: str) -> str | None:
        row = self._base.execute(
            "SELECT s.receipt FROM quiz_submission s JOIN quiz_attempt a ON a.id = s.attempt_id WHERE a.uid = ?",
            (attempt,),
        ).fetchone()
        return str(row[0]) if row else None


class Pupil:
    """A pupil with a browser, a plan and a notebook."""

    def __init__(
        self, browser: Browser, address: str, exam: exam_school.Exam, number: int, seed: int, records: Records
    ) -> None:
        self.notes = Notes()
        self._browser, self._address, self._exam, self._records = browser, address, exam, records
        self._seat = exam.seats[number]
        self._dice = random.Random(f"{seed}/{number}")
        self._wrong_clock = number % 3 == 0
        self._quota: Any = None

    async def work(self, rounds: int) -> None:
        """Take the whole test: every fault comes about equally often, in an order of one's own."""
        self._context = await self._device()
        self._page = await self._context.new_page()
        await self._page.goto(f"/quizzes/{self._exam.quiz_uid}")
        await self._page.locator("main .acts button.primary").first.click()
        await self._ready()
        self.notes.attempt = self._page.url.rpartition("/")[2]
        plan: list[str] = []
        while len(plan) < rounds:
            plan += self._dice.sample(FAULTS, len(FAULTS))
        for fault in plan[:rounds]:
            self.notes.faults[fault] += 1
            await getattr(self, f"_{fault}")()
            await self._answer()
        await self._hand_in()
        await self._context.close()

    async def _device(self) -> BrowserContext:
        context = await self._browser.new_context(base_url=self._address, locale="vi-VN")
        context.set_default_timeout(90_000)
        name, _, value = self._seat.cookie.split("; ")[0].partition("=")  # the sign-in; each browser is its own device
        await context.add_cookies([{"name": name, "value": value, "url": self._address}])
        if self._wrong_clock:
            await context.add_init_script(WRONG_CLOCK % self._dice.choice((-A_DAY, A_DAY)))
        return context

    async def _ready(self, page: Page | None = None) -> None:
        await (page or self._page).wait_for_selector("[data-ready]", state="attached")

    async def _open(self) -> None:
        """Open the test anew in this browser, as after a crash."""
        self._page = await self._context.new_page()
        await self._page.goto(f"/exam/{self.notes.attempt}")
        await self._ready()

    async def _answer(self, times: int = 2, *, wait: bool = True) -> None:
        for _ in range(times):
            slot = self._dice.randint(1, self._exam.questions - 2)
            await self._choose(self._page, slot, wait=wait)
        await self._look()

    async def _choose(self, page: Page, slot: int, *, wait: bool = True) -> str:
        value = self._dice.choice(exam_school.OPTIONS)
        await page.evaluate(f"""document.querySelector('#q{slot} input[value="{value}"]').click()""")
        self.notes.changes += 1
        self.notes.last.setdefault(slot, []).append(value)
        if wait:
            await page.wait_for_function(SAID % (ON_SERVER, ON_DEVICE), arg=slot)
        return value

    async def _look(self) -> None:
        """Write down what the page says, and see at once whether the server has what it is said to have."""
        before = self._records.seconds_left(self.notes.attempt)
        said = await self._page.evaluate(LOOK)
        after = self._records.seconds_left(self.notes.attempt)
        stored = set(self._records.choices(self.notes.attempt))
        for slot, value, words in said["slots"]:
            if words not in {ON_SERVER, ON_DEVICE} or value is None:
                continue
            self.notes.claims.append(Claim(slot, value))
            if slot <= self._exam.questions - 2:
                self.notes.last[slot] = [value]
            if words == ON_SERVER and (slot, value) not in stored:
                self.notes.false.append(f"question {slot}: “{value}” is not on the server")
        minutes, _, seconds = said["time"].rpartition(":")
        shown = int(minutes.rpartition(":")[2]) * 60 + int(seconds) + 3600 * int(minutes.rpartition(":")[0] or 0)
        if not after - TOLERANCE < shown < before + TOLERANCE:
            self.notes.false.append(f"the clock shows {said['time']}, there are {after:.0f} seconds left")

    async def _nothing(self) -> None:
        await self._answer()

    async def _no_network(self) -> None:
        await self._context.set_offline(True)
        await self._answer()
        await asyncio.sleep(self._dice.uniform(0, 2))
        await self._answer()
        await self._context.set_offline(False)

    async def _no_saves(self) -> None:
        """Pages come, saves do not; the page is loaded anew meanwhile."""
        await self._context.route("**/events", lambda route: route.abort())
        await self._answer()
        await self._page.reload()
        await self._ready()
        await self._answer()
        await self._context.unroute("**/events")

    async def _lost_acknowledgement(self) -> None:
        async def lose(route: Route) -> None:
            try:
                await route.fetch()
                await route.abort()
            except PlaywrightError:
                return  # the page is gone

        await self._context.route("**/events", lose, times=2)
        await self._answer()

    async def _crash(self) -> None:
        await self._context.route("**/events", lambda route: route.abort())
        await self._answer()
        with suppress(PlaywrightError):  # that is what a crash looks like
            await self._page.goto("chrome://crash")
        await self._page.close()
        await self._context.unroute("**/events")
        await self._open()

    async def _reload(self) -> None:
        await self._answer(1, wait=False)
        await self._page.reload()
        await self._ready()

    async def _no_room(self) -> None:
        """The database has no room, half of the time localStorage neither; then nothing may be called kept."""
        wire = await self._context.new_cdp_session(self._page)
        await wire.send("Storage.overrideQuotaForOrigin", {"origin": self._address, "quotaSize": 1})
        both = self._dice.random() < 0.5
        if both:
            await self._page.evaluate(FILL)
        await self._context.route("**/events", lambda route: route.abort())
        await self._answer(wait=not both)
        await self._page.evaluate("new Promise((go) => setTimeout(go, 300))")
        await self._look()
        if both:
            await self._page.evaluate("localStorage.clear()")
        await wire.send("Storage.overrideQuotaForOrigin", {"origin": self._address})
        await self._context.unroute("**/events")

    async def _two_tabs(self) -> None:
        """The second tab takes over in the middle of a save; the first locks and is closed."""
        first = self._page
        await self._context.route("**/events", lambda route: route.abort())
        await self._answer(1)
        await self._choose(first, self._dice.randint(1, self._exam.questions - 2), wait=False)
        await self._open()
        await first.wait_for_function("() => document.querySelector('[data-lock]').disabled")
        await self._context.unroute("**/events")
        await self._answer(1)
        await first.close()

    async def _two_devices(self) -> None:
        """Another device takes over while this one holds an answer; back here, the other one's answer is the newer."""
        slot = self._exam.questions - self._dice.randint(0, 1)
        await self._context.route("**/events", lambda route: route.abort())
        await self._choose(self._page, slot)
        await self._look()
        other = await self._device()
        page = await other.new_page()
        await page.goto(f"/exam/{self.notes.attempt}")
        await page.locator("main button.primary").click()
        await self._ready(page)
        newer = await self._choose(page, slot)
        await page.wait_for_function("() => document.querySelector('[data-saved] .badge').classList.contains('good')")
        self.notes.last[slot] = [newer]
        self.notes.claims.append(Claim(slot, newer))
        await self._context.unroute("**/events")
        await self._page.wait_for_function("() => document.querySelector('[data-lock]').disabled")
        await self._page.goto(f"/exam/{self.notes.attempt}")
        await self._page.locator("main button.primary").click()
        await self._ready()
        await other.close()

    async def _clock_jumps(self) -> None:
        await self._page.evaluate(f"window.ahead = (window.ahead ?? 0) + {self._dice.choice((-A_DAY, A_DAY))}")
        await self._answer()

    async def _hand_in(self) -> None:
        """Hand in; every other pupil without network and closing the page, so that the wish must outlive it."""
        sealed = self._dice.random() < 0.5
        if sealed:
            await self._context.route("**/events", lambda route: route.abort())
            await self._context.route("**/finish", lambda route: route.abort())
        await self._answer()
        await self._page.locator("[data-hand-in]").click()
        await self._page.locator("#hand-in button.primary").click()
        if sealed:
            await self._page.wait_for_function("() => document.querySelector('[data-lock]').disabled")
            await self._page.close()
            await self._context.unroute("**/events")
            await self._context.unroute("**/finish")
            self._page = await self._context.new_page()
            await self._page.goto(f"/exam/{self.notes.attempt}")
        self.notes.receipt = str(await self._page.locator("[data-fact=receipt]").text_content())


def run(options: argparse.Namespace) -> Outcome:
    """Let all pupils work at once, then hold what they were told against the database."""
    pupils, rounds = (6, 5) if options.quick else (options.pupils, options.rounds)
    seed = options.seed or random.SystemRandom().randrange(1, 1_000_000)
    with tempfile.TemporaryDirectory(prefix="gieo-browser-faults-") as folder:
        data = Path(folder) / "data"
        exam = exam_school.populate(
            Settings(data_dir=data, secret_key=SECRET, environment="production", log_format="json"),
            pupils=pupils, questions=12, duration_seconds=3 * 3600,
        )  # fmt: skip
        port = processes.free_port()
        environment = {
            "GIEO_DATA_DIR": str(data), "GIEO_SECRET_KEY": SECRET, "GIEO_PORT": str(port), "GIEO_LOG_FORMAT": "json",
        }  # fmt: skip
        server = processes.start(["-m", "bench.exam_server", "real"], environment, Path(folder) / "server.log")
        began = time.monotonic()
        try:
            processes.wait_for(port, "/healthz", server)
            records = Records(data / "gieo.db")
            address = f"http://127.0.0.1:{port}"
            notes = asyncio.run(_all(options.chromium, address, exam, pupils, rounds, seed, records))
        finally:
            processes.stop(server)
        return judge(notes, records, seed=seed, seconds=time.monotonic() - began)


async def _all(
    chromium: str, address: str, exam: exam_school.Exam, pupils: int, rounds: int, seed: int, records: Records
) -> list[Notes]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        everybody = [Pupil(browser, address, exam, number, seed, records) for number in range(pupils)]
        ends = await asyncio.gather(*(one.work(rounds) for one in everybody), return_exceptions=True)
        for one, end in zip(everybody, ends, strict=True):
            if isinstance(end, BaseException):
                one.notes.false.append(f"the pupil was stopped: {type(end).__name__}: {str(end)[:300]}")
        await browser.close()
        return [one.notes for one in everybody]


def judge(notes: list[Notes], records: Records, *, seed: int, seconds: float) -> Outcome:
    """Count what is lost and what was not so."""
    lost: list[str] = []
    not_so: list[str] = []
    handed_in = 0
    for number, one in enumerate(notes):
        stored = set(records.choices(one.attempt))
        lost += [
            f"pupil {number}: question {claim.slot}, “{claim.value}” is nowhere"
            for claim in one.claims if (claim.slot, claim.value) not in stored
        ]  # fmt: skip
        counts = dict(records.choices(one.attempt, applied=True))
        lost += [
            f"pupil {number}: question {slot} counts as {counts.get(slot)}, not as {' or '.join(values)}"
            for slot, values in one.last.items() if counts.get(slot) not in values
        ]  # fmt: skip
        receipt = records.receipt(one.attempt)
        handed_in += receipt is not None
        if one.receipt != receipt:
            one.false.append(f"the receipt shown is {one.receipt!r}, the one stored {receipt!r}")
        not_so += [f"pupil {number}: {words}" for words in one.false]
    faults: Counter[str] = sum((one.faults for one in notes), Counter())
    claims = sum(len(one.claims) for one in notes)
    figures = {
        "seed": seed,
        "pupils": len(notes),
        "changes": sum(one.changes for one in notes),
        "claims": claims,
        "faults": dict(sorted(faults.items())),
        "lost": len(lost),
        "false_states": len(not_so),
        "handed_in": handed_in,
        "seconds": round(seconds, 1),
    }
    lines = [
        f"seed {seed}: {len(notes)} pupils in Chromium, {figures['changes']} changes, "
        f"{claims} times a page said that an answer is kept, {sum(faults.values())} faults in {seconds:.0f} s",
        ", ".join(f"{name} {count}" for name, count in sorted(faults.items())),
        f"lost {len(lost)}, said what was not so {len(not_so)}, handed in {handed_in} of {len(notes)}",
        *lost[:20],
        *not_so[:20],
    ]
    ok = not lost and not not_so and handed_in == len(notes) and claims > 0
    return Outcome(figures, ok, "\n".join(lines))
