"""The bell rings for thousands of open attempts at once: the job closes and marks them all, while others work on.

The attempts with their answers are put into the database, and their time ends soon after the server has started. Pupils
of another test that goes on save and open their pages all the while; what they wait for is measured. At the end every
attempt must be closed exactly once with the total that its answers earn.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Table, func, select

from bench import exam_day, exam_school, machine, processes
from bench.outcome import Outcome
from bench.pupils import percentile
from lms.app import create_app
from lms.base import audit, clock, db, jobs
from lms.base.bulk import add_rows
from lms.base.config import Settings
from lms.base.ids import new_uid
from lms.quizzes.domain.states import AttemptState, EventKind, Standing
from lms.quizzes.hot import tokens
from lms.quizzes.models import Attempt, AttemptEvent, AttemptScore, Form, Quiz, Submission
from tests import postgres

GOALS = (
    "10,000 open attempts with 40 answers each closed and marked within 60 s of their deadline, each once and exactly; "
    "meanwhile p99 of a save at most 500 ms, of a page 2 s, no errors"
)
MOST = {"seconds": 60, "errors": 0, "wrong": 0, "save_p99_ms": 500, "page_p99_ms": 2000}
QUESTIONS = 40
OTHERS = 20  # pupils who work on
PAUSE = 0.25  # seconds between two requests of each
AT_ONCE = 1000  # attempts put into the database by one statement a table
PATIENCE = 900  # seconds
REPORT_SECONDS = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--database", choices=("both", "sqlite", "postgresql"), default="both")
    parser.add_argument("--attempts", type=int, default=10_000, help="open attempts whose time ends (default 10000)")
    parser.add_argument("--workers", type=int, default=2, help="server processes on PostgreSQL (default 2)")
    parser.add_argument("--threads", type=int, default=8, help="request threads of each (default 8)")
    parser.add_argument("--seed", type=int, default=None, help="of the answers; printed")
    parser.add_argument("--quick", action="store_true", help="300 attempts")


def run(options: argparse.Namespace) -> Outcome:
    """Let the bell ring on each database that is asked for."""
    seed = options.seed if options.seed is not None else random.randrange(2**31)
    if options.quick:
        options.attempts = 300
    figures: dict[str, Any] = {"seed": seed, "attempts": options.attempts}
    lines = [f"seed {seed}: {options.attempts} open attempts of {QUESTIONS} answers; {OTHERS} pupils work on"]
    lines += [f"attention: {problem}" for problem in machine.prepare()]
    ok = True
    for kind in ("sqlite", "postgresql") if options.database == "both" else (options.database,):
        if kind == "postgresql" and postgres.programs() is None:
            lines.append("postgresql: not installed here, not played")
            ok = False
            continue
        machine.say(f"{kind}: {options.attempts} attempts")
        try:
            found = play(options, kind, seed)
        except (RuntimeError, OSError) as trouble:  # a TimeoutError too
            lines.append(f"{kind}: GAVE UP; {trouble}")
            ok = False
            continue
        figures[kind] = found
        missed = [f"{name} {found[name]}, at most {most}" for name, most in MOST.items() if found[name] > most]
        ok = ok and not missed
        lines.append(f"{kind}: {'MISSED ' + '; '.join(missed) if missed else 'kept'}")
        lines.append("  " + ", ".join(f"{name} {value}" for name, value in found.items()))
    return Outcome(figures=figures, ok=ok, text="\n".join(lines))


def play(options: argparse.Namespace, kind: str, seed: int) -> dict[str, Any]:
    """One storm from an empty database to the last total."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gieo-storm-")))
        url = ""
        if kind == "postgresql":
            database = stack.enter_context(postgres.started(durable=True))
            url = database.url(database.create())
        settings = Settings(
            data_dir=folder / "data",
            database_url=url,
            secret_key=exam_day.SECRET,
            environment="production",
            log_format="json",
        )
        exam = exam_school.populate(
            settings, pupils=options.attempts + OTHERS, questions=QUESTIONS, duration_seconds=4 * 3600
        )
        app = create_app(settings)
        stack.callback(app.extensions["gieo_engine"].dispose)
        stack.callback(jobs.close)
        sheet = _work(exam, random.Random(seed), options.attempts)
        server = stack.enter_context(exam_day.served(options, folder, url, kind))
        others = Others(server.port, _going_on(exam))
        stack.callback(others.stop)
        others.start()
        others.warm_up()
        before = sum(processes.cpu_seconds(one.pid) for one in server.processes)
        began = _ring()
        seconds = _until_closed(began)
        others.stop()
        spent = sum(processes.cpu_seconds(one.pid) for one in server.processes) - before
        return {
            "seconds": seconds,
            "cpu_server_s": round(spent, 1),
            "saves": len(others.saves),
            "save_p99_ms": percentile(others.saves, 0.99),
            "pages": len(others.pages),
            "page_p99_ms": percentile(others.pages, 0.99),
            "errors": others.errors,
            "wrong": _wrong(sheet),
        }


def _work(exam: exam_school.Exam, chance: random.Random, count: int) -> dict[int, Fraction]:
    """Attempts in which every question was answered; returns what each has earned by the id of the attempt."""
    earned: dict[int, Fraction] = {}
    at = clock.now()
    with db.transaction() as session:
        quiz = session.get_one(Quiz, exam.quiz_id)
        forms = session.scalars(select(Form.id).where(Form.quiz_id == quiz.id).order_by(Form.id)).all()
        rows = [
            {
                "uid": new_uid(),
                "school_id": quiz.school_id,
                "quiz_id": quiz.id,
                "form_id": forms[place % len(forms)],
                "pupil_id": seat.pupil_id,
                "number": 1,
                "state": AttemptState.OPEN.value,
                "started_at": at,
                "deadline_at": at + timedelta(hours=4),
                "accept_until_at": at + timedelta(hours=4),
                "reached": 1,
                "device": seat.cookie.rpartition("=")[2],
            }
            for place, seat in enumerate(exam.seats)
        ]
        add_rows(session, cast(Table, Attempt.__table__), rows)
        ids = session.scalars(select(Attempt.id).where(Attempt.quiz_id == quiz.id).order_by(Attempt.id)).all()[:count]
        for start in range(0, len(ids), AT_ONCE):
            events = []
            for attempt_id in ids[start : start + AT_ONCE]:
                choices = [chance.choice("abcd") for _ in range(QUESTIONS)]
                earned[attempt_id] = exam_day.WORTH * choices.count("b")
                events += [
                    {
                        "school_id": quiz.school_id,
                        "attempt_id": attempt_id,
                        "client_id": "bench",
                        "client_seq": slot,
                        "kind": EventKind.ANSWER.value,
                        "slot": slot,
                        "payload": f'{{"choice":"{choice}"}}',
                        "client_mono_ms": 0,
                        "standing": Standing.APPLIED.value,
                        "server_at": at,
                    }
                    for slot, choice in enumerate(choices, 1)
                ]
            add_rows(session, cast(Table, AttemptEvent.__table__), events)
    return earned


def _going_on(exam: exam_school.Exam) -> list[tuple[str, str, str]]:
    """Of those who work on: uid, token and cookie."""
    seats = {seat.pupil_id: seat for seat in exam.seats}
    with db.open_session(writes=False) as session:
        attempts = session.scalars(select(Attempt).order_by(Attempt.id.desc()).limit(OTHERS)).all()
        found = []
        for attempt in attempts:
            seat = seats[attempt.pupil_id]
            device = seat.cookie.rpartition("=")[2]
            ticket = tokens.Ticket(attempt.id, attempt.form_id, attempt.pupil_id, attempt.school_id, device)
            found.append((attempt.uid, tokens.issue(exam_day.SECRET, attempt.uid, ticket), seat.cookie))
        return found


@dataclass
class Others:
    """Pupils whose test goes on: each saves an answer or opens the page, again and again."""

    port: int
    attempts: Sequence[tuple[str, str, str]]
    saves: list[float] = field(default_factory=list)
    pages: list[float] = field(default_factory=list)
    errors: int = 0
    _over: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        self._threads = [threading.Thread(target=self._work, args=attempt) for attempt in self.attempts]
        for thread in self._threads:
            thread.start()

    def warm_up(self) -> None:
        """Return once they have opened their pages and saved; what that took is not counted."""
        until = time.monotonic() + PATIENCE
        while len(self.pages) < 2 * len(self.attempts) and time.monotonic() < until:
            time.sleep(PAUSE)
        self.saves.clear()
        self.pages.clear()

    def stop(self) -> None:
        """Let them end; doing it again changes nothing."""
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _work(self, uid: str, token: str, cookie: str) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        seq = 1000
        while not self._over.wait(PAUSE):
            seq += 1
            began = time.perf_counter()
            try:
                if seq % 5:
                    event = {"seq": seq, "slot": seq % QUESTIONS + 1, "response": {"choice": "a"}, "mono": seq}
                    headers = {"Content-Type": "application/json", tokens.HEADER: token}
                    body = json.dumps({"tab": "bench", "events": [event]})
                    connection.request("POST", f"/exam/{uid}/events", body, headers)
                else:
                    connection.request("GET", f"/exam/{uid}", headers={"Cookie": cookie, "Accept-Encoding": "gzip"})
                answer = connection.getresponse()
                answer.read()
            except OSError:
                self.errors += 1
                connection.close()
                continue
            (self.saves if seq % 5 else self.pages).append(time.perf_counter() - began)
            self.errors += answer.status != 200


def _ring() -> float:
    """End the time of everybody but those who work on; returns when."""
    with db.transaction() as session:
        going_on = session.scalars(select(Attempt.id).order_by(Attempt.id.desc()).limit(OTHERS)).all()
        at = clock.now() - timedelta(milliseconds=1)
        session.execute(
            Attempt.__table__.update()  # type: ignore[attr-defined]  # a Table
            .where(Attempt.__table__.c.id.not_in(going_on))
            .values(deadline_at=at, accept_until_at=at)
        )
    return time.monotonic()


def _until_closed(began: float) -> float:
    """How many seconds pass until nobody but those who work on is open.

    Raises:
        TimeoutError: it takes too long to go on with.
    """
    told = began
    while time.monotonic() < began + PATIENCE:
        with db.open_session(writes=False) as session:
            left = session.scalar(select(func.count()).where(Attempt.state == AttemptState.OPEN)) or 0
        if left <= OTHERS:
            return round(time.monotonic() - began, 1)
        if time.monotonic() > told + REPORT_SECONDS:
            told = time.monotonic()
            machine.say(f"  {left - OTHERS} attempts are open still")
        time.sleep(0.2)
    raise TimeoutError("The attempts were not closed.")


def _wrong(earned: dict[int, Fraction]) -> int:
    """How many attempts were not closed by the server exactly once with the right total; 1 more for a broken chain."""
    with db.open_session(writes=False) as session:
        found = session.execute(
            select(Submission.attempt_id, Submission.handed_in_by, AttemptScore.points)
            .join(AttemptScore, AttemptScore.attempt_id == Submission.attempt_id)
            .where(Submission.attempt_id.in_(select(Attempt.id).where(Attempt.state == AttemptState.HANDED_IN)))
        ).all()
        right = sum(row.handed_in_by == "server" and earned.get(row.attempt_id) == row.points for row in found)
        school_id = session.scalars(select(Quiz.school_id)).first()
        holds = school_id is not None and audit.verify(session, school_id).holds
        return len(earned) - int(right) + (len(found) != len(earned)) + (not holds)
