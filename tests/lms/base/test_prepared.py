"""Kept pages: what is filled in is escaped, compressed copies say the same, memories of databases stay apart."""

from __future__ import annotations

import gzip
import threading
from pathlib import Path

import pytest
from flask import Flask
from markupsafe import Markup

from lms.base import db
from lms.base.kept import Kept
from lms.base.prepared import kept_piece, marks, passing_piece, prepare, respond


def page(values: dict[str, object]) -> tuple[str, str]:
    """What a page with these values is, plain and compressed."""
    places = marks(["who", "answer"])
    skeleton = prepare(f"<p title='{places['who']}'>Chào {places['who']}</p>{places['answer']}<i>hết</i>")
    app = Flask("prepared")
    with app.test_request_context(headers={"Accept-Encoding": "br"}):
        plain = respond(skeleton.filled(values))
    with app.test_request_context(headers={"Accept-Encoding": "gzip, br"}):
        packed = respond(skeleton.filled(values))
    assert packed.headers["Content-Encoding"] == "gzip"
    return plain.get_data(as_text=True), gzip.decompress(packed.get_data()).decode()


def test_a_value_is_escaped_and_markup_is_not() -> None:
    plain, packed = page({"who": "<b>Ân & 'Bình'</b>", "answer": Markup("<b>12</b>")})
    said = "&lt;b&gt;Ân &amp; &#39;Bình&#39;&lt;/b&gt;"
    assert plain == f"<p title='{said}'>Chào {said}</p><b>12</b><i>hết</i>"
    assert packed == plain


@pytest.mark.parametrize("length", [0, 1, 65_535, 65_536, 200_000])
def test_a_value_of_any_length_survives_compression(length: int) -> None:
    plain, packed = page({"who": "x" * length, "answer": ""})
    assert plain.count("x") == 2 * length
    assert packed == plain


def test_pieces_stand_in_for_a_value() -> None:
    plain, packed = page({"who": 7, "answer": [kept_piece("<p>một</p>" * 500), passing_piece("hai")]})
    assert plain == "<p title='7'>Chào 7</p>" + "<p>một</p>" * 500 + "hai<i>hết</i>"
    assert packed == plain


def test_a_place_without_a_value_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        page({"who": "An"})


def test_what_is_kept_belongs_to_its_database_and_the_oldest_goes(tmp_path: Path) -> None:
    kept: Kept[int, str] = Kept(2)
    first = db.connect(f"sqlite:///{tmp_path}/1.db")
    assert [kept.get(key, lambda: "first") for key in (1, 2, 3)] == ["first"] * 3
    second = db.connect(f"sqlite:///{tmp_path}/2.db")
    assert kept.get(3, lambda: "second") == "second"
    db.Sessions.configure(bind=first)
    assert kept.get(3, lambda: "again") == "first"
    assert kept.get(1, lambda: "again") == "again"
    first.dispose()
    second.dispose()


def test_many_who_want_the_same_at_once_have_it_made_once(tmp_path: Path) -> None:
    kept: Kept[int, str] = Kept(2)
    engine = db.connect(f"sqlite:///{tmp_path}/3.db")
    made: list[str] = []
    crowd = threading.Barrier(8)

    def make() -> str:
        made.append("made")
        others_wait.wait(0.2)
        return "page"

    others_wait = threading.Event()
    got: list[str] = []

    def come() -> None:
        crowd.wait()
        got.append(kept.get(1, make))

    threads = [threading.Thread(target=come) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == ["page"] * 8
    assert made == ["made"]
    engine.dispose()
