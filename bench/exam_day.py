"""A whole grade takes one test on this machine: all start, save all the time, all hand in at the bell; nothing is lost.

The real server (`python -m lms.cli serve`) and the crowd of pupils (`bench.pupils`) share the machine; the CPU of each
is told apart, and so is what anybody else used meanwhile. The middle of the test is compressed in time, by a factor
that is printed. At the end the database is read: every acknowledged answer, every receipt and every total must be
there.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from bench import exam_crowd, exam_school, machine, processes
from bench.outcome import Outcome
from lms.app import create_app
from lms.base import audit, db, jobs
from lms.base.config import Settings
from lms.quizzes.domain.states import Standing
from lms.quizzes.models import Attempt, AttemptEvent, AttemptScore, ResponseCurrent, Submission
from tests import postgres

GOALS = (
    "0 errors, 0 lost, p99 of a save at most 500 ms, of a start 2 s, all within 60 s each, application at most 500 MB: "
    "10,000 pupils on PostgreSQL; on SQLite the largest cohort that keeps this, 3,000 or more"
)
QUESTIONS = SAVES = 40
LASTS = 45 * 60  # seconds of the test that is played
MOST_SAVE_MS, MOST_START_MS, MOST_MEMORY_MB, MOST_SECONDS = 500, 2000, 500, 60
COHORTS = {"sqlite": (100, 1000, 2000, 3000), "postgresql": (100, 1000, 10_000)}
WANTED = {"sqlite": 3000, "postgresql": 10_000}
SECRET = "bench-secret-bench-secret-bench-secret"
WORTH = Fraction(1, 2)  # of each question; "b" is right


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--database", choices=("both", "sqlite", "postgresql"), default="both")
    parser.add_argument("--pupils", type=str, default="", help="cohorts, smallest first, as 100,1000,10000")
    parser.add_argument("--start-seconds", type=float, default=57, help="over which starts are spread (default 57)")
    parser.add_argument(
        "--middle-seconds", type=float, default=420, help="over which the saves are spread (default 420)"
    )
    parser.add_argument("--end-seconds", type=float, default=55, help="over which hand-ins are spread (default 55)")
    parser.add_argument("--workers", type=int, default=2, help="server processes on PostgreSQL (default 2)")
    parser.add_argument("--threads", type=int, default=8, help="request threads of each (default 8)")
    parser.add_argument("--seed", type=int, default=None, help="of moments and answers; printed")
    parser.add_argument(
        "--quick", action="store_true", help="200 pupils in seconds; says nothing about the goal's size"
    )


def run(options: argparse.Namespace) -> Outcome:
    """Play the cohorts on each database that is asked for, the smallest first; stop at the first that fails."""
    seed = options.seed if options.seed is not None else random.randrange(2**31)
    if options.quick:
        options.start_seconds, options.middle_seconds, options.end_seconds = 4, 8, 4
    factor = round(LASTS / options.middle_seconds, 1)
    figures: dict[str, Any] = {"seed": seed, "factor": factor}
    lines = [f"seed {seed}: {SAVES} saves each, a test of {LASTS // 60} minutes compressed {factor} times"]
    lines += [f"attention: {problem}" for problem in machine.prepare()]
    ok = True
    for kind in ("sqlite", "postgresql") if options.database == "both" else (options.database,):
        if kind == "postgresql" and postgres.programs() is None:
            lines.append("postgresql: not installed here, not played")
            ok = False
            continue
        asked = [int(size) for size in options.pupils.split(",") if size]
        cohorts = asked or ((200,) if options.quick else COHORTS[kind])
        largest = 0
        for pupils in cohorts:
            machine.say(f"{kind}, {pupils} pupils")
            try:
                found = play(options, kind, pupils, seed)
            except (RuntimeError, OSError) as trouble:
                lines.append(f"{kind}, {pupils} pupils: GAVE UP; {trouble}")
                break
            figures[f"{kind}_{pupils}"] = found
            beyond = missed(found)
            lines.append(f"{kind}, {pupils} pupils: {'MISSED ' + '; '.join(beyond) if beyond else 'kept'}")
            lines.append(f"  {_words(found)}")
            machine.say(lines[-2])
            if beyond:
                break
            largest = pupils
        figures[f"{kind}_largest"] = largest
        wanted = max(cohorts) if asked or options.quick else WANTED[kind]
        lines.append(f"{kind}: the largest cohort that kept everything is {largest}, wanted {wanted}")
        ok = ok and largest >= wanted
    return Outcome(figures=figures, ok=ok, text="\n".join([*lines, *_scaling(figures)]))


MOST = {
    "errors": 0,
    "lost": 0,
    "wrong": 0,
    "save_p99_ms": MOST_SAVE_MS,
    "start_p99_ms": MOST_START_MS,
    "memory_mb": MOST_MEMORY_MB,
    "starts_took_s": MOST_SECONDS,
    "hand_ins_took_s": MOST_SECONDS,
}


def missed(found: dict[str, Any]) -> list[str]:
    """Where a cohort did not keep the figures of the goal."""
    return [f"{name} {found[name]}, at most {most}" for name, most in MOST.items() if found[name] > most]


def _scaling(figures: dict[str, Any]) -> list[str]:
    """What one pupil costs in cohorts of each size."""
    return [
        f"scaling, {name.replace('_', ' ')} pupils: a pupil costs the server {one['server_ms_a_pupil']} ms of CPU; "
        f"p99 of a start {one['start_p99_ms']} ms, a save {one['save_p99_ms']} ms, a hand-in {one['hand_in_p99_ms']} ms"
        for name, one in figures.items()
        if isinstance(one, dict)
    ]


def _words(found: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in found.items())


def play(options: argparse.Namespace, kind: str, pupils: int, seed: int) -> dict[str, Any]:
    """One cohort from an empty database to the last receipt."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gieo-day-")))
        url, database = "", None
        if kind == "postgresql":
            database = stack.enter_context(postgres.started(durable=True))
            url = database.url(database.create())
        settings = Settings(
            data_dir=folder / "data", database_url=url, secret_key=SECRET, environment="production", log_format="json"
        )
        exam = exam_school.populate(settings, pupils=pupils, questions=QUESTIONS, duration_seconds=4 * 3600)
        server = stack.enter_context(served(options, folder, url, kind))
        used = _Used(server, database)
        told = exam_crowd.play(folder, _plan(options, server, exam, seed), used.megabytes)
        spent = used.since(told["cpu_seconds"])
        found = {
            "start_p50_ms": told["p50"]["start"],
            "start_p99_ms": told["p99"]["start"],
            "save_p50_ms": told["p50"]["save"],
            "save_p99_ms": told["p99"]["save"],
            "hand_in_p50_ms": told["p50"]["hand_in"],
            "hand_in_p99_ms": told["p99"]["hand_in"],
            "starts_took_s": told["took"][0],
            "saves_took_s": told["took"][1],
            "hand_ins_took_s": told["took"][2],
            "errors": sum(told["errors"].values()),
            "memory_mb": told["memory_mb"],
            **spent,
            "server_ms_a_pupil": round(spent["cpu_server_s"] / pupils * 1000, 1),
        }
        if told["errors"]:
            found["kinds_of_errors"] = told["errors"]
        return found | verify(settings, exam, told["told"])


@dataclass(frozen=True)
class Server:
    """What serves: the port, and every process of the application."""

    port: int
    processes: Sequence[subprocess.Popen[bytes]]


@contextmanager
def served(options: argparse.Namespace, folder: Path, url: str, kind: str) -> Iterator[Server]:
    """The application as an administrator runs it: one process on SQLite; workers and one for jobs on PostgreSQL."""
    workers = options.workers if kind == "postgresql" else 1
    port = processes.free_port()
    environment = {
        "GIEO_DATA_DIR": str(folder / "data"),
        "GIEO_SECRET_KEY": SECRET,
        "GIEO_PORT": str(port),
        "GIEO_THREADS": str(options.threads),
        "GIEO_WORKERS": str(workers),
        "GIEO_LOG_FORMAT": "json",
    } | ({"GIEO_DATABASE_URL": url} if url else {})
    log = folder / "server.log"
    running = [processes.start(["-m", "lms.cli", "serve"], environment, log)]
    try:
        processes.wait_for(port, "/readyz", running[0], 120)
        if workers > 1:
            running.append(processes.start(["-m", "lms.cli", "jobs"], environment, log))
        yield Server(port, running)
    finally:
        for one in reversed(running):
            processes.stop(one)


class _Used:
    """What server, database and others use from now on."""

    def __init__(self, server: Server, database: postgres.Server | None) -> None:
        self._server = server
        self._database = database
        self._began = self._read()

    def megabytes(self) -> float:
        """What the application holds now."""
        return sum(processes.megabytes(one.pid) for one in self._server.processes)

    def since(self, pupils: float) -> dict[str, float]:
        """Seconds of CPU since the beginning, those of the pupils as they told them."""
        now = self._read()
        server, database, everybody, at = (end - start for start, end in zip(self._began, now, strict=True))
        return {
            "cpu_server_s": round(server, 1),
            "cpu_database_s": round(database, 1),
            "cpu_pupils_s": pupils,
            "cpu_others_s": round(max(0.0, everybody - server - database - pupils), 1),
            "seconds": round(at, 1),
        }

    def _read(self) -> tuple[float, float, float, float]:
        server = sum(processes.cpu_seconds(one.pid) for one in self._server.processes)
        database = processes.cpu_seconds(self._database.process.pid) if self._database else 0.0
        return server, database, machine.cpu_seconds(), time.monotonic()


def _plan(options: argparse.Namespace, server: Server, exam: exam_school.Exam, seed: int) -> dict[str, Any]:
    return {
        "port": server.port,
        "seed": seed,
        "quiz_uid": exam.quiz_uid,
        "questions": QUESTIONS,
        "saves": SAVES,
        "start_seconds": options.start_seconds,
        "middle_seconds": options.middle_seconds,
        "end_seconds": options.end_seconds,
        "seats": [[seat.pupil_id, seat.cookie, seat.csrf] for seat in exam.seats],
    }


def verify(settings: Settings, exam: exam_school.Exam, told: Sequence[Any]) -> dict[str, int]:
    """Compare what pupils were told with the database: acknowledged answers, receipts, totals, the audit chain."""
    app = create_app(settings)
    lost = wrong = 0
    with db.open_session(writes=False) as session:
        stored = dict(
            session.execute(
                select(Attempt.uid, func.count(AttemptEvent.id))
                .join(AttemptEvent, AttemptEvent.attempt_id == Attempt.id)
                .where(AttemptEvent.standing == Standing.APPLIED.value)
                .group_by(Attempt.uid)
            ).all()
        )
        kept: dict[str, dict[int, str]] = {}
        for uid, slot, response in session.execute(
            select(Attempt.uid, ResponseCurrent.slot, ResponseCurrent.response).join(
                ResponseCurrent, ResponseCurrent.attempt_id == Attempt.id
            )
        ):
            kept.setdefault(uid, {})[slot] = response["choice"]
        ended = {
            row.uid: row
            for row in session.execute(
                select(Attempt.uid, Submission.receipt, AttemptScore.points)
                .join(Submission, Submission.attempt_id == Attempt.id)
                .join(AttemptScore, AttemptScore.attempt_id == Attempt.id)
            )
        }
        for _pupil_id, uid, answers, saved, receipt in told:
            sent = {int(slot): choice for slot, choice in answers.items()}
            lost += saved - min(saved, stored.get(uid, 0))
            lost += sum(1 for slot, choice in sent.items() if kept.get(uid, {}).get(slot) != choice)
            row = ended.get(uid)
            points = WORTH * sum(1 for choice in sent.values() if choice == "b")
            wrong += row is None or row.receipt != receipt or row.points != points
        wrong += len(ended) != len(told)
        schools = session.scalars(select(Attempt.school_id).distinct()).all()
        wrong += sum(not audit.verify(session, school_id).holds for school_id in schools)
    jobs.close()
    app.extensions["gieo_engine"].dispose()
    return {"lost": lost, "wrong": wrong}
