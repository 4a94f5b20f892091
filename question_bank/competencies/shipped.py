"""The frameworks that come with the product: Toán and Tin học 6–9 of Circular 32/2018/TT-BGDĐT.

The data files hold strands, topics and outcomes (yêu cầu cần đạt) by grade. Codes and identifiers are made from the
place, so a later edition of a file must only add at the end of a list.
"""

from __future__ import annotations

import json
import uuid
from functools import cache
from pathlib import Path
from typing import Any

from question_bank.competencies.domain import CHILD_OF, Association, Framework, Item, check

DATA = Path(__file__).parent / "data"
SHIPPED = ("toan", "tin-hoc")
_SPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://vanban.chinhphu.vn/32/2018/TT-BGDĐT")


@cache
def shipped(name: str) -> Framework:
    """Load a framework that comes with the product.

    Raises:
        KeyError: none of that name does.
    """
    if name not in SHIPPED:
        raise KeyError(name)
    return check(_Builder(json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))).framework())


class _Builder:
    """Lays the nested data out as items and associations."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data
        self.items: list[Item] = []
        self.links: list[Association] = []
        self.root = self._identifier(data["code"])

    def framework(self) -> Framework:
        for grade, strands in self.data["grades"].items():
            top = self._add(self.root, f"{self.data['code']}{grade}", f"Lớp {grade}", "grade", grade)
            for strand in strands:
                below = self._add(top, f"{self.data['code']}{grade}.{strand['code']}", strand["title"], "strand", grade)
                for number, topic in enumerate(strand["topics"], start=1):
                    self._topic(below, f"{self.data['code']}{grade}.{strand['code']}.{number}", topic, grade)
        return Framework(
            identifier=self.root,
            title=self.data["title"],
            creator="Bộ Giáo dục và Đào tạo",
            subject=self.data["subject"],
            source=self.data["source"],
            note=self.data["note"],
            items=tuple(self.items),
            associations=tuple(self.links),
            extra={"language": "vi", "adoptionStatus": "Adopted"},
        )

    def _topic(self, parent: str, code: str, topic: dict[str, Any], grade: str) -> None:
        here = self._add(parent, code, topic["title"], "topic", grade)
        for number, outcome in enumerate(topic["outcomes"], start=1):
            self._add(here, f"{code}.{number}", outcome, "outcome", grade)

    def _add(self, parent: str, code: str, statement: str, kind: str, grade: str) -> str:
        identifier = self._identifier(code)
        self.items.append(Item(identifier, statement, code, kind, (grade,)))
        self.links.append(
            Association(self._identifier(f"{code} in"), identifier, CHILD_OF, parent, position=len(self.items))
        )
        return identifier

    @staticmethod
    def _identifier(code: str) -> str:
        return str(uuid.uuid5(_SPACE, code))
