"""Specifications as plain JSON values and back, exactly; fractions are written "n/d"."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from question_bank.assembly.domain.specification import Part, PartKind, Row, Specification


def encode(specification: Specification) -> dict[str, Any]:
    """Write a specification."""
    return {
        "scheme": specification.scheme,
        "parts": [
            {"kind": part.kind.value, "worths": [str(worth) for worth in part.worths], "goal": str(part.goal)}
            for part in specification.parts
        ],
        "rows": [
            {
                "topic": row.topic,
                "unit": row.unit,
                "counts": [list(cells) for cells in row.counts],
                "requirements": list(row.requirements),
                "outcomes": list(row.outcomes),
            }
            for row in specification.rows
        ],
    }


def decode(kept: dict[str, Any]) -> Specification:
    """Read what `encode` wrote."""
    return Specification(
        kept["scheme"],
        tuple(
            Part(PartKind(one["kind"]), tuple(Fraction(worth) for worth in one["worths"]), Fraction(one["goal"]))
            for one in kept["parts"]
        ),
        tuple(
            Row(
                one["topic"],
                one["unit"],
                tuple(tuple(cells) for cells in one["counts"]),
                tuple(one["requirements"]),
                tuple(one["outcomes"]),
            )
            for one in kept["rows"]
        ),
    )
