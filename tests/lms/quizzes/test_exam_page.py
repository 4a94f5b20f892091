"""What the page of a running test gets from the server, and who may end the attempt."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.base import clock, db
from lms.quizzes.hot import checking, saving
from tests.factories import World
from tests.lms.quizzes import factories

SignIn = Callable[[str], FlaskClient]


@pytest.fixture(autouse=True)
def _fresh(app: Flask) -> Iterator[None]:
    checking.forget()
    yield
    saving.stop()


@pytest.fixture
def quiz(app: Flask, world: World) -> str:
    with db.transaction() as session:
        return factories.published(session, world, at=clock.now()).uid


def start(client: FlaskClient, quiz: str) -> str:
    """Begin an attempt; returns its address."""
    return client.post(f"/quizzes/{quiz}/start").location


def attribute(page: str, name: str) -> str:
    found = re.search(rf'data-{name}="([^"]*)"', page)
    assert found, name
    return unescape(found[1])


def test_the_page_knows_when_each_answer_was_given(quiz: str, signed_in: SignIn) -> None:
    pupil = signed_in("pupil")
    address = start(pupil, quiz)
    token = attribute(pupil.get(address).text, "token")
    events = [{"seq": seq, "slot": 1, "response": {"choice": choice}} for seq, choice in ((7, "a"), (900, "b"))]
    pupil.post(f"{address}/events", json={"tab": "t", "events": events}, headers={"X-Exam-Token": token})
    page = pupil.get(address).text
    assert json.loads(attribute(page, "seqs")) == {"1": 900}
    assert attribute(page, "next-seq") == "901"
    assert abs(int(attribute(page, "now")) - clock.now().timestamp() * 1000) < 60_000
    assert attribute(page, "zone") == "Asia/Ho_Chi_Minh"


def test_the_press_of_the_button_is_answered_with_the_page(quiz: str, signed_in: SignIn) -> None:
    pupil = signed_in("pupil")
    begun = pupil.post(f"/quizzes/{quiz}/start")
    assert begun.status_code == 201
    page = pupil.get(begun.location).text
    passing = re.compile(
        r'data-(?:token|remaining|elapsed|now)="[^"]*"|nonce="[^"]*"|name="csrf_token" value="[^"]*"|>\d+:\d\d<'
    )
    assert passing.sub("", begun.text) == passing.sub("", page)
    assert attribute(begun.text, "next-seq") == "1"
    again = pupil.post(f"/quizzes/{quiz}/start")  # as a browser without script does that loads the page again
    assert (again.status_code, again.location) == (303, begun.location)


def test_only_the_device_that_works_hands_in(quiz: str, signed_in: SignIn) -> None:
    """The page of an old device may have an old deadline; its bell must not end the attempt."""
    old, new = signed_in("pupil"), signed_in("pupil")
    address = start(old, quiz)
    token = attribute(old.get(address).text, "token")
    assert new.post(f"{address}/take-over").status_code == 303
    refused = old.post(f"{address}/finish", headers={"X-Exam-Token": token, "Accept": "application/json"})
    assert (refused.status_code, refused.json["kind"]) == (409, "Conflict")
    assert old.post(f"{address}/save", data={"act": "hand_in"}).status_code == 409
    fresh = attribute(new.get(address).text, "token")
    done = new.post(f"{address}/finish", headers={"X-Exam-Token": fresh})
    assert done.status_code == 200
    assert {name: done.json[name] for name in ("by", "url")} == {"by": "pupil", "url": f"{address}/receipt"}
    again = old.post(f"{address}/finish", headers={"X-Exam-Token": token})
    assert again.json["receipt"] == done.json["receipt"]
