"""What the readers of question files carry over, file by file, against what the files themselves say.

Measured on the real files of `1-moodle-gift`, `2-qti`, `3-common-cartridge` (also as packed below `derived`) and
`6-vn-exams` below `--inputs`, or on every file of `--folder`. The expectation is made apart from the readers: from the
JSON beside a GIFT file, from Moodle XML read with the standard library, from the underlined letters of a Word file
(`bench.expected`), from the correct responses and conditions that QTI, cartridges and pools state
(`bench.expected_qti`), from the published facts where there are any. Compared are the type and the key of every
question.

A question counts as *carried* when both agree; as *reported* when it came in without a key and says why at its place;
as *lost* when it did not come in, for which the reading must name the kind and the reason; as *changed* when it came in
otherwise than the file has it, *silently wrong* when it then has a key. A file without a question must be refused.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bench import expected, expected_qti
from bench.outcome import Outcome
from lms.base.errors import AppError
from question_bank.formats.detect import read_any
from question_bank.formats.reading import Reading
from question_bank.items.domain import ItemDraft

GOALS = "every question of our types carried, or reported or lost with a written reason; silently wrong keys: 0"
ROOT = Path(__file__).resolve().parents[1]
KINDS = ("1-moodle-gift", "2-qti", "3-common-cartridge", "derived/packed", "6-vn-exams")
# Files that are no questions in any format stand beside those that are.
_OTHER = {
    ".json", ".html", ".htm", ".png", ".jpg", ".jpeg", ".gif", ".svg", ".eps", ".css", ".pdf", ".mp3", ".mp4", ".wav",
}  # fmt: skip


@dataclass
class Row:
    """What became of one file; seconds are those of the processor, which other work on the machine does not change."""

    name: str
    format: str = ""
    found: int = 0
    wanted: int | None = None
    carried: int = 0
    reported: Counter[str] = field(default_factory=Counter)
    changed: list[str] = field(default_factory=list)
    lost: dict[str, int] = field(default_factory=dict)
    beside: dict[str, int] = field(default_factory=dict)
    wrong: int = 0
    problems: int = 0
    refused: str = ""
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether nothing was lost, changed or found that is not told."""
        if self.refused:
            return not self.wanted
        return not self.wrong and not self.changed and (self.wanted is None or self.found == self.wanted)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say where the files are."""
    parser.add_argument(
        "--inputs", type=Path, default=ROOT.parent / "shared" / "inputs", help="folder of the real files"
    )
    parser.add_argument("--folder", type=Path, help="measure every file of this folder instead")
    parser.add_argument("--quick", action="store_true", help="the same: it takes seconds")
    parser.add_argument("--all-rows", action="store_true", help="print the files without questions too")


def files(options: argparse.Namespace) -> Iterator[tuple[Path, dict[str, object]]]:
    """Yield the files to read with the facts known of each."""
    if options.folder:
        yield from ((path, {}) for path in _below(options.folder))
        return
    facts: dict[str, dict[str, object]] = {}
    listed = options.inputs / "derived" / "expected_facts.jsonl"
    if listed.exists():
        for line in listed.read_text(encoding="utf-8").splitlines():
            entry = json.loads(line)
            facts[entry["path"]] = entry["facts"]
    for kind in KINDS:
        for path in _below(options.inputs / kind):
            yield path, facts.get(str(path.relative_to(options.inputs)), {})


def _below(folder: Path) -> Iterator[Path]:
    return (one for one in sorted(folder.rglob("*")) if one.is_file() and one.suffix.lower() not in _OTHER)


def measure(path: Path, facts: dict[str, object]) -> Row:
    """Read one file and hold it against what it says itself."""
    row = Row(f"{path.parent.name}/{path.name}" if path.name in ("item.xml", "assessment_qti.xml") else path.name)
    data = path.read_bytes()
    by_ident = expected_qti.of(path.name, data)
    wanted = expected.of(path, data, facts) if by_ident is None else None
    row.wanted = len(by_ident) if by_ident is not None else wanted.count if wanted else None
    start = time.process_time()
    try:
        reading = read_any(data, path.name)
    except AppError as error:
        row.seconds = time.process_time() - start
        row.refused = str(error)
        return row
    row.seconds = time.process_time() - start
    row.format, row.found = reading.format, reading.found
    row.problems = len(reading.problems) + sum(len(draft.problems) for draft in reading.drafts)
    _what_was_left_out(row, reading)
    if by_ident is not None:
        _by_ident(row, reading, by_ident)
    elif wanted is not None and wanted.questions is not None:
        _by_place(row, reading, wanted.questions)
    else:
        row.carried = sum(not draft.blocked for draft in reading.drafts)
        for draft in reading.drafts:
            _report(row, draft) if draft.blocked else None
    return row


def _what_was_left_out(row: Row, reading: Reading) -> None:
    """Part what is lost of whole questions from what is lost beside them: the first sums up to what did not come in."""
    left = reading.found - len(reading.drafts)
    for one in reading.not_carried:
        if left >= one.count > 0:
            left -= one.count
            row.lost[one.what] = one.count
        else:
            row.beside[one.what] = one.count
    if left:
        row.changed.append(f"{left} questions did not come in and nothing says why")


def _report(row: Row, draft: ItemDraft) -> None:
    row.reported[next(one.code for one in draft.problems if one.blocking)] += 1


def _by_place(row: Row, reading: Reading, questions: list[expected.Question]) -> None:
    for place, draft in enumerate(reading.drafts):
        want = questions[place] if place < len(questions) else None
        given = expected.Question(draft.body.type.value, expected.key_of(draft))
        if want is None:
            row.changed.append(f"{place + 1}: not in the source")
        elif draft.key is None and draft.blocked:
            _report(row, draft)
        elif given == want:
            row.carried += 1
        else:
            row.changed.append(f"{place + 1}: {want} became {given}")
            row.wrong += given.key is not None and given.key != want.key


def _by_ident(row: Row, reading: Reading, questions: expected_qti.Questions) -> None:
    """Hold questions against those of the same ident, in their order where several share one."""
    waiting: dict[str, list[expected.Question]] = {}
    for ident, question in questions:
        if question.type:
            waiting.setdefault(ident, []).append(question)
    for draft in reading.drafts:
        same = waiting.get(draft.external_id) or []
        want = next((one for one in same if expected_qti.agrees(draft, one)), same[0] if same else None)
        if want is not None:
            same.remove(want)
        if draft.key is None and draft.blocked:
            _report(row, draft)
        elif want is None:
            row.changed.append(f"{draft.external_id}: not in the source")
        elif expected_qti.agrees(draft, want):
            row.carried += 1
        else:
            row.changed.append(
                f"{draft.external_id}: {want} became {draft.body.type.value} {expected_qti.right_of(draft)}"
            )
            row.wrong += draft.key is not None


def run(options: argparse.Namespace) -> Outcome:
    """Read all files and print a row each, then the sums by format."""
    rows = [measure(path, facts) for path, facts in files(options)]
    lines = [f"{'file':<42} {'format':<16} found want carried reported changed lost problems seconds"]
    for row in rows:
        if row.refused and not row.wanted and not options.all_rows:
            continue
        want = "?" if row.wanted is None else str(row.wanted)
        lines.append(
            f"{row.name[-42:]:<42} {row.format or '-':<16} {row.found:>5} {want:>4} {row.carried:>7} "
            f"{row.reported.total():>8} {len(row.changed):>7} {sum(row.lost.values()):>4} {row.problems:>8} "
            f"{row.seconds:>7.3f}"
        )
        told = [f"{name} × {count}" for name, count in (*row.reported.items(), *row.lost.items(), *row.beside.items())]
        if told:
            lines.append(f"    told: {', '.join(told)}")
        lines += [f"    changed: {change}" for change in row.changed[:20]]
        if row.refused:
            lines.append(f"    refused: {row.refused}")
    lines += _sums(rows)
    known = [row for row in rows if row.wanted is not None and not row.refused]
    wanted = sum(row.wanted or 0 for row in rows if row.wanted is not None)
    lost = sum(sum(row.lost.values()) for row in known)
    carried = sum(row.carried for row in known)
    reported = sum(row.reported.total() for row in known)
    figures = {
        "files": len(rows),
        "with_questions": sum(bool(row.found) for row in rows),
        "refused": sum(bool(row.refused) for row in rows),
        "refused_with_questions": sum(bool(row.refused and row.wanted) for row in rows),
        "questions_wanted": wanted,
        "carried": carried,
        "reported_without_key": reported,
        "not_carried_named": lost,
        "changed": sum(len(row.changed) for row in rows),
        "silently_wrong_keys": sum(row.wrong for row in rows),
        "carried_of_our_types_percent": round(100 * carried / (wanted - lost), 2) if wanted > lost else None,
        "told_percent": round(100 * (carried + reported + lost) / wanted, 2) if wanted else None,
        "slowest_seconds": round(max((row.seconds for row in rows), default=0.0), 3),
    }
    return Outcome(figures, bool(rows) and all(row.ok for row in rows), "\n".join(lines))


def _sums(rows: list[Row]) -> list[str]:
    by_format: dict[str, list[Row]] = {}
    for row in rows:
        if row.format:
            by_format.setdefault(row.format, []).append(row)
    lines = ["", f"{'format':<18} files found carried reported changed lost wrong"]
    for name, some in sorted(by_format.items()):
        lines.append(
            f"{name:<18} {len(some):>5} {sum(one.found for one in some):>5} {sum(one.carried for one in some):>7} "
            f"{sum(one.reported.total() for one in some):>8} {sum(len(one.changed) for one in some):>7} "
            f"{sum(sum(one.lost.values()) for one in some):>4} {sum(one.wrong for one in some):>5}"
        )
    return lines
