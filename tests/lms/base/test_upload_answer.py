"""A page that uploads by script is told where to go next instead of being redirected."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient


def test_a_redirect_becomes_a_name(signed_in: Callable[[str], FlaskClient]) -> None:
    answer = signed_in("teacher").post("/sign-out", headers={"X-Gieo-Upload": "1"})
    assert answer.status_code == 200
    assert answer.headers["X-Gieo-Next"].endswith("/sign-in")
    assert "Location" not in answer.headers
    assert answer.data == b""


def test_without_the_header_a_redirect_stays_one(signed_in: Callable[[str], FlaskClient]) -> None:
    assert signed_in("teacher").post("/sign-out").status_code == 303
