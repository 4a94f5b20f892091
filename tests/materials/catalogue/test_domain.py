from __future__ import annotations

from dataclasses import replace

import pytest

from lms.base.errors import Conflict
from materials.catalogue.domain import (
    KINDS,
    LICENCES,
    MOVES,
    STATE_NAMES,
    Facts,
    Rights,
    State,
    findings,
    kind_of,
    move,
    title_from,
)

READY = Facts("Bài 5. Cân đĩa", "Sáu ví dụ.", True, ("8",), "CC-BY-4.0", "own", "", 1, 1)


def codes(facts: Facts, *, blocking: bool) -> set[str]:
    return {finding.code for finding in findings(facts) if finding.blocking is blocking}


def test_a_ready_edition_passes() -> None:
    assert findings(READY) == []


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (replace(READY, files=0), "files"),
        (replace(READY, title="Bài"), "title"),
        (replace(READY, summary=" "), "summary"),
        (replace(READY, has_subject=False), "subject"),
        (replace(READY, grades=()), "grades"),
        (replace(READY, licence=""), "licence"),
        (replace(READY, rights=""), "rights"),
        (replace(READY, rights="permitted"), "credit"),
        (replace(READY, rights="permitted", credit="PhET", licence="ARR"), "licence_gate"),
    ],
)
def test_what_holds_an_edition_back(facts: Facts, code: str) -> None:
    assert codes(facts, blocking=True) == {code}


def test_advice_holds_nothing_back() -> None:
    facts = replace(READY, outcomes=0, unreadable=("a.pptx", "b.pdf"))
    assert codes(facts, blocking=False) == {"outcomes", "unreadable"}
    assert codes(facts, blocking=True) == set()


def test_others_work_under_a_free_licence_passes_with_its_source() -> None:
    assert findings(replace(READY, rights=Rights.PERMITTED, credit="PhET, Đại học Colorado")) == []


@pytest.mark.parametrize("now", State)
@pytest.mark.parametrize("to", State)
def test_moves(now: State, to: State) -> None:
    if to in MOVES[now]:
        assert move(now, to) is to
    else:
        with pytest.raises(Conflict):
            move(now, to)


def test_every_state_licence_and_kind_has_words() -> None:
    assert set(STATE_NAMES) == set(State) == set(MOVES)
    assert all(licence.name and licence.meaning for licence in LICENCES.values())
    assert "slides" in KINDS


@pytest.mark.parametrize(
    ("name", "inside", "title"),
    [
        ("bai_giang-5.pptx", "", "bai giang 5"),
        ("x.pptx", "PowerPoint Presentation", "x"),
        ("x.pptx", "Microsoft Word - de.doc", "x"),
        ("x.pptx", "Slide 1", "x"),
        ("Phiếu.pdf", "Phiếu học tập số 3", "Phiếu học tập số 3"),
        ("___.pdf", "", "___.pdf"),
    ],
)
def test_titles(name: str, inside: str, title: str) -> None:
    assert title_from(name, inside) == title


def test_kinds() -> None:
    assert kind_of("application/vnd.openxmlformats-officedocument.presentationml.presentation", "a.pptx") == "slides"
    assert kind_of("application/pdf", "Giáo án bài 3.pdf") == "lesson_plan"
    assert kind_of("application/pdf", "Đề kiểm tra 15 phút.pdf") == "test"
    assert kind_of("image/png", "hinh.png") == "picture"
    assert kind_of("application/pdf", "sach.pdf") == "reading"
