"""Each reader of question files against hostile variants of real and made files, searched by hypothesis.

The readers are those of `detect.READERS`. What a file becomes is carried on as the import page does: drafts are
cleaned, checked and written down. Anything but a reading or a refusal with a sentence is a failure, and so is a
reading that takes longer than `PATIENCE` seconds of the processor: hypothesis makes the file smaller, and it is kept
in the folder given by `--failures`. A place that failed once is passed over afterwards, so that the search goes on.
"""

from __future__ import annotations

import argparse
import hashlib
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import hypothesis
from hypothesis import HealthCheck, Phase

from bench.machine import say
from bench.mutation import variants
from bench.outcome import Outcome
from bench.papers import wordml as word
from lms.base.errors import AppError
from question_bank.formats.detect import READERS, Reader, reader_of
from question_bank.formats.sheet import template
from question_bank.formats.writers import WRITERS
from question_bank.imports.service.reading import checked
from question_bank.items.codec import decode_draft, encode_draft
from question_bank.items.domain import KEY_OF
from tests.question_bank.items import samples

GOALS = "every reader >= 10 minutes: 0 uncaught exceptions, no reading over 10 s of the processor"
ROOT = Path(__file__).resolve().parents[1]
INPUTS = ROOT.parent / "shared" / "inputs"
FOLDERS = ("1-moodle-gift", "2-qti", "3-common-cartridge", "6-vn-exams")
SEED_BYTES = 60_000  # larger files are the business of `formats_speed`
SEEDS_EACH = 150
QUICK_SECONDS = 40.0
PATIENCE = 10.0
BATCH = 50  # variants between two looks at the clock


@dataclass
class Hunt:
    """What became of one reader."""

    name: str
    seeds: int
    variants: int = 0
    read: int = 0
    slowest: float = 0.0
    seconds: float = 0.0
    failures: dict[str, str] = field(default_factory=dict)  # place → file with the bytes


class TooSlow(Exception):
    """A reading took longer than anyone waits."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say how long, which readers, from which seed, and where failing files go."""
    parser.add_argument("--quick", action="store_true", help="all readers together in less than a minute")
    parser.add_argument("--minutes", type=float, default=10.0, help="for each reader")
    parser.add_argument("--reader", action="append", choices=[reader.name for reader in READERS], help="only this one")
    parser.add_argument("--seed", type=int, default=20_261_125)
    parser.add_argument("--failures", type=Path, default=Path("fuzz-failures"), help="folder for files that broke it")
    parser.add_argument("--inputs", type=Path, default=INPUTS, help="folder of real files to start from")


def seeds_of(inputs: Path) -> dict[str, list[bytes]]:
    """Return small files by the reader that takes them: real ones, and one of every kind of question made here."""
    found: dict[str, list[bytes]] = {reader.name: [] for reader in READERS}
    for path in sorted(path for folder in FOLDERS for path in (inputs / folder).rglob("*") if path.is_file()):
        if path.stat().st_size > SEED_BYTES or path.suffix == ".json":
            continue
        data = path.read_bytes()
        try:
            reader = reader_of(data, path.name)
            reader.read(data, path.name)
        except AppError:
            continue
        found[reader.name].append(data)
    drafts = [make() for make in samples.ALL]
    for name, writer in WRITERS.items():
        found[name].append(writer.write(drafts, {}))
    found["docx"] += _word_files()
    found["xlsx"].append(template())
    found["aiken"].append("Thủ đô?\nA. Huế\nB. Hà Nội\nANSWER: B\n\nQ?\nA) a\nB) b\nANSWER: A\n".encode())
    return {name: files[:: max(1, len(files) // SEEDS_EACH)] for name, files in found.items()}


def _word_files() -> list[bytes]:
    root = word.formula(f"<m:rad><m:deg/><m:e>{word.math('x')}</m:e></m:rad>")
    options = (word.paragraph(word.run("A.", "u"), word.run(" 1\tB. 2")), word.paragraph("C. 3\tD. 4"))
    grid = word.table([["Câu", "1", "2"], ["Đáp án", "A", "B"]])
    return [
        word.docx(word.paragraph("Câu 1. [NB] Tính ", root), *options, word.paragraph("Lời giải. Ta có ", root)),
        word.docx(word.paragraph("PHẦN II"), word.paragraph("Câu 1. Xét"), word.paragraph("a) đúng\nb) sai"), grid),
        word.docx(word.paragraph("Hỏi", numbered=(1, 0)), *options, word.paragraph("Đáp án: 2,5"), grid),
    ]


def carried_on(reader: Reader, data: bytes) -> bool:
    """Read a file as the import page would; returns whether it was taken.

    Raises:
        TooSlow: it took longer than `PATIENCE`.
    """
    start = time.process_time()
    try:
        reading = reader.read(data, "")
    except AppError as refused:
        if not str(refused):
            raise AssertionError("a refusal without a word") from refused
        reading = None
    if reading is not None:
        assert reading.found >= len(reading.drafts), "more questions than were found"
        for draft in reading.drafts:
            form = KEY_OF[draft.body.type]
            assert draft.key is None or (form is not None and isinstance(draft.key, form)), "a key of another kind"
            whole = checked(draft)
            assert decode_draft(encode_draft(whole)).body == whole.body, "written down otherwise than read"
    if (spent := time.process_time() - start) > PATIENCE:
        raise TooSlow(f"{spent:.1f} s")
    return reading is not None


def hunt(reader: Reader, seeds: Sequence[bytes], seconds: float, seed: int, failures: Path) -> Hunt:
    """Search for files that break a reader until the time is over."""
    seen = Hunt(reader.name, len(seeds))
    last: list[tuple[bytes, str]] = []
    start = time.monotonic()
    round_ = 0

    def once(data: bytes) -> None:
        seen.variants += 1
        begun = time.process_time()
        try:
            seen.read += carried_on(reader, data)
        except Exception as error:
            place = _place(error)
            if place in seen.failures:
                return
            last.append((data, place))
            raise
        seen.slowest = max(seen.slowest, time.process_time() - begun)

    while time.monotonic() - start < seconds:
        last.clear()
        test = hypothesis.given(variants(seeds))(once)
        test = hypothesis.settings(
            max_examples=BATCH, deadline=None, database=None, suppress_health_check=list(HealthCheck),
            phases=(Phase.generate, Phase.shrink), report_multiple_bugs=False, print_blob=False,
        )(test)  # fmt: skip
        try:
            hypothesis.seed(seed + round_)(test)()
        except Exception:
            if not last:
                raise  # a variant could not even be made
            data, place = last[-1]
            failures.mkdir(parents=True, exist_ok=True)
            path = failures / f"{reader.name}-{hashlib.sha256(data).hexdigest()[:12]}"
            path.write_bytes(data)
            seen.failures[place] = str(path)
            say(f"{reader.name}: {place} → {path} (seed {seed + round_})")
        round_ += 1
    seen.seconds = time.monotonic() - start
    return seen


def _place(error: Exception) -> str:
    """Name a failure by its kind and the innermost line of ours."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if str(ROOT) in frame.filename]
    ours = [frame for frame in frames if "/bench/" not in frame.filename and "/.venv/" not in frame.filename]
    at = (ours or frames)[-1]
    return f"{type(error).__name__} at {Path(at.filename).name}:{at.lineno} {str(error)[:80]}" if at else repr(error)


def run(options: argparse.Namespace) -> Outcome:
    """Hunt through every reader and print a row each."""
    readers = [reader for reader in READERS if not options.reader or reader.name in options.reader]
    seconds = QUICK_SECONDS / len(readers) if options.quick else options.minutes * 60
    seeds = seeds_of(options.inputs)
    rows = []
    for reader in readers:
        say(f"{reader.name}: {len(seeds[reader.name])} files to start from, {seconds:.0f} s, seed {options.seed}")
        rows.append(hunt(reader, seeds[reader.name], seconds, options.seed, options.failures))
    lines = [f"{'reader':<18} seeds variants  taken seconds slowest failures"]
    for row in rows:
        lines.append(
            f"{row.name:<18} {row.seeds:>5} {row.variants:>8} {row.read:>6} {row.seconds:>7.0f} {row.slowest:>7.2f} "
            f"{len(row.failures):>8}"
        )
        lines += [f"    {place}: {path}" for place, path in row.failures.items()]
    figures = {
        "seed": options.seed,
        "seconds_each": round(seconds, 1),
        "variants": {row.name: row.variants for row in rows},
        "taken": {row.name: row.read for row in rows},
        "slowest_seconds": round(max(row.slowest for row in rows), 2),
        "failures": sum(len(row.failures) for row in rows),
    }
    return Outcome(figures, not figures["failures"], "\n".join(lines))
