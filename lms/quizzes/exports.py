"""What pupils answered as files: a CSV with a line for each answer, or QTI results with a file for each attempt.

Both are made piece by piece while they are sent, so that memory does not grow with the number of attempts.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from lxml import etree

from lms.base.text import nfc
from lms.gradebook.exports import inert
from lms.quizzes.service.exporting import Answered, HandedIn
from lms.quizzes.service.item_results import CHOICES
from lms.quizzes.service.item_statistics import QuizStatistics
from question_bank import api as bank

HEADINGS = (
    "Mã học sinh", "Họ và tên", "Lượt", "Mã đề", "Bắt đầu", "Nộp lúc", "Mã biên nhận", "Câu", "Mã câu hỏi", "Loại",
    "Trả lời", "Điểm", "Điểm tối đa",
)  # fmt: skip
FIGURES = (
    "Mã câu hỏi", "Lời dẫn", "Loại", "Mức độ", "Đáp án", "Bài làm", "Bỏ trống", "Độ khó", "Độ lệch chuẩn",
    "Độ phân biệt", "Hiệu suất phân biệt", "Trọng số", "Nên xem lại",
)  # fmt: skip
QTI = "http://www.imsglobal.org/xsd/imsqti_result_v2p2"
NAMESPACES: Any = {None: QTI}


def as_csv(attempts: Iterable[HandedIn]) -> Iterator[bytes]:
    """UTF-8 with a byte-order mark, comma-separated, moments in ISO 8601, no cell taken for a formula."""
    yield b"\xef\xbb\xbf" + _line(HEADINGS)
    for attempt in attempts:
        who = (
            attempt.pupil_code,
            attempt.pupil_name,
            str(attempt.number),
            attempt.form_code,
            attempt.started_at.isoformat(timespec="seconds"),
            attempt.handed_in_at.isoformat(timespec="seconds"),
            attempt.receipt,
        )
        for answer in attempt.answers:
            yield _line(
                (
                    *who,
                    str(answer.slot),
                    answer.version_uid,
                    answer.kind,
                    in_words(answer.response),
                    decimal(answer.points),
                    decimal(answer.worth),
                )
            )


def figures_as_csv(found: QuizStatistics) -> bytes:
    """The figures of questions, a line each: UTF-8 with a byte-order mark, as `as_csv`.

    Options go by the letters of the bank; behind them stand the shares of each form.
    """
    rows = found.results.rows
    most = max((len(row.choices.options) for row in rows if row.choices), default=0)
    codes = sorted({one.code for own in found.forms.values() for one in own})
    letters = [chr(ord("A") + place) for place in range(most)]
    heads = (*FIGURES, *(f"Chọn {letter}" for letter in letters), *(f"Độ khó mã đề {code}" for code in codes))
    lines = [_line(heads)]
    for row in rows:
        options = row.choices.options if row.choices else ()
        ids = [one.option for one in options]
        names = dict(zip(ids, letters, strict=False))
        shares = {one.code: one.facility for one in found.forms[row.item.version_uid]}
        counts = [str(one.count) for one in options]
        lines.append(
            _line(
                (
                    row.item.version_uid,
                    bank.summary(row.item.body),
                    row.item.type,
                    row.item.level,
                    " ".join(names[one.option] for one in options if one.right and row.item.type in CHOICES),
                    str(row.figures.papers),
                    str(row.blanks),
                    decimal(row.figures.facility),
                    *(_six(value) for value in (row.figures.deviation, row.figures.discrimination)),
                    *(_six(value) for value in (row.figures.efficiency, row.figures.weight)),
                    " ".join(str(bank.sentence(one, names)) + ("" if one.sure else " (?)") for one in row.findings),
                    *counts,
                    *[""] * (most - len(counts)),
                    *(decimal(shares.get(code)) for code in codes),
                )
            )
        )
    return b"\xef\xbb\xbf" + b"".join(lines)


def _six(value: float | None) -> str:
    return "" if value is None else f"{value:.6f}"


def _line(cells: Sequence[str]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerow([inert(cell) for cell in cells])
    return out.getvalue().encode()


def in_words(response: Mapping[str, Any]) -> str:
    """An answer as one text: what was typed, or the ids of what was chosen.

    >>> in_words({"choices": ["a", "c"]}), in_words({"truths": {"a": True, "b": None}})
    ('a c', 'a=true')
    """
    texts = []
    for value in response.values():
        if isinstance(value, Mapping):
            texts += [f"{name}={_plain(one)}" for name, one in value.items() if one is not None]
        elif isinstance(value, list):
            texts += [str(one) for one in value]
        elif value is not None:
            texts.append(str(value))
    return " ".join(texts)


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def decimal(value: Fraction | None) -> str:
    """Points with at most six decimals and a point; nothing for None.

    >>> decimal(Fraction(1, 3)), decimal(Fraction(2)), decimal(None)
    ('0.333333', '2', '')
    """
    if value is None:
        return ""
    text = f"{Decimal(value.numerator) / Decimal(value.denominator):.6f}"
    return text.rstrip("0").rstrip(".")


class _Drain(io.RawIOBase):
    """A file that keeps only what was not taken yet; it cannot be wound back, so that zip files stream."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._pieces.append(bytes(data))
        return len(self._pieces[-1])

    def take(self) -> bytes:
        taken, self._pieces = b"".join(self._pieces), []
        return taken


def as_qti(attempts: Iterable[HandedIn], quiz_uid: str) -> Iterator[bytes]:
    """A zip with an `assessmentResult` for each attempt (1EdTech QTI 2.2, Results Reporting)."""
    drain = _Drain()
    with zipfile.ZipFile(drain, "w", zipfile.ZIP_DEFLATED) as archive:
        for attempt in attempts:
            archive.writestr(f"{attempt.attempt_uid}.xml", assessment_result(attempt, quiz_uid))
            yield drain.take()
    yield drain.take()


def assessment_result(attempt: HandedIn, quiz_uid: str) -> bytes:
    """One attempt. It names no key: `correctResponse` is optional and left out."""
    root = etree.Element(f"{{{QTI}}}assessmentResult", nsmap=NAMESPACES)
    context = _add(root, "context", sourcedId=attempt.pupil_uid)
    for source, identifier in (("attempt", attempt.attempt_uid), ("receipt", attempt.receipt)):
        _add(context, "sessionIdentifier", sourceID=f"urn:gieo:{source}", identifier=identifier)
    stamp = _stamp(attempt.handed_in_at)
    test = _add(root, "testResult", identifier=quiz_uid, datestamp=stamp)
    if not attempt.waiting:
        _outcome(test, "SCORE", attempt.points)
    _outcome(test, "MAXSCORE", attempt.worth)
    for answer in attempt.answers:
        item = _add(
            root,
            "itemResult",
            identifier=answer.version_uid,
            sequenceIndex=str(answer.slot),
            datestamp=stamp,
            sessionStatus="final" if answer.points is not None else "pendingResponseProcessing",
        )
        for name, cardinality, base, values in _variables(answer):
            variable = _add(item, "responseVariable", identifier=name, cardinality=cardinality, baseType=base)
            given = _add(variable, "candidateResponse")
            for value in values:
                _add(given, "value").text = nfc(value)
        _outcome(item, "SCORE", answer.points)
        _outcome(item, "MAXSCORE", answer.worth)
    made: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return made


def _variables(answer: Answered) -> Iterator[tuple[str, str, str, list[str]]]:
    """The response variables of an answer: name, cardinality, base type, values; a blank has one without a value."""
    response = answer.response
    match answer.kind:
        case "multiple_choice":
            yield "RESPONSE", "multiple", "identifier", response.get("choices") or []
        case "ordering":
            yield "RESPONSE", "ordered", "identifier", response.get("order") or []
        case "matching":
            pairs = (response.get("pairs") or {}).items()
            yield "RESPONSE", "multiple", "directedPair", [f"{left} {right}" for left, right in pairs if right]
        case "true_false" | "cluster":
            truths = (response.get("truths") or {}).items()
            said = [f"{name} {_plain(value)}" for name, value in truths if value is not None]
            yield "RESPONSE", "multiple", "directedPair", said
        case "gap_fill":
            for name, text in (response.get("gaps") or {}).items():
                yield f"RESPONSE_{name}", "single", "string", [str(text)] if text else []
        case "single_choice":
            yield "RESPONSE", "single", "identifier", [response["choice"]] if response.get("choice") else []
        case _:
            yield "RESPONSE", "single", "string", [response["text"]] if response.get("text") else []


def _outcome(parent: Any, name: str, value: Fraction | None) -> None:
    if value is not None:
        variable = _add(parent, "outcomeVariable", identifier=name, cardinality="single", baseType="float")
        _add(variable, "value").text = decimal(value)


def _add(parent: Any, name: str, **attributes: str) -> Any:
    return etree.SubElement(parent, f"{{{QTI}}}{name}", attributes)


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
