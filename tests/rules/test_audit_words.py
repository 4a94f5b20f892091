"""Every act that is recorded anywhere can be read by a person in the log."""

from __future__ import annotations

import ast

from lms.reports.audit_words import ACTS
from tests.conftest import ROOT


def recorded_acts() -> set[str]:
    """The kinds that stand as literals in calls of `audit.record`, both ways of a conditional."""
    found: set[str] = set()
    for package in ("lms", "question_bank", "materials"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if not isinstance(node, ast.Call) or ast.unparse(node.func) not in {"audit.record", "audit.entry"}:
                    continue
                for part in node.args[2:3]:
                    found |= {
                        one.value for one in ast.walk(part) if isinstance(one, ast.Constant) and "." in str(one.value)
                    }
    return found


def test_every_recorded_act_has_words() -> None:
    assert sorted(recorded_acts() - ACTS.keys()) == []
