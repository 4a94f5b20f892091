"""Signing in and out, tried the right way, as the wrong person and in the wrong state."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.accounts.views import home_or
from lms.base import db
from lms.base.users import User
from tests.factories import PASSWORD, World

SignedIn = Callable[[str], FlaskClient]


def enter(client: FlaskClient, name: str, password: str, where: str = "/sign-in") -> int:
    return client.post(where, data={"sign_in_name": name, "password": password}).status_code


def test_the_right_password_lets_in(app: Flask, world: World) -> None:
    client = app.test_client()
    assert enter(client, "  GV.Toan8 ", PASSWORD) == 303
    assert client.get("/account").status_code == 200


def test_a_wrong_password_and_an_unknown_name_read_alike(app: Flask, world: World) -> None:
    answers = [
        app.test_client().post("/sign-in", data={"sign_in_name": name, "password": "khong-dung-9"})
        for name in ("gv.toan8", "khong.co")
    ]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert all("Tên đăng nhập hoặc mật khẩu chưa đúng" in answer.text for answer in answers)


def test_pages_send_strangers_to_the_sign_in_page(app: Flask, world: World) -> None:
    answer = app.test_client().get("/account")
    assert answer.status_code == 303
    assert answer.location.startswith("/sign-in?next=")


def test_signing_out_ends_the_session_on_the_server(app: Flask, world: World) -> None:
    client = app.test_client()
    enter(client, "gv.toan8", PASSWORD)
    kept = client.get_cookie("gieo")
    assert kept is not None
    client.post("/sign-out")
    client.set_cookie("gieo", kept.value)
    assert client.get("/account").status_code == 303


def test_signing_out_everywhere_ends_other_browsers(signed_in: SignedIn, world: World) -> None:
    here, there = signed_in("teacher"), signed_in("teacher")
    assert here.post("/account/sign-out-everywhere").status_code == 303
    assert there.get("/account").status_code == 303


def test_a_first_password_must_be_changed_before_anything_else(app: Flask, world: World) -> None:
    with db.transaction() as session:
        session.get_one(User, world.pupil.id).must_change_password = True
    client = app.test_client()
    enter(client, "hs.an", PASSWORD)
    assert client.get("/courses").location in (None, "/account/password")
    form = {"current": PASSWORD, "new": "bong hoa phuong do", "again": "bong hoa phuong do"}
    assert client.post("/account/password", data=form).status_code == 303
    assert enter(app.test_client(), "hs.an", "bong hoa phuong do") == 303


@pytest.mark.parametrize("weak", ["short", "12345678", "hs.an", "aaaaaaaaaa", "Nguyễn Minh Anh"])
def test_weak_passwords_are_refused(signed_in: SignedIn, weak: str) -> None:
    answer = signed_in("pupil").post("/account/password", data={"current": PASSWORD, "new": weak, "again": weak})
    assert answer.status_code == 422


def test_the_set_up_page_is_gone_once_a_school_exists(app: Flask, world: World) -> None:
    assert app.test_client().get("/setup").status_code == 404
    assert app.test_client().post("/setup", data={"school_name": "x"}).status_code == 404


@pytest.mark.parametrize(
    "target", ["//evil.example", "\\\\evil.example", "https:evil", "https://evil.example/", "/\\evil.example", "evil"]
)
def test_the_way_on_stays_on_this_site(app: Flask, target: str) -> None:
    with app.test_request_context():
        assert home_or(target) == "/"


def test_the_source_is_named_where_the_school_changed_it(app: Flask, world: World) -> None:
    assert "Mã nguồn" not in app.test_client().get("/sign-in").text
    app.jinja_env.globals["source_url"] = "https://example.org/gieo"
    assert 'href="https://example.org/gieo"' in app.test_client().get("/sign-in").text
