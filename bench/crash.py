"""Forty pupils answer at the same time while the whole server is killed three times; nothing acknowledged may be lost.

The real server (`python -m lms.cli serve`) runs in a folder of its own. Each pupil starts, sends answers one by one and
repeats what got no acknowledgement; three in four hand in, the others are left to the server's clock. SIGKILL goes to
every process of the server at seeded moments; it is then started again. What the clients were told is written down and
compared with the database only at the end, by reading the tables and marking anew.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import re
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from subprocess import Popen
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bench import exam_school, processes
from bench.outcome import Outcome
from lms.app import create_app
from lms.base import audit, db, jobs
from lms.base.audit import AuditEntry
from lms.base.config import Settings
from lms.quizzes.domain.answers import Event, project
from lms.quizzes.domain.states import EventKind, Standing
from lms.quizzes.models import Attempt, AttemptEvent, AttemptScore, Submission
from lms.quizzes.service.scoring import versions_of
from question_bank import api as bank
from tests import postgres

GOALS = "acknowledged answers lost 0; exactly one submission each; each attempt closed within 60 s of its deadline"
CLOSED_WITHIN = timedelta(seconds=60)
SECRET = "bench-secret-bench-secret-bench-secret"
_TOKEN = re.compile(r'data-token="([^"]+)"')
_CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--database", choices=("both", "sqlite", "postgresql"), default="both")
    parser.add_argument("--pupils", type=int, default=40)
    parser.add_argument("--answers", type=int, default=20, help="answers of each pupil (default 20)")
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=75, help="how long the test lasts (default 75, at least 60)")
    parser.add_argument("--seed", type=int, default=None, help="of think times, retries and kills; printed")


def run(options: argparse.Namespace) -> Outcome:
    """Play the exam on each database that is asked for."""
    seed = options.seed if options.seed is not None else random.randrange(2**31)
    figures: dict[str, Any] = {"seed": seed}
    lines = [f"seed {seed}: {options.pupils} pupils × {options.answers} answers, {options.kills} kills"]
    ok = True
    for kind in ("sqlite", "postgresql") if options.database == "both" else (options.database,):
        if kind == "postgresql" and postgres.programs() is None:
            lines.append("postgresql: not installed here, not played")
            ok = False
            continue
        with tempfile.TemporaryDirectory(prefix="gieo-crash-") as folder, _database(kind) as url:
            found = play(options, Path(folder), url, random.Random(seed))
        figures[kind] = found
        good = found["kills"] == options.kills and not any(found[name] for name in FAULTS)
        ok = ok and good
        lines.append(f"{kind}: {'held' if good else 'BROKEN'} " + ", ".join(f"{k} {v}" for k, v in found.items()))
    return Outcome(figures=figures, ok=ok, text="\n".join(lines))


FAULTS = (
    "lost",
    "duplicates",
    "late_accepted",
    "submissions_wrong",
    "closed_too_late",
    "scores_wrong",
    "receipts_wrong",
    "audit_wrong",
    "not_started",
    "bad_replies",
)


@contextmanager
def _database(kind: str) -> Iterator[str]:
    if kind == "sqlite":
        yield ""
        return
    with postgres.started(durable=True) as server:
        yield server.url(server.create())


@dataclass
class Told:
    """What a pupil's client was told."""

    seat: exam_school.Seat
    uid: str = ""
    token: str = ""
    acks: list[tuple[str, int, int, str, str]] = field(default_factory=list)  # tab, seq, slot, response, standing
    receipt: str = ""
    repeats: int = 0  # requests that got no answer and were sent again
    wrong: int = 0  # replies that contradict an earlier one, or refuse what is right


class Server:
    """The server under test: started, killed, started again on the same port."""

    def __init__(self, folder: Path, url: str) -> None:
        self.port = processes.free_port()
        self._log = folder / "server.log"
        self._environment = {
            "GIEO_DATA_DIR": str(folder / "data"),
            "GIEO_SECRET_KEY": SECRET,
            "GIEO_PORT": str(self.port),
            "GIEO_LOG_FORMAT": "json",
            **({"GIEO_DATABASE_URL": url} if url else {}),
        }
        self._process: Popen[bytes] | None = None

    def start(self) -> None:
        self._process = processes.start(["-m", "lms.cli", "serve"], self._environment, self._log)
        processes.wait_for(self.port, "/sign-in", self._process, 90)

    def kill(self) -> int:
        """SIGKILL the whole tree; returns how many processes were alive."""
        return processes.kill_tree(self._process) if self._process and self._process.poll() is None else 0

    def stop(self) -> None:
        if self._process:
            processes.stop(self._process)


def play(options: argparse.Namespace, folder: Path, url: str, rng: random.Random) -> dict[str, Any]:
    """Populate, serve, answer, kill, wait for the closing, verify."""
    settings = Settings(data_dir=folder / "data", database_url=url, secret_key=SECRET, log_format="json")
    (folder / "data").mkdir()
    exam = exam_school.populate(
        settings, pupils=options.pupils, questions=options.answers, duration_seconds=options.seconds
    )
    server = Server(folder, url)
    told = [Told(seat) for seat in exam.seats]
    began = time.monotonic()
    try:
        server.start()
        began = time.monotonic()
        threads = [
            threading.Thread(target=_pupil, args=(server.port, exam, one, options, random.Random(rng.random()), place))
            for place, one in enumerate(told)
        ]
        for thread in threads:
            thread.start()
        kills = _kill_now_and_then(server, options, rng, began)
        for thread in threads:
            thread.join()
        _wait_for_closing(settings, exam, options.seconds)
    finally:
        server.stop()
    found = verify(settings, exam, told)
    return {"kills": kills, "seconds": round(time.monotonic() - began), **found}


def _kill_now_and_then(server: Server, options: argparse.Namespace, rng: random.Random, began: float) -> int:
    """Kill at seeded moments of the busy time; a kill counts when something was alive."""
    busy = options.seconds * 0.7
    moments = sorted(rng.uniform(busy * 0.1, busy) for _ in range(options.kills))
    hits = 0
    for moment in moments:
        time.sleep(max(0.0, began + moment - time.monotonic()))
        hits += server.kill() >= 2  # the watcher and at least one worker
        server.start()
    return hits


def _pupil(
    port: int, exam: exam_school.Exam, told: Told, options: argparse.Namespace, rng: random.Random, place: int
) -> None:
    until = time.monotonic() + options.seconds + 45
    _begin(port, exam, told, until)
    if not told.uid:
        return
    think = options.seconds * 0.7 / options.answers
    for number in range(1, options.answers + 1):
        time.sleep(rng.uniform(0.2, 1.8) * think / 2)
        _answer(port, told, number, rng, until)
    if place % 4:  # every fourth pupil never hands in
        _hand_in(port, told, until)


def _ask(
    port: int, method: str, path: str, body: str | None, headers: dict[str, str]
) -> tuple[int, str, http.client.HTTPResponse] | None:
    """One request on a connection of its own; None when there was no whole answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, body=body, headers=headers)
        response = connection.getresponse()
        return response.status, response.read().decode(), response
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def _begin(port: int, exam: exam_school.Exam, told: Told, until: float) -> None:
    """Press the button like a browser: form token, device cookie, page."""
    while time.monotonic() < until:
        opened = _ask(port, "GET", f"/quizzes/{exam.quiz_uid}", None, {"Cookie": told.seat.cookie})
        found = _CSRF.search(opened[1]) if opened and opened[0] == 200 else None
        if opened and found:
            cookies = [told.seat.cookie.split("; ")[0]]
            given = {
                part.partition("=")[0]: part.partition(";")[0] for part in opened[2].headers.get_all("Set-Cookie") or []
            }
            name = cookies[0].partition("=")[0]
            cookie = "; ".join([given.pop(name, cookies[0]), *given.values()])
            form = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
            started = _ask(port, "POST", f"/quizzes/{exam.quiz_uid}/start", f"csrf_token={found[1]}", form)
            if started and started[0] == 303:
                path = started[2].headers["Location"]
                page = _ask(port, "GET", path, None, {"Cookie": cookie})
                token = _TOKEN.search(page[1]) if page and page[0] == 200 else None
                if token:
                    told.uid, told.token = path.rpartition("/")[2], token[1]
                    return
        told.repeats += 1
        time.sleep(0.2)


def _answer(port: int, told: Told, number: int, rng: random.Random, until: float) -> None:
    """Send one answer until it is acknowledged, sometimes once more afterwards."""
    response = {"choice": rng.choice(exam_school.OPTIONS)}
    event = {"seq": number * 1000, "slot": number, "response": response, "mono": number}
    body = json.dumps({"tab": "bench", "events": [event]})
    headers = {"Content-Type": "application/json", "X-Exam-Token": told.token}
    again = rng.random() < 0.2
    standing = ""
    while time.monotonic() < until:
        reply = _ask(port, "POST", f"/exam/{told.uid}/events", body, headers)
        if reply is None or reply[0] >= 500:
            told.repeats += 1
            time.sleep(rng.uniform(0.1, 0.5))
            continue
        saved = json.loads(reply[1]).get("saved", [])
        if reply[0] != 200 or len(saved) != 1 or saved[0][0] != event["seq"]:
            told.wrong += 1
            return
        if standing:
            told.wrong += standing != saved[0][1]
            return
        standing = saved[0][1]
        told.acks.append(("bench", number * 1000, number, json.dumps(response, separators=(",", ":")), standing))
        if not again:
            return


def _hand_in(port: int, told: Told, until: float) -> None:
    """Hand in until told that it is done; one in two times once more."""
    while time.monotonic() < until:
        reply = _ask(port, "POST", f"/exam/{told.uid}/finish", "", {"X-Exam-Token": told.token})
        if reply and reply[0] == 200:
            receipt = json.loads(reply[1])["receipt"]
            told.wrong += bool(told.receipt) and receipt != told.receipt
            if told.receipt:
                return
            told.receipt = receipt
            continue
        told.repeats += 1
        time.sleep(0.3)


@contextmanager
def _reading(settings: Settings) -> Iterator[Session]:
    """Look into the database from this process."""
    app = create_app(replace(settings, environment="test"))
    with db.open_session(writes=False) as session:
        yield session
    jobs.close()
    app.extensions["gieo_engine"].dispose()


def _wait_for_closing(settings: Settings, exam: exam_school.Exam, seconds: int) -> None:
    """Wait, without touching the server, until every attempt is handed in or its time is long over."""
    until = time.monotonic() + seconds + 100
    with _reading(settings) as session:
        while time.monotonic() < until:
            session.rollback()
            attempts = session.scalars(select(Attempt.id).where(Attempt.quiz_id == exam.quiz_id)).all()
            handed = session.scalars(select(Submission.attempt_id).where(Submission.attempt_id.in_(attempts))).all()
            if len(handed) >= len(attempts):
                return
            time.sleep(1)


def verify(settings: Settings, exam: exam_school.Exam, told: list[Told]) -> dict[str, Any]:
    """Compare what clients were told with what the database holds."""
    found: Counter[str] = Counter(dict.fromkeys(FAULTS, 0))
    slowest = timedelta(0)
    with _reading(settings) as session:
        attempts = {one.uid: one for one in session.scalars(select(Attempt).where(Attempt.quiz_id == exam.quiz_id))}
        found["not_started"] = sum(1 for one in told if one.uid not in attempts)
        for one in told:
            attempt = attempts.get(one.uid)
            if attempt is None:
                continue
            events = session.scalars(select(AttemptEvent).where(AttemptEvent.attempt_id == attempt.id)).all()
            _check_events(found, one, attempt, events)
            submissions = session.scalars(select(Submission).where(Submission.attempt_id == attempt.id)).all()
            if len(submissions) != 1:
                found["submissions_wrong"] += 1
                continue
            after = submissions[0].handed_in_at - attempt.deadline_at
            slowest = max(slowest, after)
            found["closed_too_late"] += after > CLOSED_WITHIN
            found["receipts_wrong"] += bool(one.receipt) and submissions[0].receipt != one.receipt
            found["scores_wrong"] += not _score_is_right(session, attempt, events)
        school_id = next(iter(attempts.values())).school_id
        handed_in = session.scalars(
            select(AuditEntry.subject_uid).where(
                AuditEntry.school_id == school_id, AuditEntry.kind == "attempt.handed_in"
            )
        ).all()
        found["audit_wrong"] += sorted(handed_in) != sorted(attempts)
        found["audit_wrong"] += not audit.verify(session, school_id).holds
    found["bad_replies"] = sum(one.wrong for one in told)
    return {
        "acknowledged": sum(len(one.acks) for one in told),
        "resent": sum(one.repeats for one in told),
        **found,
        "slowest_closing_s": round(slowest.total_seconds(), 1),
    }


def _check_events(found: Counter[str], told: Told, attempt: Attempt, events: Any) -> None:
    stored = {(row.client_id.rpartition(".")[2], row.client_seq): row for row in events}
    found["duplicates"] += len(events) - len(stored)
    for tab, seq, slot, response, standing in told.acks:
        row = stored.get((tab, seq))
        found["lost"] += row is None or row.slot != slot or row.payload != response or row.standing != standing
    found["late_accepted"] += sum(
        1 for row in events if row.standing == Standing.APPLIED and row.server_at > attempt.accept_until_at
    )


def _score_is_right(session: Session, attempt: Attempt, events: Any) -> bool:
    """Mark the events anew and compare with the stored total."""
    answers = project(
        Event(row.id, row.slot, row.client_seq, Standing(row.standing), json.loads(row.payload))
        for row in events
        if row.kind == EventKind.ANSWER
    )
    items = versions_of(session, attempt.form)
    points = Fraction(0)
    for slot in attempt.form.document:
        item = items[slot["version"]]
        answer = answers.get(slot["number"])
        share = bank.score(item.body, item.key, answer.response if answer else None).fraction
        points += Fraction(slot["worth"]) * share
    total = session.get(AttemptScore, (attempt.quiz.current_run_id, attempt.id))
    return total is not None and total.points == points
