"""What the readers of question files carry over, file by file, against what the files themselves say.

Measured on the real files of `1-moodle-gift` and `6-vn-exams` below `--inputs`, or on every file of `--folder`. The
expectation is made apart from the readers (`bench.expected`): from the JSON beside a GIFT file, from Moodle XML read
with the standard library, from the underlined letters of a Word file, from the published facts where there are any.
Compared are the type and the key of every question in file order. A question counts as *carried* when both agree, as
*reported* when the reader says of it that it needs a person and the source gives no single key, as *silently wrong*
when it has a key that the source does not give.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bench import expected
from bench.outcome import Outcome
from lms.base.errors import AppError
from question_bank.formats.detect import read_any

GOALS = "100 % of the questions of our types carried or reported where the source has no key; silently wrong keys: 0"
ROOT = Path(__file__).resolve().parents[1]
KINDS = ("1-moodle-gift", "6-vn-exams")


@dataclass
class Row:
    """What became of one file."""

    name: str
    format: str = ""
    found: int = 0
    wanted: int | None = None
    carried: int = 0
    reported: int = 0
    changed: list[str] = field(default_factory=list)
    wrong: int = 0
    left_out: int = 0
    problems: int = 0
    refused: str = ""
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        if self.refused:
            return not self.wanted
        return not self.wrong and not self.changed and (self.wanted is None or self.found == self.wanted)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say where the files are."""
    parser.add_argument(
        "--inputs", type=Path, default=ROOT.parent / "shared" / "inputs", help="folder of the real files"
    )
    parser.add_argument("--folder", type=Path, help="measure every file of this folder instead")


def files(options: argparse.Namespace) -> Iterator[tuple[Path, dict[str, object]]]:
    """Yield the files to read with the facts known of each."""
    if options.folder:
        for path in sorted(options.folder.rglob("*")):
            if path.is_file() and path.suffix.lower() != ".json":
                yield path, {}
        return
    facts: dict[str, dict[str, object]] = {}
    listed = options.inputs / "derived" / "expected_facts.jsonl"
    if listed.exists():
        for line in listed.read_text(encoding="utf-8").splitlines():
            entry = json.loads(line)
            facts[entry["path"]] = entry["facts"]
    for kind in KINDS:
        for path in sorted((options.inputs / kind).rglob("*")):
            if path.is_file() and path.suffix.lower() != ".json":
                yield path, facts.get(str(path.relative_to(options.inputs)), {})


def measure(path: Path, facts: dict[str, object]) -> Row:
    """Read one file and hold it against what it says itself."""
    row = Row(path.name)
    data = path.read_bytes()
    wanted = expected.of(path, data, facts)
    row.wanted = wanted.count if wanted else None
    start = time.perf_counter()
    try:
        reading = read_any(data, path.name)
    except AppError as error:
        row.seconds = time.perf_counter() - start
        row.refused = str(error)
        return row
    row.seconds = time.perf_counter() - start
    row.format, row.found = reading.format, reading.found
    row.problems = len(reading.problems) + sum(len(draft.problems) for draft in reading.drafts)
    row.left_out = reading.found - len(reading.drafts)
    if wanted is None or wanted.questions is None:
        row.carried = len(reading.drafts)
        return row
    for place, draft in enumerate(reading.drafts):
        want = wanted.questions[place] if place < len(wanted.questions) else None
        given = expected.Question(draft.body.type.value, expected.key_of(draft))
        if want is None:
            row.changed.append(f"{place + 1}: not in the source")
        elif want.key is None and draft.key is None and draft.blocked:
            row.reported += 1
        elif given == want:
            row.carried += 1
        else:
            row.changed.append(f"{place + 1}: {want} became {given}")
            row.wrong += given.key is not None and given.key != want.key
    return row


def run(options: argparse.Namespace) -> Outcome:
    """Read all files and print a row each."""
    rows = [measure(path, facts) for path, facts in files(options)]
    lines = [f"{'file':<42} {'format':<11} found want carried reported changed lost problems seconds"]
    for row in rows:
        want = "?" if row.wanted is None else str(row.wanted)
        lines.append(
            f"{row.name[:42]:<42} {row.format or '-':<11} {row.found:>5} {want:>4} {row.carried:>7} {row.reported:>8} "
            f"{len(row.changed):>7} {row.left_out:>4} {row.problems:>8} {row.seconds:>7.3f}"
        )
        lines += [f"    {change}" for change in row.changed[:20]]
        if row.refused:
            lines.append(f"    refused: {row.refused}")
    known = [row for row in rows if row.wanted is not None]
    wanted = sum(row.wanted or 0 for row in known)
    kept = sum(row.carried + row.reported for row in known)
    figures = {
        "files": len(rows),
        "refused": sum(bool(row.refused) for row in rows),
        "questions_wanted": wanted,
        "carried": sum(row.carried for row in known),
        "reported_without_key": sum(row.reported for row in known),
        "changed": sum(len(row.changed) for row in rows),
        "silently_wrong_keys": sum(row.wrong for row in rows),
        "fidelity_percent": round(100 * kept / wanted, 2) if wanted else None,
        "slowest_seconds": round(max((row.seconds for row in rows), default=0.0), 3),
    }
    return Outcome(figures, bool(rows) and all(row.ok for row in rows), "\n".join(lines))
