"""Every act that is recorded anywhere can be read by a person in the log."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lms.reports.audit_details import TELL
from lms.reports.audit_things import FINDERS, NAMED_IN_DETAIL, Thing, about
from lms.reports.audit_words import ACTS
from tests.conftest import ROOT


def recordings() -> Iterator[ast.Call]:
    """Every call of `audit.record`."""
    for package in ("lms", "question_bank", "materials"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and ast.unparse(node.func) in {"audit.record", "audit.entry"}:
                    yield node


def recorded_acts() -> set[str]:
    """The kinds that stand as literals in those calls, both ways of a conditional."""
    return {
        one.value
        for node in recordings()
        for part in node.args[2:3]
        for one in ast.walk(part)
        if isinstance(one, ast.Constant) and "." in str(one.value)
    }


def recorded_details() -> set[str]:
    """The names of what is told beside; `school_id` says whose log it is."""
    return {word.arg for node in recordings() for word in node.keywords if word.arg} - {"school_id"}


def test_every_recorded_act_has_words() -> None:
    assert sorted(recorded_acts() - ACTS.keys()) == []


def test_every_act_is_about_something_that_has_a_name() -> None:
    assert [kind for kind in ACTS if about(kind) is None] == []
    assert set(FINDERS) == set(Thing)


def test_no_recorded_detail_is_what_somebody_wrote() -> None:
    """The log cannot be changed, so words about people stay in tables from which they can be deleted."""
    assert (
        recorded_details() & {"body", "comment", "name", "note", "notes", "reason", "text", "title", "words"} == set()
    )


def test_every_recorded_detail_has_words() -> None:
    assert sorted(recorded_details() - TELL.keys()) == []
    assert sorted(NAMED_IN_DETAIL.keys() - TELL.keys()) == []
