"""How long files of questions take in one process, through the pages that a teacher uses, and how much memory.

A Word exam of 50 questions with a formula in every prompt and option is read; a Moodle XML file of 2,000 questions of
all kinds is uploaded, shown and saved by a signed-in teacher, over the application's own WSGI interface and on a
SQLite file. Times are of the processor: neighbours on the machine do not count. Memory is the process's peak above
what it held before, while one file is read again and again. Where pandoc is installed it reads the same Word exam,
and the ratio of the two is told; it starts a process of its own, so the start of our reader is counted as well.
"""

from __future__ import annotations

import argparse
import io
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from bench.machine import say
from bench.outcome import Outcome
from bench.papers import wordml as word
from lms.app import create_app
from lms.base import db
from lms.base.config import Settings
from question_bank.formats.detect import read_any
from question_bank.formats.writers import WRITERS
from question_bank.items.domain import ItemDraft
from tests import factories
from tests.conftest import sign_in
from tests.factories import World
from tests.question_bank.items import samples

GOALS = (
    "Word exam of 50 questions with formulas <= 1 s; Moodle XML of 2,000 questions <= 3 s to preview and <= 3 s to "
    "save; reading a file twenty times takes no more memory than five times"
)
WORD_LIMIT, PREVIEW_LIMIT, SAVE_LIMIT = 1.0, 3.0, 3.0  # seconds
SLACK_MB = 8.0  # what an allocator keeps for itself
QUESTIONS = 2000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Offer fewer rounds."""
    parser.add_argument("--quick", action="store_true", help="one round of each, no pandoc")


def word_exam(questions: int) -> bytes:
    """Return a paper in which every prompt and every option holds a formula, the key underlined."""
    body = []
    for number in range(1, questions + 1):
        root = f"<m:rad><m:deg/><m:e>{word.math(f'x+{number}')}</m:e></m:rad>"
        fraction = f"<m:f><m:num>{word.math('a')}</m:num><m:den>{root}</m:den></m:f>"
        body.append(word.paragraph(f"Câu {number}. Rút gọn biểu thức ", word.formula(fraction + root), " ta được"))
        for place, letter in enumerate("ABCD"):
            power = f"<m:sSup><m:e>{word.math('x')}</m:e><m:sup>{word.math(str(place + number))}</m:sup></m:sSup>"
            look = ("u",) if place == number % 4 else ()
            body.append(word.paragraph(word.run(f"{letter}.", *look), word.run(" "), word.formula(power + fraction)))
    return word.docx(*body, parts=_PACKAGE)


_PACKAGE = {  # said as Word says it; pandoc asks for it
    "[Content_Types].xml": (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/word/document.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
    ),
    "_rels/.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
        'Target="word/document.xml"/></Relationships>'
    ),
}


def many_drafts(count: int) -> list[ItemDraft]:
    """Return questions of all kinds that read differently, in categories of fifty."""
    drafts = []
    for place in range(count):
        draft = samples.ALL[place % len(samples.ALL)]()
        prompt = f"<p>Câu {place}.</p>{draft.body.prompt}"
        body = replace(draft.body, prompt=prompt)
        drafts.append(replace(draft, body=body, title=f"Câu {place}", category=f"Ôn tập/Bài {place // 50}"))
    return drafts


@contextmanager
def school() -> Iterator[tuple[FlaskClient, World]]:
    """Give a teacher's browser on the application with a small school in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="gieo-speed-") as folder:
        settings = Settings(data_dir=Path(folder), secret_key="bench", environment="test", mail_url="file:")
        app = create_app(settings)
        app.config["WTF_CSRF_ENABLED"] = False
        engine = app.extensions["gieo_engine"]
        db.Base.metadata.create_all(engine)
        with db.transaction() as session:
            world = factories.make_world(session)
        yield sign_in(app, world.teacher), world
        engine.dispose()


def spent(act: Callable[[], Any]) -> tuple[float, Any]:
    """Return seconds of the processor and what came out."""
    start = time.process_time()
    out = act()
    return time.process_time() - start, out


def peak_mb() -> float:
    """The most memory that this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def read_word(rounds: int) -> tuple[float, list[str]]:
    """Return the slowest reading of the Word exam, and what was not as it should be."""
    data = word_exam(50)
    slowest, faults = 0.0, []
    for _ in range(rounds):
        seconds, reading = spent(lambda: read_any(data, "de.docx"))
        slowest = max(slowest, seconds)
        whole = [one for one in reading.drafts if one.key and not one.problems and 'class="tex"' in one.body.prompt]
        if len(whole) != 50:
            faults.append(f"only {len(whole)} of 50 questions are whole")
    return slowest, faults


def pandoc_ratio() -> float | None:
    """Return how many times longer pandoc takes for the Word exam than a fresh process of ours, both by the wall."""
    if shutil.which("pandoc") is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "de.docx"
        path.write_bytes(word_exam(50))
        theirs = _wall(["pandoc", str(path), "-t", "html", "-o", f"{folder}/out.html"])
        start = time.perf_counter()
        read_any(path.read_bytes(), path.name)
        return round(theirs / (time.perf_counter() - start), 2)


def _wall(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start


def through_the_pages(client: FlaskClient, world: World) -> tuple[dict[str, float], list[str]]:
    """Upload, show and save a large Moodle XML file as a teacher does; returns seconds and faults."""
    drafts = many_drafts(QUESTIONS)
    data = WRITERS["moodle_xml"].write(drafts, {})
    form = {"subject": world.maths.uid, "grade": "8", "file": (io.BytesIO(data), "de.xml")}
    reading, came = spent(lambda: client.post("/bank/import", data=form, content_type="multipart/form-data"))
    if came.status_code != 303:
        return {}, [f"the upload was answered with {came.status_code}"]
    address = came.headers["Location"]
    showing, page = spent(lambda: client.get(address))
    saving, saved = spent(lambda: client.post(f"{address}/save"))
    after, page_after = spent(lambda: client.get(address))
    faults = [
        f"{what}: {answer.status_code}"
        for what, answer, right in (("shown", page, 200), ("saved", saved, 303), ("shown again", page_after, 200))
        if answer.status_code != right
    ]
    faults += [] if f"{QUESTIONS} câu" in page_after.text else ["not every question was saved"]
    seconds = {
        "upload": reading, "page": showing, "preview": reading + showing, "save": saving, "page_after": after,
        "file_mb": len(data) / 1e6,
    }  # fmt: skip
    return {name: round(value, 3) for name, value in seconds.items()}, faults


def growth() -> dict[str, float]:
    """Return megabytes that the peak grew in five readings, and in fifteen more, of a large file of each kind."""
    drafts = many_drafts(QUESTIONS)
    files = {name: writer.write(drafts, {}) for name, writer in WRITERS.items()}
    files["docx"] = word_exam(200)
    grown = {}
    for name, data in files.items():
        for _ in range(5):
            read_any(data, "")
        before = peak_mb()
        for _ in range(15):
            read_any(data, "")
        grown[name] = round(peak_mb() - before, 1)
    return grown


def run(options: argparse.Namespace) -> Outcome:
    """Measure the three, and say which goal is missed."""
    rounds = 1 if options.quick else 5
    read_any(word_exam(1), "x.docx")  # the first reading loads libraries
    word_seconds, faults = read_word(rounds)
    say(f"Word exam: {word_seconds:.2f} s")
    seconds: dict[str, float] = {}
    for _ in range(1 if options.quick else 3):
        with school() as (client, world):
            measured, wrong = through_the_pages(client, world)
        faults += wrong
        seconds = {name: max(value, seconds.get(name, 0.0)) for name, value in measured.items()}
        say(f"Moodle XML: {measured}")
    grown = {} if options.quick else growth()
    ratio = None if options.quick else pandoc_ratio()
    missed = [
        *(["Word exam"] if word_seconds > WORD_LIMIT else []),
        *(["preview"] if seconds.get("preview", 99) > PREVIEW_LIMIT else []),
        *(["save"] if seconds.get("save", 99) > SAVE_LIMIT else []),
        *(f"memory of {name}" for name, more in grown.items() if more > SLACK_MB),
    ]
    figures = {
        "word_50_seconds": round(word_seconds, 3),
        "moodle_xml_2000": seconds,
        "grown_mb": grown,
        "pandoc_times_longer": ratio,
        "peak_mb": round(peak_mb()),
        "missed": missed,
        "faults": faults,
    }
    lines = [f"missed: {', '.join(missed) or 'nothing'}", *faults]
    return Outcome(figures, not missed and not faults, "\n".join(lines))
