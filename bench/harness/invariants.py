"""The count at the end: what clients were told against what the tables hold, computed anew without the product's rules.

I1 an acknowledged answer is lost · I2 something is there twice · I3 late answers were accepted, or the client's clock
decided · I4 not exactly one submission · I5 a score is not the function of the events · I6 the gradebook is not the
recomputation · I7 the audit chain does not hold, or does not count what happened.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b32encode
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import Connection, Row, select

from bench.exam_school import Exam
from bench.harness.ledger import Ledger
from lms.base.audit import AuditEntry, AuditHead
from lms.gradebook.models import Mark, MarkChange
from lms.quizzes.models import Attempt, AttemptEvent, AttemptScore, Form, ItemScore, Quiz, ResponseCurrent, Submission

NAMES = ("I1", "I2", "I3", "I4", "I5", "I6", "I7")
RIGHT = "b"  # of every question of `exam_school`
WORTH = Fraction(1, 2)
CLOSED_WITHIN = timedelta(seconds=60)
CLOCK = 0.05  # seconds that two readings of the machine's clock may seem to differ
Answers = Mapping[int, Any]


@dataclass(frozen=True)
class Rules:
    """What the exam was set to, as the harness set it."""

    duration: timedelta
    grace: timedelta


@dataclass(frozen=True)
class Hold:
    """A span in which the harness held the locks of these attempts: nothing can be stamped inside it."""

    attempts: frozenset[int]  # empty: all, as on SQLite
    since: float
    until: float


class Findings:
    """What was found wrong, by invariant, with the first few cases in words."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter(dict.fromkeys(NAMES, 0))
        self.cases: dict[str, list[str]] = defaultdict(list)

    def wrong(self, invariant: str, case: str, times: int = 1) -> None:
        if times:
            self.counts[invariant] += times
            if len(self.cases[invariant]) < 3:
                self.cases[invariant].append(case)

    @property
    def clean(self) -> bool:
        return not any(self.counts.values())

    @property
    def caught(self) -> list[str]:
        return [name for name in NAMES if self.counts[name]]


def check(
    connection: Connection, exam: Exam, rules: Rules, ledgers: Sequence[Ledger], holds: Sequence[Hold] = ()
) -> tuple[Findings, dict[str, Any]]:
    """Check every invariant; also returns what was counted on the way."""
    found = Findings()
    attempts = connection.execute(select(Attempt.__table__).where(Attempt.__table__.c.quiz_id == exam.quiz_id)).all()
    events = _by_attempt(connection, AttemptEvent, attempts)
    slowest = timedelta(0)
    by_uid = {attempt.uid: attempt for attempt in attempts}
    for ledger in ledgers:
        mine = [one for one in attempts if one.pupil_id == ledger.pupil_id]
        if ledger.begun_at and len(mine) != 1:
            found.wrong("I4", f"pupil {ledger.pupil_id} has {len(mine)} attempts")
        for lost in ledger.attempts - set(by_uid):
            found.wrong("I1", f"attempt {lost} was begun and is not there")
        for attempt in mine:
            _lost(found, ledger, events[attempt.id])
            _twice(found, ledger, events[attempt.id])
            _late(found, rules, ledger, attempt, events[attempt.id], holds)
    handed: dict[int, Answers] = {}
    submissions = _by_attempt(connection, Submission, attempts)
    for attempt in attempts:
        ledger = next((one for one in ledgers if one.pupil_id == attempt.pupil_id), Ledger(attempt.pupil_id))
        handed[attempt.id] = answers_of(events[attempt.id])
        slowest = max(slowest, _submitted(found, ledger, attempt, submissions[attempt.id], handed[attempt.id]))
    marks = _scores(found, connection, exam, attempts, events, handed)
    _gradebook(found, connection, attempts, marks)
    acts = _audit(found, connection, attempts)
    told = [change for ledger in ledgers for change in ledger.changes if change.told]
    return found, {
        "answers": sum(len(ledger.changes) for ledger in ledgers),
        "acknowledged": len(told),
        "late": sum(1 for change in told if "late" in change.told),
        "other_device": sum(1 for change in told if "other_device" in change.told),
        "audit_entries": acts,
        "slowest_closing_s": round(slowest.total_seconds(), 1),
    }


def _by_attempt(connection: Connection, model: Any, attempts: Sequence[Row[Any]]) -> dict[int, list[Row[Any]]]:
    table = model.__table__
    found: dict[int, list[Row[Any]]] = {attempt.id: [] for attempt in attempts}
    order = table.c.id if "id" in table.c else table.c.attempt_id
    for row in connection.execute(select(table).order_by(order)):
        if row.attempt_id in found:
            found[row.attempt_id].append(row)
    return found


def answers_of(events: Sequence[Row[Any]]) -> Answers:
    """What counts: of the applied answers of a slot the one that the client made last."""
    latest: dict[int, tuple[tuple[int, int], Any]] = {}
    for row in events:
        if row.kind == "answer" and row.standing == "applied":
            rank = (row.client_seq, row.id)
            if row.slot not in latest or rank > latest[row.slot][0]:
                latest[row.slot] = (rank, json.loads(row.payload))
    return {slot: answer for slot, (_rank, answer) in latest.items()}


def _lost(found: Findings, ledger: Ledger, events: Sequence[Row[Any]]) -> None:
    stored = {(row.client_id, row.client_seq): row for row in events}
    for change in ledger.changes:
        row = stored.get((change.client, change.seq))
        case = f"{change.client} {change.seq} slot {change.slot}"
        if row is None:
            shown_as_saved = change not in ledger.waiting
            if change.told or shown_as_saved:
                found.wrong("I1", f"{case}: {'acknowledged' if change.told else 'shown as saved'} and not there")
        elif row.slot != change.slot or json.loads(row.payload) != {"choice": change.option}:
            found.wrong("I1", f"{case}: something else is stored")
        elif change.told and row.standing not in change.told:
            found.wrong("I1", f"{case}: told {change.told}, stored as {row.standing}")


def _twice(found: Findings, ledger: Ledger, events: Sequence[Row[Any]]) -> None:
    times = Counter((row.client_id, row.client_seq) for row in events)
    for key, count in times.items():
        found.wrong("I2", f"{key} is stored {count} times", count - 1)
    for change in ledger.changes:
        if len(change.told) > 1:
            found.wrong("I2", f"{change.client} {change.seq} was acknowledged as {sorted(change.told)}")


def _late(
    found: Findings, rules: Rules, ledger: Ledger, attempt: Row[Any], events: Sequence[Row[Any]], holds: Sequence[Hold]
) -> None:
    started, end = attempt.started_at.timestamp(), attempt.accept_until_at.timestamp()
    if attempt.accept_until_at != attempt.started_at + rules.duration + rules.grace:
        found.wrong("I3", f"attempt {attempt.uid} is open until {attempt.accept_until_at}")
    if not ledger.pressed_at - CLOCK <= started or (ledger.begun_at and started > ledger.begun_at + CLOCK):
        found.wrong("I3", f"attempt {attempt.uid} began when nobody pressed the button")
    changes = {(change.client, change.seq): change for change in ledger.changes}
    for row in events:
        at, change = row.server_at.timestamp(), changes.get((row.client_id, row.client_seq))
        case = f"{row.client_id} {row.client_seq}"
        if row.standing == "applied":
            if at > end or (change and change.sent_at > end + CLOCK):
                found.wrong("I3", f"{case}: accepted after the end")
            if change and change.barred:
                found.wrong("I3", f"{case}: accepted from a device that had been replaced")
        if change and change.sent_at and at < change.sent_at - CLOCK:
            found.wrong("I3", f"{case}: stamped before it was sent")
        over = min(end - CLOCK, ledger.finish_pressed_at or end)
        if change and 0 < change.told_at < over and row.standing == "late":
            found.wrong("I1", f"{case}: came in time and does not count")
        for hold in holds:
            if hold.since + CLOCK < at < hold.until - CLOCK and (not hold.attempts or attempt.id in hold.attempts):
                found.wrong("I3", f"{case}: its time was read before its lock was had")


def _submitted(
    found: Findings, ledger: Ledger, attempt: Row[Any], submissions: Sequence[Row[Any]], answers: Answers
) -> timedelta:
    """Check the one submission; returns how long after the deadline it came."""
    if len(submissions) != 1 or attempt.state != "handed_in":
        found.wrong("I4", f"attempt {attempt.uid} ({attempt.state}) has {len(submissions)} submissions")
        return timedelta(0)
    one = submissions[0]
    if set(ledger.receipts) - {one.receipt}:
        found.wrong("I4", f"attempt {attempt.uid}: told {sorted(set(ledger.receipts))}, stored {one.receipt}")
    if one.receipt != receipt_of(attempt.uid, answers):
        found.wrong("I5", f"attempt {attempt.uid}: the receipt {one.receipt} is not that of its events")
    after: timedelta = one.handed_in_at - attempt.deadline_at
    if after > CLOSED_WITHIN:
        found.wrong("I4", f"attempt {attempt.uid} was closed {after} after its deadline")
    return after


def receipt_of(uid: str, answers: Answers) -> str:
    """The receipt as rules/exam-path states it: base 32 of SHA-256 of the canonical answers, ten signs."""
    body = json.dumps([uid, sorted(answers.items())], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    code = b32encode(hashlib.sha256(body.encode()).digest()).decode()
    return f"{code[:5]}-{code[5:10]}"


def _scores(
    found: Findings,
    connection: Connection,
    exam: Exam,
    attempts: Sequence[Row[Any]],
    events: Mapping[int, Sequence[Row[Any]]],
    handed: Mapping[int, Answers],
) -> dict[int, Fraction]:
    """Mark every attempt anew; returns the share of the whole by pupil."""
    run = connection.scalar(select(Quiz.__table__.c.current_run_id).where(Quiz.__table__.c.id == exam.quiz_id))
    questions = {
        form.id: [slot["number"] for slot in form.document if slot["label"]]
        for form in connection.execute(
            select(Form.__table__.c.id, Form.__table__.c.document).where(Form.__table__.c.quiz_id == exam.quiz_id)
        )
    }
    items, totals, current = (
        _by_attempt(connection, model, attempts) for model in (ItemScore, AttemptScore, ResponseCurrent)
    )
    marks = {}
    for attempt in attempts:
        answers = handed[attempt.id]
        expected = {
            number: WORTH if answers.get(number) == {"choice": RIGHT} else Fraction(0)
            for number in questions[attempt.form_id]
        }
        total = sum(expected.values(), Fraction(0))
        marks[attempt.pupil_id] = total / (WORTH * len(expected))
        stored = {row.slot: row.points for row in items[attempt.id] if row.run_id == run}
        sums = [row.points for row in totals[attempt.id] if row.run_id == run]
        if stored != expected or sums != [total]:
            found.wrong("I5", f"attempt {attempt.uid}: {sums} stored, {total} by its events")
        kept = {row.slot: row.response for row in current[attempt.id]}
        if kept != answers:
            found.wrong("I5", f"attempt {attempt.uid}: the responses kept are not those of its events")
    return marks


def _gradebook(
    found: Findings, connection: Connection, attempts: Sequence[Row[Any]], marks: Mapping[int, Fraction]
) -> None:
    """Each pupil has one mark, of this attempt, rounded once (Circular 22/2021), and one change that led to it."""
    pupils = [attempt.pupil_id for attempt in attempts]
    stored = connection.execute(select(Mark.__table__).where(Mark.__table__.c.pupil_id.in_(pupils))).all()
    changes = Counter(
        connection.scalars(select(MarkChange.__table__.c.pupil_id).where(MarkChange.__table__.c.pupil_id.in_(pupils)))
    )
    for attempt in attempts:
        mine = [row for row in stored if row.pupil_id == attempt.pupil_id]
        share = marks[attempt.pupil_id] * 10
        exact = Decimal(share.numerator) / Decimal(share.denominator)
        mark = Fraction(exact.quantize(Decimal("0.1"), ROUND_HALF_UP))
        if [(row.value, row.attempt_uid) for row in mine] != [(mark, attempt.uid)]:
            found.wrong(
                "I6", f"pupil {attempt.pupil_id}: {[str(row.value) for row in mine]} stored, {mark} by the events"
            )
        if changes[attempt.pupil_id] != 1:
            found.wrong("I6", f"pupil {attempt.pupil_id}: the mark changed {changes[attempt.pupil_id]} times")


def _audit(found: Findings, connection: Connection, attempts: Sequence[Row[Any]]) -> int:
    """Follow the chain and count: one hand-in an attempt, one mark received a pupil."""
    if not attempts:
        return 0
    school = attempts[0].school_id
    table = AuditEntry.__table__
    entries = connection.execute(select(table).where(table.c.school_id == school).order_by(table.c.seq)).all()
    before = "0" * 64
    for number, entry in enumerate(entries, 1):
        if entry.seq != number or entry.prev_hash != before or entry.hash != _digest(entry):
            found.wrong("I7", f"the chain breaks at entry {entry.seq}")
            break
        before = entry.hash
    head = connection.execute(select(AuditHead.__table__).where(AuditHead.__table__.c.school_id == school)).one()
    if (head.seq, head.hash) != (len(entries), before):
        found.wrong("I7", f"the chain ends at {len(entries)}, its head says {head.seq}")
    handed = Counter(entry.subject_uid for entry in entries if entry.kind == "attempt.handed_in")
    received = Counter(
        pupil for entry in entries if entry.kind == "gradebook.quiz_marks_received" for pupil in entry.detail["pupils"]
    )
    for attempt in attempts:
        if handed[attempt.uid] != 1:
            found.wrong("I7", f"the hand-in of attempt {attempt.uid} is noted {handed[attempt.uid]} times")
        if received[attempt.pupil_id] != 1:
            found.wrong("I7", f"the mark of pupil {attempt.pupil_id} is noted {received[attempt.pupil_id]} times")
    return len(entries)


def _digest(entry: Row[Any]) -> str:
    """SHA-256 of the hash before and the canonical JSON of the entry."""
    at: datetime = entry.at
    body = json.dumps(
        [entry.school_id, entry.seq, at.isoformat(), entry.actor_id, entry.kind, entry.subject_uid, entry.detail],
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )
    return hashlib.sha256((entry.prev_hash + body).encode()).hexdigest()
