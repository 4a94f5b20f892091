"""Turn each rule of the policy tables round: the walk of the routes must notice, or the table of routes has a hole."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import lms.permissions
import materials.permissions
import question_bank.permissions
from lms.base.permissions import Actor, PolicyTable
from tests.rules.route_walk import Row, School, read_table

FLIPS = Path(__file__).with_name("flips.txt")
ROWS = {str(row): row for row in read_table()}
TABLES: dict[str, PolicyTable[Any]] = {
    "lms": lms.permissions.POLICY,
    "bank": question_bank.permissions.POLICY,
    "library": materials.permissions.POLICY,
}


@dataclass(frozen=True)
class Flip:
    """A rule turned round, and where that shows: a row and a person, or "masked" with the reason."""

    package: str
    permission: str
    turned: str
    where: str

    def __str__(self) -> str:
        return f"{self.package} {self.permission} {self.turned}"

    def probe(self) -> tuple[Row, str, bool]:
        """The row, the person, and whether the page itself is looked at."""
        words = self.where.removesuffix(" ~").split()
        return ROWS[" ".join(words[:3])], words[3], self.where.endswith("~")


def read_flips() -> list[Flip]:
    """The lines of `flips.txt`."""
    lines = [line for line in FLIPS.read_text().splitlines() if line.strip() and not line.startswith("#")]
    return [Flip(*line.split(None, 3)) for line in lines[1:]]


ALL = read_flips()


def test_every_rule_is_turned_both_ways() -> None:
    wanted = {
        f"{package} {permission.name} {turned}"
        for package, table in TABLES.items()
        for permission in table.rules
        for turned in ("deny", "allow")
    }
    assert {str(flip) for flip in ALL} == wanted
    assert len(ALL) == len(wanted)


@pytest.mark.parametrize("flip", [flip for flip in ALL if not flip.where.startswith("masked:")], ids=str)
def test_the_walk_notices(school: School, monkeypatch: pytest.MonkeyPatch, flip: Flip) -> None:
    row, who, by_page = flip.probe()
    before, answer, _changed = school.letter(row, who)
    assert before == row.cells.get(who, before)
    page = without_secrets(answer.text) if by_page else ""

    def turned(_actor: Actor, _thing: Any) -> bool:
        return flip.turned == "allow"

    table = TABLES[flip.package]
    permission = next(one for one in table.rules if one.name == flip.permission)
    monkeypatch.setitem(table.rules, permission, turned)
    after, answer, _changed = school.letter(row, who)
    assert (after, without_secrets(answer.text) if by_page else "") != (before, page)


def without_secrets(page: str) -> str:
    """The page without nonces and tokens, which differ each time."""
    return re.sub(r"[\w.-]{20,}", "…", page)
