"""Every response a pupil can get of a test before its release, searched for key, scoring and solution.

A test holds every kind of question, each with words and numbers that stand nowhere else (canaries). A pupil is led from
state to state; in each, the pages that lead on are asked for and then every address of the application with every name
that might fit. Headers, pages, JSON, scripts and cached documents are searched, plain and in base 64. The same is done
with a second test whose keys differ: a page that differs with the key leaks, whatever the leak looks like. A practice
is played through too: it may tell of each question what its tries have earned, nothing before. A seeded leak must be
found.
"""

from __future__ import annotations

import argparse
import logging
import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import structlog
from flask import Flask

from bench.harness import victims
from bench.harness.rounds import DATABASES
from bench.outcome import Outcome
from lms.app import create_app
from lms.base import clock, db, jobs
from lms.base.config import Settings
from lms.migrations import upgrade
from lms.quizzes.domain.behaviours import Behaviour
from lms.quizzes.hot import checking, saving
from question_bank import api as bank
from tests import factories, postgres
from tests.conftest import sign_in
from tests.factories import World
from tests.lms.quizzes import key_walk
from tests.lms.quizzes.key_walk import Got, Practising, Taken, Walk

GOALS = (
    "no byte of key, scoring, hint or solution before release, of any kind of question in any state; seeded ones found"
)
_SCRIPT = re.compile(rb'(?:src|href)="(/[^"]+\.(?:js|css))"')


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--database", choices=("both", *DATABASES), default="both")
    parser.add_argument("--quick", action="store_true", help="SQLite, the addresses of tests and questions alone")


def run(options: argparse.Namespace) -> Outcome:
    """Walk on each database that is asked for."""
    figures: dict[str, Any] = {"kinds": len(bank.ItemType)}
    lines: list[str] = []
    ok = True
    kinds = DATABASES if options.database == "both" else (options.database,)
    for kind in ("sqlite",) if options.quick else kinds:
        if kind == "postgresql" and postgres.programs() is None:
            lines.append("postgresql: not installed here, not walked")
            ok = False
            continue
        with _school(kind) as (app, world):
            got, found = _walk(app, world, ("quizzes", "items", "home") if options.quick else ("*",))
            missed = _seeded(app, world)
        by_state = Counter(one.state for one in got)
        figures[kind] = {
            "responses": len(got),
            "bytes": sum(len(one.data) for one in got),
            "states": dict(by_state),
            "leaks": len(found),
            "seeded_missed": missed,
        }
        ok = ok and not found and not missed
        lines.append(f"{kind}: {len(found)} leaks in {len(got)} responses, {figures[kind]['bytes'] / 1e6:.1f} MB")
        lines += [f"  {state:<24} {count:>6} responses" for state, count in by_state.items()]
        lines += [f"  LEAK {one}" for one in found[:20]]
        lines += [f"  a seeded leak was not found: {one}" for one in missed]
    return Outcome(figures=figures, ok=ok, text="\n".join(lines))


@contextmanager
def _school(kind: str) -> Iterator[tuple[Flask, World]]:
    """The application on a small school in a fresh database."""
    with tempfile.TemporaryDirectory(prefix="gieo-keys-") as folder, victims.database(kind) as server:
        checking.forget()
        app = create_app(
            Settings(
                data_dir=Path(folder),
                database_url=server.url if server else "",
                secret_key="bench" * 8,
                environment="test",
                mail_url="file:",
            )
        )
        quiet = structlog.make_filtering_bound_logger(logging.ERROR)  # thousands of requests are refused on purpose
        structlog.configure(wrapper_class=quiet)
        app.config["WTF_CSRF_ENABLED"] = False
        app.testing = True
        upgrade(app.extensions["gieo_engine"])
        with db.transaction() as session:
            world = factories.make_world(session)
        try:
            yield app, world
        finally:
            saving.stop()
            jobs.close()
            app.extensions["gieo_engine"].dispose()


def _walk(app: Flask, world: World, addresses: Sequence[str]) -> tuple[list[Got], list[str]]:
    """Everything that came, and what leaked: two tests with other keys, the files they load, and a practice."""
    tests = [_taken(app, world, variant, addresses if variant == 0 else ()) for variant in (0, 1)]
    got = [one for test in tests for one in test.got]
    found = [leak for test in tests for leak in key_walk.leaks(test.got, test.variant)]
    found += key_walk.differences(*tests)
    files = _files(app, world, got)
    found += [leak for variant in (0, 1) for leak in key_walk.leaks(files, variant)]
    practised: list[Got] = []
    for answers, known in Practising(sign_in(app, world.pupil), _built(world, 0, Behaviour.INTERACTIVE)).through():
        found += key_walk.leaks(answers, 0, known)
        practised += answers
    return [*got, *files, *practised], found


def _built(world: World, variant: int, behaviour: Behaviour = Behaviour.DEFERRED) -> Taken:
    with db.transaction() as session:
        return key_walk.build(session, world, variant, at=clock.now(), behaviour=behaviour)


def _taken(app: Flask, world: World, variant: int, addresses: Sequence[str]) -> Taken:
    test = _built(world, variant)
    walk = Walk(app, sign_in(app, world.pupil), test, lambda session: world.actor(session, "teacher"), addresses)
    for state in walk.through():
        print(f"  {state}: {len(test.got)} responses", flush=True)
    return test


def _files(app: Flask, world: World, got: Sequence[Got]) -> list[Got]:
    """The scripts and styles that the pages ask for."""
    client = sign_in(app, world.pupil)
    paths = sorted({path.decode() for one in got for path in _SCRIPT.findall(one.data)})
    answers = [(path, client.get(path)) for path in paths]
    return [Got("scripts and styles", path, answer.status_code, answer.data, True) for path, answer in answers]


def _seeded(app: Flask, world: World) -> list[str]:
    """Leaks put into a response by hand that the search does not find."""
    page = b"<!doctype html><p>%s</p>"
    missed = []
    for name, forms in key_walk.secrets_of(0).items():
        for form in forms:
            if not key_walk.leaks([Got("seeded", name, 200, page % form, True)], 0):
                missed.append(name)
    return sorted(set(missed))
