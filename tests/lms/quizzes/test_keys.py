"""No pupil gets a byte of key, scoring or solution before the results are out; and the search is no blind one."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from lms.base import clock, db
from lms.base.permissions import Actor
from lms.quizzes.domain.behaviours import Behaviour
from lms.quizzes.hot import checking, saving
from question_bank import api as bank
from tests.factories import World
from tests.lms.quizzes import key_walk
from tests.lms.quizzes.key_walk import Practising, Taken, Walk

SignIn = Callable[[str], FlaskClient]


@pytest.fixture(autouse=True)
def _fresh(app: Flask) -> Any:
    checking.forget()
    yield
    saving.stop()


def teacher(world: World) -> Callable[[Session], Actor]:
    """Who lets the parts of the results out."""
    return lambda session: world.actor(session, "teacher")


def taken(app: Flask, world: World, client: FlaskClient, variant: int) -> Taken:
    """A test that a pupil has led through every state."""
    with db.transaction() as session:
        test = key_walk.build(session, world, variant, at=clock.now())
    walk = Walk(app, client, test, teacher(world), ("quizzes", "items", "home") if variant == 0 else ())
    assert len(list(walk.through())) == 9
    assert key_walk.canary(bank.ItemType.ESSAY, "solution", variant) in walk.with_key  # the switch does let it out
    return test


def test_every_kind_of_question_has_canaries() -> None:
    assert {draft.body.type for draft in key_walk.drafts(0)} == set(bank.ItemType)


def test_no_key_and_no_trace_of_one_reaches_a_pupil(app: Flask, world: World, signed_in: SignIn) -> None:
    tests = [taken(app, world, signed_in("pupil"), variant) for variant in (0, 1)]
    for test in tests:
        assert key_walk.leaks(test.got, test.variant) == []
    assert {got.status for got in tests[0].got} >= {200, 303, 403, 404}
    assert sum(1 for got in tests[0].got if got.status == 200) > 40
    assert key_walk.differences(*tests) == []


def test_a_practice_lets_out_of_each_question_what_its_tries_earned(
    app: Flask, world: World, signed_in: SignIn
) -> None:
    with db.transaction() as session:
        test = key_walk.build(session, world, 0, at=clock.now(), behaviour=Behaviour.INTERACTIVE)
    told: set[str] = set()
    for got, known in Practising(signed_in("pupil"), test).through():
        assert key_walk.leaks(got, 0, known) == []
        told |= {name for name in known if any(leak.endswith(name) for leak in key_walk.leaks(got, 0))}
    assert {"single_choice: solution", "short_text: key", "essay: solution", "cluster: hint"} <= told


LEAKS = {
    "in a comment of the page": lambda: f"<!-- {key_walk.canary(bank.ItemType.ESSAY, 'rubric', 0)} -->",
    "in base 64": lambda: base64.b64encode(b"ab" + key_walk.canary(bank.ItemType.GAP_FILL, "key", 0).encode()).decode(),
    "as the tolerance of a number": lambda: 'data-step="0.0713925061"',
    "as the name of a picture": lambda: key_walk.sha(key_walk.SOLUTION_PICTURES[0])[:12],
}


@pytest.mark.parametrize("leak", LEAKS)
@pytest.mark.parametrize("place", ["body", "header"])
def test_a_seeded_leak_is_found(app: Flask, world: World, signed_in: SignIn, leak: str, place: str) -> None:
    text = LEAKS[leak]()

    @app.after_request
    def spill(response: Response) -> Response:
        if place == "header":
            response.headers["X-Debug"] = text
        elif response.mimetype == "text/html":
            response.data += text.encode()
        return response

    with db.transaction() as session:
        test = key_walk.build(session, world, 0, at=clock.now())
    next(Walk(app, signed_in("pupil"), test, teacher(world)).through())
    assert key_walk.leaks(test.got, 0)


def test_a_page_that_differs_with_its_key_is_found(app: Flask, world: World, signed_in: SignIn) -> None:
    leaky: list[str] = []

    @app.after_request
    def spill(response: Response) -> Response:
        if leaky and response.mimetype == "text/html":
            response.data += f'<i class="{leaky[0]}"></i>'.encode()
        return response

    tests = []
    for variant, right in enumerate("bc"):
        leaky[:] = [f"option-{right}"]
        with db.transaction() as session:
            test = key_walk.build(session, world, variant, at=clock.now())
        next(Walk(app, signed_in("pupil"), test, teacher(world)).through())
        assert key_walk.leaks(test.got, variant) == []
        tests.append(test)
    assert key_walk.differences(*tests)
