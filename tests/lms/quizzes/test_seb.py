"""Safe Exam Browser: the key of our settings, the file, and a test that goes on in no other browser."""

from __future__ import annotations

import hashlib
import json
import plistlib
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.app import create_app
from lms.base import clock, db, ratelimit
from lms.base.errors import Invalid
from lms.quizzes.domain.admission import NOT_SEB
from lms.quizzes.domain.seb import (
    Proof,
    SebRule,
    config_key,
    exam_settings,
    own_config_key,
    read_keys,
    request_hash,
    seb_file,
    seb_json,
)
from lms.quizzes.hot import checking, saving
from lms.quizzes.service import admission, building
from tests.factories import World
from tests.lms.quizzes import factories

SignIn = Callable[[str], FlaskClient]
SITE = "http://localhost"
OTHER = "b" * 64
HEADERS = ("X-SafeExamBrowser-ConfigKeyHash", "X-SafeExamBrowser-RequestHash")


@pytest.fixture(autouse=True)
def _fresh(app: Flask) -> Any:
    checking.forget()
    ratelimit.configure()
    yield
    saving.stop()


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


# The form that is hashed, rule by rule


@pytest.mark.parametrize(
    ("values", "written"),
    [
        ({}, "{}"),
        ({"b": 1, "a": 2}, '{"a":2,"b":1}'),
        (
            {"allowWlan": True, "allowAudio": False, "URLFilter": 0},
            '{"allowAudio":false,"allowWlan":true,"URLFilter":0}',
        ),
        ({"x": r"https?://a\.b/\d"}, r'{"x":"https?://a\.b/\d"}'),  # nothing is escaped
        ({"x": 'say "hi"/'}, '{"x":"say "hi"/"}'),
        ({"x": "Đề số 1"}, '{"x":"Đề số 1"}'),
        ({"x": {}, "y": {"z": {}}}, '{"y":{}}'),  # empty dictionaries go with their keys
        ({"x": [], "y": [{"B": 1, "a": [True, 2]}]}, '{"x":[],"y":[{"a":[true,2],"B":1}]}'),
        ({"salt": b"\x01\x02\xff"}, '{"salt":"AQL/"}'),
        ({"at": datetime(2026, 11, 24, 7, 30, tzinfo=UTC)}, '{"at":"2026-11-24T07:30:00Z"}'),
    ],
)
def test_settings_are_written_in_one_form(values: dict[str, Any], written: str) -> None:
    assert seb_json(values) == written
    assert config_key({**values, "originatorVersion": "SEB_3.10"}) == sha256(written)


@pytest.mark.parametrize("value", [None, 1.5, {1, 2}])
def test_what_settings_cannot_hold_is_a_mistake_of_ours(value: object) -> None:
    with pytest.raises(TypeError):
        seb_json({"x": value})


def test_the_key_of_a_test_is_the_key_of_its_file() -> None:
    """Read the file as SEB would, and hash it by a few lines that share nothing with the code."""
    read = plistlib.loads(seb_file(exam_settings("https://truong.edu.vn", "uid-1", "thoát")))

    def written(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: written(value[key]) for key in sorted(value, key=str.casefold)}
        return [written(one) for one in value] if isinstance(value, list) else value

    plain = json.dumps(written(read), separators=(",", ":"), ensure_ascii=False)  # these settings need no escapes
    assert "\\" not in plain
    assert own_config_key("https://truong.edu.vn", "uid-1", "thoát") == sha256(plain)
    assert read["startURL"] == "https://truong.edu.vn/quizzes/uid-1"
    assert read["hashedQuitPassword"] == sha256("thoát")
    assert read["URLFilterRules"][0]["expression"] == "truong.edu.vn"
    assert read["sendBrowserExamKey"] is True
    assert "hashedQuitPassword" not in exam_settings("https://truong.edu.vn", "uid-1")


def test_known_hashes() -> None:
    """Of a key of nothing but "a", worked out with sha256sum: the address, then the key."""
    assert request_hash("https://x.vn/exam/1#q3", "a" * 64) == request_hash("https://x.vn/exam/1", "a" * 64)
    assert (
        request_hash("https://x.vn/exam/1", "a" * 64)
        == "e0c7bef8b8ccdac62d27b10960276d3d4c91a8b4dcfcf168f03530fc9068ec9a"
    )


@pytest.mark.parametrize("text", ["abc", "g" * 64, "a" * 63, "a" * 65, " ".join([f"{n:064x}" for n in range(21)])])
def test_a_key_is_64_digits(text: str) -> None:
    with pytest.raises(Invalid):
        read_keys(text, "seb_exam_keys")


def test_keys_are_kept_once_in_lower_case() -> None:
    assert read_keys(f"{'A' * 64}\n{'a' * 64}, {OTHER}", "x") == ["a" * 64, OTHER]


@pytest.mark.parametrize(
    ("rule", "config", "exam", "fine"),
    [
        (SebRule("q"), "own", "", True),
        (SebRule("q"), "own", OTHER, True),  # any copy of SEB
        (SebRule("q"), "", "", False),
        (SebRule("q"), OTHER, "", False),
        (SebRule("q", own=False, config_keys=(OTHER,)), OTHER, "", True),
        (SebRule("q", own=False, config_keys=(OTHER,)), "own", "", False),
        (SebRule("q", exam_keys=(OTHER,)), "own", "", False),
        (SebRule("q", exam_keys=("c" * 64, OTHER)), "own", OTHER, True),
        (SebRule("q", own=False, exam_keys=(OTHER,)), "", OTHER, True),
        (SebRule("q", own=False, exam_keys=(OTHER,)), "", "", False),
    ],
)
def test_which_browser_will_do(rule: SebRule, config: str, exam: str, fine: bool) -> None:
    url = "https://x.vn/exam/1"
    key = own_config_key("https://x.vn", "q", "") if config == "own" else config
    proof = Proof(url, key and request_hash(url, key), exam and request_hash(url, exam))
    assert rule.proven_by("https://x.vn", [proof]) is fine
    elsewhere = replace(proof, url="https://x.vn/exam/2")  # a hash that was overheard is good for its address only
    assert rule.proven_by("https://x.vn", [elsewhere]) is False


# A test in it


def give(world: World, **rules: Any) -> str:
    at = clock.now()
    with db.transaction() as session:
        quiz = factories.draft(session, world, at=at)
        teacher = world.actor(session, "teacher")
        admission.save_rules(session, teacher, quiz.uid, admission.Rules(seb_required=True, **rules), at=at)
        return building.publish(session, teacher, quiz.uid, at=at).uid


def by_header(path: str, key: str, exam: str = "") -> dict[str, str]:
    """What the older engine adds to a request for *path*."""
    return {HEADERS[0]: request_hash(SITE + path, key), HEADERS[1]: exam and request_hash(SITE + path, exam)}


def by_script(page: str, key: str) -> dict[str, str]:
    """What the page's script repeats of what the newer engine told it about *page*."""
    return {"X-Exam-Seb-Config": request_hash(SITE + page, key), "X-Exam-Seb-Exam": ""}


def test_only_in_it_by_headers(app: Flask, world: World, signed_in: SignIn) -> None:
    quiz = give(world)
    key = own_config_key(SITE, quiz, "")
    pupil = signed_in("pupil")
    page = pupil.get(f"/quizzes/{quiz}", headers={"User-Agent": "Mozilla/5.0 SEB/3.10"})
    assert "Mở Safe Exam Browser" in page.text
    assert f"seb://localhost/quizzes/{quiz}/exam.seb" in page.text
    refused = pupil.post(f"/quizzes/{quiz}/start", headers={"User-Agent": "Mozilla/5.0 SEB/3.10"})
    assert refused.status_code == 403
    assert NOT_SEB in refused.text

    inside = pupil.get(f"/quizzes/{quiz}", headers=by_header(f"/quizzes/{quiz}", key))
    assert "Mở Safe Exam Browser" not in inside.text
    assert "Bắt đầu làm bài" in inside.text
    stolen = pupil.post(f"/quizzes/{quiz}/start", headers=by_header(f"/quizzes/{quiz}/other", key))
    assert stolen.status_code == 403
    begun = pupil.post(f"/quizzes/{quiz}/start", headers=by_header(f"/quizzes/{quiz}/start", key))
    assert begun.status_code == 303
    pupil.delete_cookie("gieo-seb")
    exam = begun.location
    token = token_of(pupil.get(exam, headers=by_header(exam, key)).text)
    events = {"tab": "t", "events": [{"seq": 1, "slot": 1, "response": {"choice": "b"}, "mono": 1}]}
    for tail, more in (
        ("/events", {"json": events}),
        ("/save", {"data": {"q1-choice": "b"}}),
        ("/take-over", {}),
        ("/finish", {}),
    ):
        path = f"{exam}{tail}"
        bare = pupil.post(path, headers={"X-Exam-Token": token}, **more)
        assert bare.status_code == 403, tail
        wrong = pupil.post(path, headers={"X-Exam-Token": token, **by_header(path, OTHER)}, **more)
        assert wrong.status_code == 403, tail
        proven = pupil.post(path, headers={"X-Exam-Token": token, **by_header(path, key)}, **more)
        assert proven.status_code < 400, tail
    assert pupil.get(exam).status_code == 303  # handed in: to the receipt
    assert "Thoát Safe Exam Browser" in pupil.get(f"{exam}/receipt").text


def token_of(page: str) -> str:
    found = re.search(r'data-token="([^"]+)"', page)
    assert found
    return found[1]


def test_only_in_it_by_script_and_cookie(app: Flask, world: World, signed_in: SignIn) -> None:
    quiz = give(world)
    key = own_config_key(SITE, quiz, "")
    pupil = signed_in("pupil")
    for wrong in ("", OTHER, key):  # the bare key is no hash
        assert pupil.post(f"/quizzes/{quiz}/start", data={"seb_config": wrong}).status_code == 403
    told = {"seb_config": request_hash(f"{SITE}/quizzes/{quiz}", key), "seb_exam": ""}
    begun = pupil.post(f"/quizzes/{quiz}/start", data=told)
    assert begun.status_code == 303
    cookie = pupil.get_cookie("gieo-seb")
    assert cookie is not None
    assert cookie.http_only
    exam = begun.location
    page = pupil.get(exam)
    assert page.status_code == 200  # a navigation carries nothing but the cookie
    head = {"X-Exam-Token": token_of(page.text)}
    events = {"tab": "t", "events": [{"seq": 1, "slot": 1, "response": {"choice": "b"}, "mono": 1}]}
    plain = app.test_client()  # the page's script sends no cookie
    assert plain.post(f"{exam}/events", json=events, headers=head).status_code == 403
    assert plain.get(f"{exam}/pulse", headers=head).status_code == 403
    proof = by_script(exam, key)
    assert plain.post(f"{exam}/events", json=events, headers=head | proof).status_code == 200
    assert plain.get(f"{exam}/pulse", headers=head | proof).status_code == 200
    assert plain.post(f"{exam}/events", json=events, headers=head | by_script("/exam/x", key)).status_code == 403

    for forged in (cookie.value[:-1] + "0", f"{'0' * 36}.{cookie.value.partition('.')[2]}", ".", "x"):
        pupil.set_cookie("gieo-seb", forged)
        assert pupil.get(exam).status_code == 403
    pupil.set_cookie("gieo-seb", cookie.value)
    pupil.set_cookie("gieo-device", "another-device-of-this-pupil")  # copied to another browser
    assert pupil.get(exam).status_code == 403
    begun = pupil.post(f"/quizzes/{quiz}/start", data=told)  # another machine, in SEB: the start page lets on
    assert pupil.get(begun.location).status_code == 200


def test_the_file_is_there_for_a_running_test_only(app: Flask, world: World, signed_in: SignIn) -> None:
    quiz = give(world, seb_quit_password="thoát 8A2")
    nobody = app.test_client()
    answer = nobody.get(f"/quizzes/{quiz}/exam.seb")
    assert answer.status_code == 200
    assert answer.content_type == "application/seb"
    settings = plistlib.loads(answer.data)
    assert settings["startURL"] == f"{SITE}/quizzes/{quiz}"
    assert config_key(settings) == own_config_key(SITE, quiz, "thoát 8A2")
    assert "thoát" not in answer.text
    assert nobody.get("/seb/quit").status_code == 200
    with db.transaction() as session:
        bare = factories.published(session, world, at=clock.now()).uid
    other = give(world, seb_own=False, seb_config_keys=OTHER)
    for uid in (bare, other, "no-such-quiz"):
        assert nobody.get(f"/quizzes/{uid}/exam.seb").status_code == 404
    page = signed_in("pupil").get(f"/quizzes/{other}").text
    assert "theo hướng dẫn của giám thị" in page
    assert "exam.seb" not in page
    signed_in("teacher").post(f"/quizzes/{quiz}/end", data={"confirm": "kết thúc"})
    assert nobody.get(f"/quizzes/{quiz}/exam.seb").status_code == 404


def test_the_address_of_the_site_is_the_one_that_was_set(app: Flask, world: World, signed_in: SignIn) -> None:
    quiz = give(world)
    cookie = signed_in("pupil").get_cookie("gieo")
    assert cookie is not None
    there = create_app(replace(app.config["GIEO"], base_url="https://truong.edu.vn/"))
    there.config["WTF_CSRF_ENABLED"] = False
    pupil = there.test_client()
    pupil.set_cookie("gieo", cookie.value)
    assert f"sebs://truong.edu.vn/quizzes/{quiz}/exam.seb" in pupil.get(f"/quizzes/{quiz}").text
    start, key = f"/quizzes/{quiz}/start", own_config_key("https://truong.edu.vn", quiz, "")
    named = {HEADERS[0]: request_hash(f"{SITE}{start}", key)}  # by the name that the request claims
    assert pupil.post(start, headers=named).status_code == 403
    known = {HEADERS[0]: request_hash(f"https://truong.edu.vn{start}", key)}
    assert pupil.post(start, headers=known).status_code == 303
    there.extensions["gieo_engine"].dispose()


def test_a_teacher_asks_for_it(app: Flask, world: World, signed_in: SignIn) -> None:
    with db.transaction() as session:
        quiz = factories.draft(session, world, at=clock.now()).uid
    teacher, page = signed_in("teacher"), f"/quizzes/{quiz}/door"
    nothing = teacher.post(page, data={"seb_required": "y"})
    assert nothing.status_code == 422
    assert "ít nhất một khoá" in nothing.text
    bad = teacher.post(page, data={"seb_required": "y", "seb_own": "y", "seb_exam_keys": "xyz"})
    assert bad.status_code == 422
    assert "không phải khoá" in bad.text
    form = {"seb_required": "y", "seb_own": "y", "seb_exam_keys": OTHER.upper(), "seb_quit_password": "thoát"}
    assert teacher.post(page, data=form).status_code == 303
    shown = teacher.get(page).text
    assert OTHER in shown
    assert 'value="thoát"' in shown
