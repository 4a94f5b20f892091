"""One exam evening under faults: populate, serve, let pupils work through the bad network, kill, count."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from bench.exam_school import Exam, populate
from bench.harness import invariants
from bench.harness.disks import PowerDisk, SmallDisk
from bench.harness.invariants import Findings, Hold, Rules
from bench.harness.ledger import Ledger, Trouble
from bench.harness.proxy import Proxy, Weather
from bench.harness.pupils import Client, Habits, Pupil
from bench.harness.victims import SECRET, SERVE, Killer, Postgres, Server
from lms.app import load_models
from lms.base.config import Settings
from lms.quizzes.domain.states import ReleasePolicy
from lms.quizzes.models import Attempt, Quiz, Submission

HOLD_SECONDS = 0.8
STORMY = Weather()


@dataclass(frozen=True)
class Plan:
    """How large, how long, how bad."""

    seed: int
    pupils: int = 300
    answers: int = 40
    seconds: int = 60  # the test
    grace: int = 4
    start_within: float = 10.0
    kills: Mapping[str, int] = field(default_factory=dict)  # worker, server, postgres, power, room
    strikes_within: float = 1.0  # the first part of the evening, in which all kills fall
    weather: Weather = STORMY
    two_devices: float = 0.10
    reload: float = 0.10
    triple: float = 0.25
    hurried: float = 0.25
    stay: float = 0.08  # never hand in, and answer beyond the end
    holds: int = 2  # times that a lock is held over the end of somebody's test


@dataclass(frozen=True)
class Evening:
    """What became of it."""

    findings: Findings
    figures: dict[str, Any]
    troubles: Sequence[Trouble] = ()  # answers of 500 and above

    @property
    def complete(self) -> bool:
        """Whether everything that was meant to happen happened."""
        return not (self.figures["not_begun"] or self.figures["undelivered"] or self.figures["bad_replies"])


def play(
    plan: Plan,
    folder: Path,
    postgres: Postgres | None,
    *,
    command: Sequence[str] = SERVE,
    client: type[Client] = Client,
    prepare: Callable[[Connection], None] | None = None,
    disk: PowerDisk | SmallDisk | None = None,
    environment: Mapping[str, str] | None = None,
) -> Evening:
    """Play one evening in this folder; *disk* is where the database lies, if it is to fail.

    *prepare* may change the populated database before the server opens it.
    """
    began = time.monotonic()
    url = postgres.url if postgres else ""
    data = folder / "data"
    data.mkdir(exist_ok=True)
    settings = Settings(data_dir=data, database_url=url, secret_key=SECRET, log_format="json")
    exam = populate(
        settings,
        pupils=plan.pupils,
        questions=plan.answers,
        duration_seconds=max(60, plan.seconds),
        grace_seconds=plan.grace,
        release_policy=ReleasePolicy.AFTER_HAND_IN,
        column_semester=1,
        column_key="gk",
    )
    load_models()
    engine = create_engine(settings.database, poolclass=NullPool)  # keeps no file open
    with engine.begin() as connection:
        _shorten(connection, exam, plan.seconds)
        if prepare:
            prepare(connection)
    server = Server(folder, url, command, environment or {})
    killer = Killer(server, postgres, disk)
    rules = Rules(timedelta(seconds=plan.seconds), timedelta(seconds=plan.grace))
    try:
        server.start()
        ready = time.monotonic()
        ledgers, proxy, holds = asyncio.run(_play(plan, exam, server, killer, engine, client))
        server.stop()
        with engine.connect() as connection:
            findings, counted = invariants.check(connection, exam, rules, ledgers, holds)
    finally:
        server.stop()
        killer.close()
    wrong = [line for ledger in ledgers for line in ledger.wrong]
    return Evening(
        findings,
        {
            "kills": sum(killer.hits.values()),
            "kinds": dict(killer.hits),
            "unmatched": killer.unmatched if not isinstance(disk, SmallDisk) else 0,
            "down_s": round(killer.down_seconds, 1),
            **{name: proxy.happened[name] for name in NETWORK},
            "holds": len(holds),
            "resent": sum(ledger.resent for ledger in ledgers),
            **counted,
            "not_begun": sum(1 for ledger in ledgers if not ledger.begun_at and not ledger.too_late),
            "too_late": sum(ledger.too_late for ledger in ledgers),
            "undelivered": sum(len(ledger.waiting) for ledger in ledgers),
            "bad_replies": len(wrong),
            **({"bad_replies_say": wrong[:3]} if wrong else {}),
            "prepared_s": round(ready - began, 1),
            "seconds": round(time.monotonic() - began, 1),
        },
        [trouble for ledger in ledgers for trouble in ledger.troubles],
    )


NETWORK = ("requests", "dropped", "replies_lost", "delayed", "overtaken", "doubled", "replayed")


def _shorten(connection: Connection, exam: Exam, seconds: int) -> None:
    """Let the test last as many seconds as the plan says, which a teacher's form would not take."""
    connection.execute(
        Quiz.__table__.update().where(Quiz.__table__.c.id == exam.quiz_id).values(duration_seconds=seconds)
    )


async def _play(
    plan: Plan, exam: Exam, server: Server, killer: Killer, engine: Engine, client: type[Client]
) -> tuple[list[Ledger], Proxy, list[Hold]]:
    rng = random.Random(plan.seed)
    end = plan.start_within + plan.seconds + plan.grace
    until = time.monotonic() + end + 45
    heard = asyncio.Event()
    async with Proxy(server.port, plan.seed, plan.weather) as proxy:
        pupils = [
            Pupil(proxy.port, exam, seat, habits, f"{plan.seed}/{place}", until)
            for place, (seat, habits) in enumerate(zip(exam.seats, _habits(plan, rng), strict=True))
        ]
        for pupil in pupils:
            pupil.make_client = client
            pupil.heard = heard
        evenings = [asyncio.create_task(pupil.take()) for pupil in pupils]
        strikes = asyncio.create_task(_strike(plan, killer, random.Random(plan.seed), end, heard))
        holding = asyncio.create_task(_hold_over_ends(plan, engine, pupils))
        ledgers = list(await asyncio.gather(*evenings))
        await strikes
        holds = await holding
        await _closed(engine, exam, plan)
        await proxy.settle()
    return ledgers, proxy, holds


def _habits(plan: Plan, rng: random.Random) -> list[Habits]:
    """Exact shares, shuffled: who stays, who moves to another device, who hands in thrice or in a hurry."""
    places = list(range(plan.pupils))
    staying = set(rng.sample(places, round(plan.pupils * plan.stay)))
    others = [place for place in places if place not in staying]
    moving = set(rng.sample(places, round(plan.pupils * plan.two_devices)))
    reloading = set(rng.sample([place for place in places if place not in moving], round(plan.pupils * plan.reload)))
    triple = set(rng.sample(others, min(len(others), round(plan.pupils * plan.triple))))
    hurried = set(rng.sample(others, min(len(others), round(plan.pupils * plan.hurried))))
    return [
        Habits(
            answers=plan.answers,
            lasts=plan.seconds + plan.grace,
            think=plan.seconds * 0.75 / plan.answers,
            starts_after=rng.uniform(0, plan.start_within),
            moves_after=rng.randint(1, plan.answers) if place in moving else 0,
            reloads_after=rng.randint(1, plan.answers) if place in reloading else 0,
            hand_ins=3 if place in triple else 1,
            hurried=place in hurried,
            slow_clock=place % 2 == 0 and place in staying,
            stays_until=plan.seconds + plan.grace + 3.0 if place in staying else 0.0,
        )
        for place in places
    ]


async def _strike(plan: Plan, killer: Killer, rng: random.Random, end: float, heard: asyncio.Event) -> None:
    """Kill at seeded moments spread over the whole evening, each right after an acknowledgement where one comes."""
    kinds = [kind for kind, count in sorted(plan.kills.items()) for _ in range(count)]
    rng.shuffle(kinds)
    began = time.monotonic()
    span = (end - 2.0) * plan.strikes_within
    for place, kind in enumerate(kinds):
        moment = 1.0 + span * (place + rng.uniform(0.1, 0.9)) / len(kinds)
        await asyncio.sleep(max(0.0, began + moment - time.monotonic()))
        heard.clear()
        with suppress(TimeoutError):
            await asyncio.wait_for(heard.wait(), 6.0)
        await asyncio.get_running_loop().run_in_executor(killer.thread, killer.strike, kind)


async def _hold_over_ends(plan: Plan, engine: Engine, pupils: Sequence[Pupil]) -> list[Hold]:
    """Hold the locks of attempts over the very moment of their end, as a slow transaction would."""
    staying = sorted((one for one in pupils if one.habits.stays_until), key=lambda one: one.habits.starts_after)
    chosen = staying[:: max(1, len(staying) // max(1, plan.holds))][: plan.holds]
    found = await asyncio.gather(*(_hold_over_end(plan, engine, pupil) for pupil in chosen))
    return [hold for hold in found if hold]


async def _hold_over_end(plan: Plan, engine: Engine, pupil: Pupil) -> Hold | None:
    while not pupil.ledger.begun_at:
        await asyncio.sleep(0.2)
        if time.monotonic() > pupil.until:
            return None
    wait = pupil.ledger.begun_at + plan.seconds + plan.grace - 2 - time.time()
    await asyncio.sleep(max(0.0, wait))
    return await asyncio.to_thread(_hold, engine, pupil.uid)


def _hold(engine: Engine, uid: str) -> Hold | None:
    """Hold one attempt's row (on SQLite the whole file) over its end; None when the database went away meanwhile."""
    mine = select(Attempt.__table__.c.id, Attempt.__table__.c.accept_until_at).where(Attempt.__table__.c.uid == uid)
    try:
        with engine.connect() as connection:
            attempt = connection.execute(mine).one()
            connection.rollback()
            time.sleep(max(0.0, attempt.accept_until_at.timestamp() - HOLD_SECONDS / 2 - time.time()))
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                ids: frozenset[int] = frozenset()
            else:
                ids = frozenset(connection.scalars(mine.with_for_update()))
            since = time.time()
            time.sleep(HOLD_SECONDS)
            held = Hold(ids, since, time.time())
            connection.exec_driver_sql("SELECT 1")
            return held
    except DBAPIError:  # the database was killed under our hands: not counted
        return None


async def _closed(engine: Engine, exam: Exam, plan: Plan) -> None:
    """Wait, without touching the server, until every attempt is handed in or its time is long over."""
    until = time.monotonic() + 60
    attempts = Attempt.__table__.c
    handed = select(func.count()).select_from(Submission).join(Attempt, Attempt.id == Submission.attempt_id)
    while time.monotonic() < until:
        with suppress(DBAPIError), engine.connect() as connection:
            begun = connection.scalar(select(func.count()).where(attempts.quiz_id == exam.quiz_id))
            done = connection.scalar(handed.where(attempts.quiz_id == exam.quiz_id))
            if begun == done:
                return
        await asyncio.sleep(0.3)


def tell(evening: Evening) -> list[str]:
    """The figures and what was found, in lines for people."""
    figures = evening.figures
    network = ", ".join(f"{figures[name]} {name.replace('_', ' ')}" for name in NETWORK)
    kinds = ", ".join(f"{count} × {kind}" for kind, count in sorted(figures["kinds"].items()))
    lines = [
        f"  network: {network}",
        f"  kills that hit: {figures['kills']} ({kinds}), without recovery in the log {figures['unmatched']}; "
        f"down {figures['down_s']} s; locks held over an end {figures['holds']}",
        f"  answers {figures['answers']}, acknowledged {figures['acknowledged']} (late {figures['late']}, "
        f"other device {figures['other_device']}), requests sent again {figures['resent']}, "
        f"slowest closing {figures['slowest_closing_s']} s, {figures['seconds']} s in all",
        "  " + " ".join(f"{name}={count}" for name, count in evening.findings.counts.items()),
    ]
    for name in evening.findings.caught:
        lines += [f"    {name}: {case}" for case in evening.findings.cases[name]]
    lines += [f"    bad reply: {line}" for line in figures.get("bad_replies_say", ())]
    return lines
