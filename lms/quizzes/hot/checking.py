"""Look at what a page sent before anything is stored: is there such a slot, and could this be an answer to it?"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, select

from lms.base import db
from lms.base.errors import Invalid, NotFound
from lms.quizzes.domain.flow import Rules, decode_rules
from lms.quizzes.domain.states import EventKind
from lms.quizzes.hot.storing import Checked
from lms.quizzes.hot.wire import MOST_SEQ, SentEvent, encode
from lms.quizzes.models import Form
from question_bank import api as bank

TAB = re.compile(r"[A-Za-z0-9_-]{1,30}")
MOST_FORMS = 256  # kept in memory; a form is some tens of kilobytes
_lock = threading.Lock()
_form = Form.__table__.c


@dataclass(frozen=True, slots=True)
class Paper:
    """What saves need of a frozen form: its questions by slot number, the rules of its quiz."""

    quiz_id: int
    bodies: Mapping[int, bank.ItemBody]
    rules: Rules


_papers: WeakKeyDictionary[Engine, dict[int, Paper]] = WeakKeyDictionary()  # by database


def paper(form_id: int) -> Paper:
    """A frozen form; read once in each process.

    Raises:
        NotFound: there is no such form.
    """
    engine = db.engine_for(writes=False)
    kept = _papers.get(engine, {})
    if form_id in kept:
        return kept[form_id]
    with engine.connect() as connection:
        form = connection.execute(
            select(_form.quiz_id, _form.document, _form.rules).where(_form.id == form_id)
        ).one_or_none()
    if form is None:
        raise NotFound
    bodies = {slot["number"]: bank.decode_body(slot["body"]) for slot in form.document}
    made = Paper(form.quiz_id, bodies, decode_rules(form.rules))
    with _lock:
        kept = _papers.setdefault(engine, {})
        while len(kept) >= MOST_FORMS:
            kept.pop(next(iter(kept)))
        kept[form_id] = made
    return made


def check(form_id: int, events: Sequence[SentEvent]) -> tuple[list[Checked], list[int]]:
    """Split what came into events that may be stored and the `seq` of those that never could be answers."""
    bodies = paper(form_id).bodies
    good: list[Checked] = []
    refused: list[int] = []
    for event in events:
        try:
            good.append(_checked(bodies, event))
        except Invalid:
            refused.append(event.seq)
    return good, refused


def _checked(bodies: Mapping[int, bank.ItemBody], event: SentEvent) -> Checked:
    if not 0 < event.seq <= MOST_SEQ or not 0 <= event.mono <= MOST_SEQ:
        raise Invalid
    if event.kind == EventKind.LEFT.value:
        if type(event.response) is not int or not 0 <= event.response <= MOST_SEQ or event.slot is not None:
            raise Invalid
        return Checked(event.seq, None, event.kind, str(event.response), event.mono)
    if event.kind == EventKind.REACHED.value:
        if type(event.response) is not int or event.response not in bodies or event.slot is not None:
            raise Invalid
        return Checked(event.seq, event.response, event.kind, "null", event.mono)
    body = bodies.get(event.slot) if event.slot is not None else None
    if event.kind != EventKind.ANSWER.value or body is None:
        raise Invalid
    response = bank.check_response(body, event.response)
    return Checked(event.seq, event.slot, event.kind, encode(response).decode(), event.mono)


def forget() -> None:
    """Forget every form; for tests, where another database may use the same numbers."""
    with _lock:
        _papers.clear()
