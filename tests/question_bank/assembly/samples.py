"""Small matrices."""

from __future__ import annotations

from fractions import Fraction

from werkzeug.datastructures import MultiDict

from question_bank.assembly import forms
from question_bank.assembly.domain.specification import Part, PartKind, Row, Specification

EMPTY = (0, 0, 0)


def matrix() -> Specification:
    """Ten points on three topics: choice 3, true/false 2, short answer 2, essay 3, as in Official letter 7991."""
    quarter, half, one = (Fraction(worth) for worth in ("1/4", "1/2", "1"))
    parts = (
        Part(PartKind.CHOICE, (quarter,) * 3, Fraction(3)),
        Part(PartKind.TRUTHS, (one,) * 3, Fraction(2)),
        Part(PartKind.SHORT, (half,) * 3, Fraction(2)),
        Part(PartKind.ESSAY, (half, one, one), Fraction(3)),
    )
    rows = (
        Row("Đa thức", "Cộng, trừ đa thức", ((3, 1, 0), (1, 0, 0), EMPTY, (0, 1, 0)), ("Nhận biết đa thức.", "", "")),
        Row("Đa thức", "Hằng đẳng thức", ((2, 2, 0), (0, 1, 0), (1, 1, 0), EMPTY), ("", "", ""), ("020108.0202d3",)),
        Row("Tứ giác", "", ((2, 1, 1), EMPTY, (0, 1, 1), (0, 0, 2)), ("", "", "Vận dụng tính chất hình thoi.")),
    )
    return Specification("three", parts, rows)


def specification_fields(**changed: str | list[str]) -> MultiDict[str, str]:
    """The fields of the matrix as its page sends them, some of them changed."""
    grid = forms.grid_of(matrix())
    fields: MultiDict[str, str] = MultiDict(
        {"title": "Kiểm tra giữa học kì I", "grade": "8", "minutes": "90", "head": grid.head, "scheme": grid.scheme}
    )
    fields.setlist("kind", list(grid.kinds))
    fields.setlist("worth", grid.worths)
    for kind, goal in grid.goals.items():
        fields[f"goal-{kind}"] = goal
    for name in ("topic", "unit", "outcomes"):
        fields.setlist(name, [getattr(row, name) for row in grid.rows])
    fields.setlist("n", [cell for row in grid.rows for cell in row.cells])
    fields.setlist("need", [text for row in grid.rows for text in row.requirements])
    for name, value in changed.items():
        fields.setlist(name, value if isinstance(value, list) else [value])
    return fields
