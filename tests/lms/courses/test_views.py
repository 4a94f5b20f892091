"""Course pages over HTTP: each act as the teacher, as somebody else, and in the wrong state."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from lms.courses import lesson_views
from tests.factories import World

SignedIn = Callable[[str], FlaskClient]
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8cfc0f01f00050001ff89"
    "993d1d0000000049454e44ae426082"
)


def write_lesson(client: FlaskClient, world: World, title: str = "Đơn thức") -> str:
    answer = client.post(f"/lessons/in-section/{world.section.uid}", data={"title": title})
    assert answer.status_code == 303
    return answer.location.split("/")[2]


def test_the_teacher_writes_and_publishes_a_lesson(signed_in: SignedIn, world: World) -> None:
    teacher, pupil = signed_in("teacher"), signed_in("pupil")
    uid = write_lesson(teacher, world)
    assert pupil.get(f"/lessons/{uid}").status_code == 404
    picture = teacher.post(
        f"/lessons/{uid}/files?picture=y",
        data={"picture": (io.BytesIO(PNG), "hình vẽ.png")},
        headers={"Accept": "application/json"},
    )
    assert picture.status_code == 200, picture.text
    sha = picture.get_json()["sha256"]
    body = rf'<h2>Khái niệm</h2><p>\(\frac{{1}}{{2}}xy^2\)</p><p><img src="asset:{sha}" alt="hình vẽ"></p>'
    form = {"title": "Đơn thức", "html": body, "video_url": "https://youtu.be/abc123", "act": "publish"}
    assert teacher.post(f"/lessons/{uid}", data=form).status_code == 303
    page = pupil.get(f"/lessons/{uid}")
    assert page.status_code == 200
    assert "<mfrac>" in page.text
    assert pupil.get(f"/lessons/{uid}/files/{sha}").status_code == 200
    assert signed_in("other_pupil").get(f"/lessons/{uid}/files/{sha}").status_code == 404


def test_a_lesson_without_a_title_is_shown_again(signed_in: SignedIn, world: World) -> None:
    teacher = signed_in("teacher")
    uid = write_lesson(teacher, world)
    answer = teacher.post(f"/lessons/{uid}", data={"title": " ", "html": "<p>giữ lại</p>", "video_url": ""})
    assert answer.status_code == 422
    assert "Hãy đặt tên" in answer.text
    assert "giữ lại" in answer.text


def test_others_cannot_write(signed_in: SignedIn, world: World) -> None:
    uid = write_lesson(signed_in("teacher"), world)
    expected = {"pupil": 404, "parent": 404, "leader": 403, "colleague": 404, "outsider": 404}
    for persona, status in expected.items():
        answer = signed_in(persona).post(f"/lessons/{uid}", data={"title": "x", "html": "", "video_url": ""})
        assert answer.status_code == status, persona


def test_a_pupil_cannot_change_the_page(signed_in: SignedIn, world: World) -> None:
    pupil = signed_in("pupil")
    assert pupil.post(f"/courses/{world.course.uid}/sections", data={"title": "x"}).status_code == 403
    assert pupil.post(f"/courses/sections/{world.section.uid}", data={"act": "remove"}).status_code == 403


def test_pages_open_for_those_they_are_for(signed_in: SignedIn, world: World) -> None:
    for persona in ("teacher", "pupil", "parent", "leader"):
        assert signed_in(persona).get(f"/courses/{world.course.uid}").status_code == 200, persona
        assert signed_in(persona).get("/courses").status_code == 200, persona
    assert signed_in("outsider").get(f"/courses/{world.course.uid}").status_code == 404


def test_who_may_not_attach_is_told_before_the_file_is_read(
    signed_in: SignedIn, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    uid = write_lesson(signed_in("teacher"), world)

    def read(*_args: object, **_limits: object) -> None:
        raise AssertionError("the file was read")

    monkeypatch.setattr(lesson_views, "receive", read)
    for persona, status in {"pupil": 404, "leader": 403, "outsider": 404}.items():
        answer = signed_in(persona).post(f"/lessons/{uid}/files", data={"file": (io.BytesIO(PNG), "a.png")})
        assert answer.status_code == status, persona
