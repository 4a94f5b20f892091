"""Choose the questions of parallel forms from the bank, by a specification."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base.errors import Conflict
from lms.base.i18n_marks import N_
from lms.base.permissions import Actor
from question_bank.analysis.service import AT_ONCE, expected_difficulties
from question_bank.assembly.domain.checking import faults
from question_bank.assembly.domain.pool import (
    Candidate,
    Figures,
    Outcome,
    Shortage,
    Task,
    Wish,
    expected_minutes,
    figures_of,
)
from question_bank.assembly.domain.specification import PART_TYPES, Place, Specification
from question_bank.assembly.models import KeptSpecification
from question_bank.assembly.service.specifications import get_specification
from question_bank.assembly.solving.choosing import choose
from question_bank.items.codec import decode_body
from question_bank.items.domain import ItemType
from question_bank.items.models import Item, ItemOutcome, ItemVersion
from question_bank.items.queries import usable_by

_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
_SHORTEST = 16  # signs of a text that is long enough to be told from others


@dataclass(frozen=True, slots=True)
class Placed:
    """A question of a form: which cell it fills, and what it is worth."""

    version_uid: str
    place: Place
    worth: Fraction
    shared: bool


@dataclass(frozen=True, slots=True)
class Assembled:
    """The forms by a specification, or what keeps them from being made (`domain.pool.Outcome`).

    Forms list their questions cell by cell in one order, so that the n-th of each fills the same cell.
    """

    kept: KeptSpecification
    specification: Specification
    forms: tuple[tuple[Placed, ...], ...]
    figures: tuple[Figures, ...]
    shortages: tuple[Shortage, ...]
    spread: Figures | None


def assemble(
    session: Session, actor: Actor, uid: str, wish: Wish, *, used: Mapping[str, datetime], at: datetime
) -> Assembled:
    """Choose the questions of forms among those that the actor may use.

    `used` says when a version of a question was last given to pupils: only the caller knows.

    Raises:
        NotFound: there is no such specification, or not for this person.
        Conflict: it asks for no question.
    """
    kept = get_specification(session, actor, uid)
    specification = kept.specification
    if not specification.total().questions:
        raise Conflict(N_("Ma trận còn trống. Hãy điền rồi ghép đề."))
    task = Task(specification, pool_for(session, actor, kept, used=used, at=at), wish)
    outcome = choose(task)
    wrong = faults(task, outcome.forms) if outcome.forms else []
    if wrong:  # never hand out forms that break a rule
        raise RuntimeError(f"assembly broke its rules: {wrong[:3]}")
    return _assembled(kept, task, outcome)


def _assembled(kept: KeptSpecification, task: Task, outcome: Outcome) -> Assembled:
    by_key = {one.key: one for one in task.pool}
    forms = tuple(
        tuple(Placed(one.key, one.place, task.specification.worth_at(one.place), one.shared) for one in form)
        for form in outcome.forms
    )
    figures = tuple(figures_of(task, form, by_key) for form in outcome.forms)
    return Assembled(kept, task.specification, forms, figures, outcome.shortages, outcome.spread)


def pool_for(
    session: Session, actor: Actor, kept: KeptSpecification, *, used: Mapping[str, datetime], at: datetime
) -> list[Candidate]:
    """The questions of the specification's subject and grade that the actor may use, in the order of their making."""
    kinds = [kind.value for part in kept.specification.parts for kind in PART_TYPES[part.kind]]
    wanted = (
        usable_by(actor),
        ItemVersion.subject_id == kept.subject_id,
        ItemVersion.grade == kept.grade,
        ItemVersion.type.in_(kinds),
    )
    outcomes: dict[int, set[str]] = defaultdict(set)
    aligned = select(ItemOutcome.version_id, ItemOutcome.outcome).join(
        ItemVersion, ItemVersion.id == ItemOutcome.version_id
    )
    for version_id, outcome in session.execute(aligned.where(*wanted)):
        outcomes[version_id].add(outcome)
    rows = session.execute(
        select(
            ItemVersion.id,
            ItemVersion.uid,
            Item.uid.label("item_uid"),
            ItemVersion.type,
            ItemVersion.level,
            ItemVersion.topic_key,
            ItemVersion.search_text,
            ItemVersion.body_json,
        )
        .join(Item, Item.id == ItemVersion.item_id)
        .where(*wanted)
        .order_by(ItemVersion.id)
    ).all()
    last_of = _by_item(session, used)
    shares = expected_difficulties(session, kept.school_id, {row.uid: row.level for row in rows})
    newest: dict[str, Candidate] = {}  # of an item with two approved versions the later one
    for row in rows:
        kind = ItemType(row.type)
        passage = decode_body(row.body_json).passage_id
        last = last_of.get(row.item_uid)
        newest[row.item_uid] = Candidate(
            row.uid,
            kind,
            row.level,
            row.topic_key,
            float(shares[row.uid].facility),
            expected_minutes(kind, row.level),
            frozenset(outcomes[row.id]),
            passage,
            # Questions on one passage often ask in the same words, and belong together.
            "" if passage else skeleton(kind, row.search_text),
            (at - last).days if last else None,
        )
    return list(newest.values())


def skeleton(kind: ItemType, text: str) -> str:
    """What questions have in common that differ in their numbers only; "" for a text too short to tell.

    >>> one, other = "tim x biet 2x + 3 = 7", "tim x biet 12x + 5 = 9"
    >>> skeleton(ItemType.ESSAY, one) == skeleton(ItemType.ESSAY, other) != ""
    True
    """
    bare = " ".join(_DIGITS.sub("#", text).split())
    return hashlib.sha256(f"{kind} {bare}".encode()).hexdigest()[:16] if len(bare) >= _SHORTEST else ""


def _by_item(session: Session, used: Mapping[str, datetime]) -> dict[str, datetime]:
    """When any version of a question was last used, by its item."""
    found: dict[str, datetime] = {}
    versions = list(used)
    for start in range(0, len(versions), AT_ONCE):
        rows = session.execute(
            select(ItemVersion.uid, Item.uid)
            .join(Item, Item.id == ItemVersion.item_id)
            .where(ItemVersion.uid.in_(versions[start : start + AT_ONCE]))
        )
        for version, item in rows:
            found[item] = max(used[version], found.get(item, used[version]))
    return found


def expect(session: Session, school_id: int, forms: Sequence[Mapping[str, Fraction]]) -> list[Figures]:
    """What is expected of forms, each of which says what its versions are worth."""
    versions = list({version for form in forms for version in form})
    about: dict[str, tuple[ItemType, str]] = {}
    for start in range(0, len(versions), AT_ONCE):
        rows = session.execute(
            select(ItemVersion.uid, ItemVersion.type, ItemVersion.level).where(
                ItemVersion.school_id == school_id, ItemVersion.uid.in_(versions[start : start + AT_ONCE])
            )
        )
        about |= {uid: (ItemType(kind), level) for uid, kind, level in rows}
    shares = expected_difficulties(session, school_id, {uid: level for uid, (_kind, level) in about.items()})
    return [
        Figures(
            float(sum(worth * shares[version].facility for version, worth in form.items())),
            sum(expected_minutes(*about[version]) for version in form),
        )
        for form in forms
    ]
