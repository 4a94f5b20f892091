"""The bank's page with many questions: searches by words, facets, orders and pages, by people of every kind.

A school gets a bank of made-up Vietnamese questions (`bench.harness.questions`). The page is asked through the whole
application, as a browser gets it, one request after the other; beside it the same searches are put to the database as
plain SQL with LIKE, counts and facets, as the page did without an index. Before that, totals and counts of some
searches are held against the plain meaning of a search over every question.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlencode

from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bench.harness.bank import Filled, filled_bank
from bench.harness.questions import LABELS, SOURCES, TASKS
from bench.outcome import Outcome
from lms.base import db
from lms.base.paging import PageRequest
from lms.base.permissions import Actor
from lms.base.text import fold
from lms.base.users import User
from lms.school.service import load_actor
from question_bank.items.models import ItemVersion
from question_bank.items.queries import visible_to
from question_bank.items.search.entries import entries
from question_bank.items.search.service import catch_up, find
from question_bank.items.search.wanted import Order, Wanted, found_among, tally
from question_bank.permissions import marks_of
from tests.conftest import sign_in

GOALS = "the page answers in <= 50 ms (p95) at 100,000 questions, 0 totals or counts that differ from the plain meaning"
LIMIT_MS = 50.0
SEARCHED = (
    "phương trình", "xac suat", "hình thang cân", "Cần Thơ", "bàn phím", '"Điện Biên Phủ"', "truyện -Huế", "nhan* hoa",
    "sắt", "x 2", "Lặng lẽ Sa Pa", "toc do trung binh", "kính hiển vi", "vat li", "viên bi màu đỏ", "zzz",
)  # fmt: skip
PLAIN = [getattr(ItemVersion, name) for name in ("subject_id", "state", "type", "level", "grade", "topic")]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take --quick, --questions, --requests and --seed."""
    parser.add_argument("--quick", action="store_true", help="5,000 questions, 60 requests")
    parser.add_argument("--questions", type=int, default=0)
    parser.add_argument("--requests", type=int, default=0)
    parser.add_argument("--seed", type=int, default=20_261_125)


def run(options: argparse.Namespace) -> Outcome:
    """Fill, index, compare, measure."""
    count = options.questions or (5_000 if options.quick else 100_000)
    asked = options.requests or (60 if options.quick else 400)
    with tempfile.TemporaryDirectory() as folder:
        filling, held = _timed(lambda: filled_bank(Path(folder), count, options.seed).__enter__())
        before = _memory_mb()
        indexing, told = _timed(catch_up)
        after = _memory_mb()
        size = sum(path.stat().st_size for path in (Path(folder) / "search").rglob("*") if path.is_file())
        draw = Random(options.seed)
        people = _people(held)
        searches = [_search(draw, held) for _ in range(asked)]
        faults = _faults(people, searches[: 6 if options.quick else 12])
        pages, cpu = _pages(held, people, searches, draw)
        index_ms = [ms for ms, _ in _finds(people, searches)]
        plain_ms = _plainly(people, searches[: 12 if options.quick else 40])
        held.app.extensions["gieo_engine"].dispose()
    page, index, plain = _p95(pages), _p95(index_ms), _p95(plain_ms)
    figures: dict[str, Any] = {
        "seed": options.seed, "questions": count, "requests": asked, "fill_s": round(filling, 1),
        "build_s": round(indexing, 1), "indexed": told, "index_mb": round(size / 1e6, 1),
        "build_memory_mb": round(after - before), "memory_mb": round(_memory_mb()),
        "page_p50_ms": round(statistics.median(pages), 1), "page_p95_ms": round(page, 1),
        "page_max_ms": round(max(pages), 1),
        "page_cpu_p95_ms": round(_p95(cpu), 1), "find_p95_ms": round(index, 1), "plain_p95_ms": round(plain, 1),
        "plain_over_ours": round(statistics.median(plain_ms) / statistics.median(index_ms), 1), "faults": faults,
    }  # fmt: skip
    ok = page <= LIMIT_MS and not faults
    return Outcome(figures, ok, _said(figures))


def _said(figures: dict[str, Any]) -> str:
    return (
        "{questions} questions, seed {seed}: written in {fill_s} s, index of {index_mb} MB built in {build_s} s "
        "(+{build_memory_mb} MB, {memory_mb} MB in all)\n"
        "page, {requests} requests: median {page_p50_ms} ms, p95 {page_p95_ms} ms, longest {page_max_ms} ms; "
        "p95 of its CPU {page_cpu_p95_ms} ms\n"
        "search and rows alone: p95 {find_p95_ms} ms; by LIKE and GROUP BY p95 {plain_p95_ms} ms, "
        "{plain_over_ours} × at the median\n"
        "totals and counts against the plain meaning: {faults} differ"
    ).format(**{**figures, "faults": len(figures["faults"])})


def _timed(act: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    result = act()
    return time.perf_counter() - began, result


def _memory_mb() -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _p95(times: Sequence[float]) -> float:
    return sorted(times)[max(0, int(len(times) * 0.95) - 1)]


def _people(held: Filled) -> list[tuple[User, Actor]]:
    """A head, a teacher, the head of the school."""
    maths = held.writers["Toán"]
    chosen = [maths[0], maths[-1], held.writers["Tin học"][0], held.school.leader]
    with db.open_session(writes=False) as session:
        return [(user, load_actor(session, session.get_one(User, user.id))) for user in chosen if user is not None]


def _search(draw: Random, held: Filled) -> Wanted:
    chosen: dict[str, str] = {}
    subject = held.school.subjects[draw.choice(list(TASKS))]
    values: dict[str, str] = {
        "subject": subject.uid,
        "grade": str(draw.randint(6, 9)),
        "type": draw.choice(["single_choice", "cluster", "essay"]),
        "level": draw.choice(["NB", "TH", "VD"]),
        "state": draw.choice(["approved", "draft", "submitted", "retired"]),
        "topic": f"{draw.choice(TASKS['Toán'])[0]} {draw.randint(6, 9)}",
        "outcome": f"TO{draw.randint(6, 9)}.1.{draw.randint(1, 8)}",
        "source": draw.choice(SOURCES[1:]),
        "year": str(draw.randint(2018, 2026)),
        "label": draw.choice(LABELS),
    }
    for name in draw.sample(list(values), draw.choice((0, 0, 1, 1, 2, 3))):
        chosen[name] = values[name]
    return Wanted(draw.choice(SEARCHED) if draw.random() < 0.6 else "", chosen, draw.choice(list(Order)))


def _faults(people: list[tuple[User, Actor]], searches: list[Wanted]) -> list[str]:
    """The searches whose total or counts are not what the plain meaning says."""
    faults = []
    with db.open_session(writes=False) as session:
        known = list(entries(session))
        for place, wanted in enumerate(searches):
            actor = people[place % len(people)][1]
            places, counts = tally(found_among(known, wanted, marks_of(actor)), wanted)
            found = find(session, actor, wanted)
            if (found.page.total, found.counts) != (len(places), counts):
                faults.append(f"{wanted.typed} {wanted.filters}: {found.page.total} for {len(places)}")
    return faults


def _address(wanted: Wanted, page: int) -> str:
    asked = {"q": wanted.typed, **wanted.filters, "sort": wanted.order.value, "page": str(page)}
    return "/bank?" + urlencode({name: value for name, value in asked.items() if value})


def _pages(
    held: Filled, people: list[tuple[User, Actor]], searches: list[Wanted], draw: Random
) -> tuple[list[float], list[float]]:
    """Milliseconds of each request, by the clock and of the processor; the first of each person is not counted."""
    clients: list[FlaskClient] = [sign_in(held.app, user) for user, _ in people]
    for client in clients:
        client.get("/bank")
    times, cpu = [], []
    for wanted in searches:
        address = _address(wanted, draw.choice((1, 1, 1, 2, 3, 40)))
        began, spent = time.perf_counter(), time.process_time()
        answer = clients[len(times) % len(clients)].get(address)
        cpu.append((time.process_time() - spent) * 1000)
        times.append((time.perf_counter() - began) * 1000)
        if answer.status_code != 200:
            raise RuntimeError(f"{address} answers {answer.status_code}")
    return times, cpu


def _finds(people: list[tuple[User, Actor]], searches: list[Wanted]) -> list[tuple[float, int]]:
    """Milliseconds of the verb alone, and how many it found."""
    taken = []
    for place, wanted in enumerate(searches):
        with db.open_session(writes=False) as session:
            seconds, found = _timed(
                lambda session=session, place=place, wanted=wanted: find(
                    session, people[place % len(people)][1], wanted, PageRequest()
                )
            )
        taken.append((seconds * 1000, found.page.total))
    return taken


def _plainly(people: list[tuple[User, Actor]], searches: list[Wanted]) -> list[float]:
    """Milliseconds of the same words by LIKE: a total, a page, and six facets."""
    times = []
    for place, wanted in enumerate(searches):
        with db.open_session(writes=False) as session:
            actor = people[place % len(people)][1]
            seconds, _ = _timed(lambda session=session, actor=actor, wanted=wanted: _by_like(session, actor, wanted))
            times.append(seconds * 1000)
    return times


def _by_like(session: Session, actor: Actor, wanted: Wanted) -> None:
    words = fold(wanted.typed.replace('"', " ")).split()
    kept = [visible_to(actor), ItemVersion.state != "retired"]
    kept += [ItemVersion.search_text.contains(word, autoescape=True) for word in words]
    session.scalar(select(func.count(ItemVersion.id)).where(*kept))
    session.scalars(select(ItemVersion).where(*kept).order_by(ItemVersion.id.desc()).limit(25)).all()
    for column in PLAIN:
        session.execute(select(column, func.count(ItemVersion.id)).where(*kept).group_by(column)).all()
