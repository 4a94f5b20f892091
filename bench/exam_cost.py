"""What one durable save and one start of a test cost the server in CPU, against a bare Flask view with one INSERT."""

from __future__ import annotations

import argparse
import http.client
import json
import re
import statistics
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench import exam_school, processes
from bench.outcome import Outcome
from lms.base.config import Settings
from tests import postgres

GOALS = "server CPU of a durable save at most 2.0 times that of a bare durable INSERT, on SQLite and PostgreSQL"
MOST = 2.0
SECRET = "bench-secret-bench-secret-bench-secret"
_TOKEN = re.compile(r'data-token="([^"]+)"')
_CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class Costs:
    """Milliseconds of server CPU each, one entry a round; those of the database server apart."""

    bare: list[float] = field(default_factory=list)
    save: list[float] = field(default_factory=list)
    start: list[float] = field(default_factory=list)
    bare_database: list[float] = field(default_factory=list)
    save_database: list[float] = field(default_factory=list)
    errors: int = 0

    def figures(self) -> dict[str, float]:
        bare, save, start = (statistics.median(values) for values in (self.bare, self.save, self.start))
        found = {
            "bare_ms": round(bare, 3),
            "save_ms": round(save, 3),
            "start_ms": round(start, 3),
            "save_ratio": round(save / bare, 2),
            "start_ratio": round(start / bare, 2),
            "errors": self.errors,
        }
        if any(self.bare_database):
            found["bare_database_ms"] = round(statistics.median(self.bare_database), 3)
            found["save_database_ms"] = round(statistics.median(self.save_database), 3)
        return found


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--database", choices=("both", "sqlite", "postgresql"), default="both")
    parser.add_argument("--saves", type=int, default=2000, help="saves in each round (default 2000)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds, bare and real in turn (default 3)")
    parser.add_argument("--clients", type=int, default=40, help="pupils at the same time (default 40)")
    parser.add_argument("--threads", type=int, default=8, help="request threads of either server (default 8)")


def run(options: argparse.Namespace) -> Outcome:
    """Measure on each database that is asked for."""
    figures: dict[str, Any] = {}
    lines = [
        f"{options.rounds} rounds of {options.saves} saves by {options.clients} pupils at once; "
        f"granian with {options.threads} threads; the yardstick is one durable Core INSERT a request.",
    ]
    ok = True
    for kind in ("sqlite", "postgresql") if options.database == "both" else (options.database,):
        if kind == "postgresql" and postgres.programs() is None:
            lines.append("postgresql: not installed here, not measured")
            ok = False
            continue
        with tempfile.TemporaryDirectory(prefix="gieo-cost-") as folder, _database(kind) as (url, server):
            found = measure(options, Path(folder), url, server).figures()
        figures[kind] = found
        ok = ok and found["save_ratio"] <= MOST and not found["errors"]
        lines.append(
            f"{kind}: bare INSERT {found['bare_ms']} ms, save {found['save_ms']} ms = {found['save_ratio']} ×, "
            f"start with the page {found['start_ms']} ms = {found['start_ratio']} ×"
            + (
                f"; the database server itself: {found['bare_database_ms']} and {found['save_database_ms']} ms"
                if "save_database_ms" in found
                else ""
            )
        )
    return Outcome(figures=figures, ok=ok, text="\n".join(lines))


@contextmanager
def _database(kind: str) -> Iterator[tuple[str, postgres.Server | None]]:
    if kind == "sqlite":
        yield "", None
        return
    with postgres.started(durable=True) as server:
        yield server.url(server.create()), server


def measure(options: argparse.Namespace, folder: Path, url: str, database: postgres.Server | None) -> Costs:
    """Run both servers side by side and load them in turn."""
    costs = Costs()
    settings = Settings(
        data_dir=folder / "real", database_url=url, secret_key=SECRET, environment="production", log_format="json"
    )
    rounds_of_starts = options.rounds
    exam = exam_school.populate(
        settings, pupils=options.clients * (rounds_of_starts + 1), questions=20, duration_seconds=5400
    )
    with _server("real", folder / "real", url, options) as real, _server("bare", folder / "bare", url, options) as bare:
        groups = [exam.seats[start :: rounds_of_starts + 1] for start in range(rounds_of_starts + 1)]
        attempts = _begin(real, exam, groups[0], costs)
        for which in range(options.rounds + 1):  # the first round warms up
            warm = which == 0
            saves = max(200, options.saves // 10) if warm else options.saves
            for cpu, in_database, server, work in (
                (costs.bare, costs.bare_database, bare, _bare_worker),
                (costs.save, costs.save_database, real, _save_worker),
            ):
                before, before_database = processes.cpu_seconds(server[1].pid), _database_cpu(database)
                costs.errors += _in_parallel(server[0], attempts, saves, which, work)
                if not warm:
                    cpu.append((processes.cpu_seconds(server[1].pid) - before) / saves * 1000)
                    in_database.append((_database_cpu(database) - before_database) / saves * 1000)
            if not warm:
                tokens = _open_start_pages(real, exam, groups[which], costs)
                before = processes.cpu_seconds(real[1].pid)
                _begin(real, exam, groups[which], costs, tokens)
                costs.start.append((processes.cpu_seconds(real[1].pid) - before) / len(groups[which]) * 1000)
    return costs


Server = tuple[int, "subprocess.Popen[bytes]"]


@contextmanager
def _server(kind: str, folder: Path, url: str, options: argparse.Namespace) -> Iterator[Server]:
    folder.mkdir(exist_ok=True)
    port = processes.free_port()
    environment = {
        "GIEO_DATA_DIR": str(folder),
        "GIEO_SECRET_KEY": SECRET,
        "GIEO_PORT": str(port),
        "GIEO_THREADS": str(options.threads),
        "GIEO_LOG_FORMAT": "json",
    }
    if url:
        environment["GIEO_DATABASE_URL"] = url
    process = processes.start(["-m", "bench.exam_server", kind], environment, folder / "server.log")
    try:
        processes.wait_for(port, "/", process)
        yield port, process
    finally:
        processes.stop(process)


def _database_cpu(database: postgres.Server | None) -> float:
    return processes.cpu_seconds(database.process.pid) if database else 0.0


@dataclass(frozen=True)
class Running:
    """An attempt and the token of its page."""

    uid: str
    token: str


def _ask(
    connection: http.client.HTTPConnection, method: str, path: str, body: str | None, headers: dict[str, str]
) -> tuple[int, bytes, http.client.HTTPResponse]:
    connection.request(method, path, body=body, headers=headers)
    response = connection.getresponse()
    return response.status, response.read(), response


def _open_start_pages(
    server: Server, exam: exam_school.Exam, seats: Sequence[exam_school.Seat], costs: Costs
) -> list[tuple[str, str]]:
    """What a pupil's browser has before pressing the button: session cookie and form token."""
    found = []
    connection = http.client.HTTPConnection("127.0.0.1", server[0], timeout=30)
    for seat in seats:
        status, page, response = _ask(connection, "GET", f"/quizzes/{exam.quiz_uid}", None, {"Cookie": seat.cookie})
        costs.errors += status != 200
        cookies = {part.partition("=")[0]: part for part in seat.cookie.split("; ")}
        for header in response.headers.get_all("Set-Cookie") or []:
            part = header.partition(";")[0]
            cookies[part.partition("=")[0]] = part
        token = _CSRF.search(page.decode())
        found.append(("; ".join(cookies.values()), token[1] if token else ""))
    return found


def _begin(
    server: Server,
    exam: exam_school.Exam,
    seats: Sequence[exam_school.Seat],
    costs: Costs,
    prepared: Sequence[tuple[str, str]] = (),
) -> list[Running]:
    """Start and open the page, one after the other: what a start costs does not depend on the crowd."""
    running = []
    connection = http.client.HTTPConnection("127.0.0.1", server[0], timeout=30)
    for cookie, token in prepared or _open_start_pages(server, exam, seats, costs):
        headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
        status, _body, response = _ask(
            connection, "POST", f"/quizzes/{exam.quiz_uid}/start", f"csrf_token={token}", headers
        )
        path = response.headers.get("Location", "")
        status_of_page, page, _response = _ask(connection, "GET", path or "/", None, {"Cookie": cookie})
        found = _TOKEN.search(page.decode())
        costs.errors += status != 303 or status_of_page != 200 or found is None
        running.append(Running(path.rpartition("/")[2], found[1] if found else ""))
    return running


Worker = Callable[[http.client.HTTPConnection, Running, int, int], bool]


def _bare_worker(connection: http.client.HTTPConnection, attempt: Running, place: int, seq: int) -> bool:
    body = json.dumps(
        {"attempt": place, "client": attempt.uid, "seq": seq, "slot": seq % 20 + 1, "payload": '{"choice":"b"}'}
    )
    status, _body, _response = _ask(connection, "POST", "/save", body, {"Content-Type": "application/json"})
    return status == 200


def _save_worker(connection: http.client.HTTPConnection, attempt: Running, _place: int, seq: int) -> bool:
    event = {"seq": seq, "slot": seq % 20 + 1, "response": {"choice": "abcd"[seq % 4]}, "mono": seq}
    status, body, _response = _ask(
        connection,
        "POST",
        f"/exam/{attempt.uid}/events",
        json.dumps({"tab": "bench", "events": [event]}),
        {"Content-Type": "application/json", "X-Exam-Token": attempt.token},
    )
    return status == 200 and json.loads(body)["saved"] == [[seq, "applied"]]


def _in_parallel(port: int, attempts: Sequence[Running], saves: int, which: int, work: Worker) -> int:
    """Share saves among pupils who all save at the same time; returns how many failed."""
    failed: list[int] = []
    each = saves // len(attempts)

    def pupil(place: int, attempt: Running) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        bad = 0
        for number in range(1, each + 1):
            try:
                bad += not work(connection, attempt, place, which * 1_000_000 + number)
            except OSError:
                bad += 1
                connection.close()
        failed.append(bad)

    threads = [threading.Thread(target=pupil, args=pair) for pair in enumerate(attempts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(failed)
