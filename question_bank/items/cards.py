"""What templates show of versions and drafts: the card, the names of outcomes, the choices of tags."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import url_for
from markupsafe import Markup
from sqlalchemy.orm import Session

from lms.base.i18n import say
from lms.base.i18n_marks import N_
from lms.base.permissions import Actor
from lms.base.subjects import Subject
from question_bank.competencies.service import find_outcomes, get_outcomes
from question_bank.items.domain import LEVELS, STATE_NAMES, TYPE_NAMES, ItemDraft, ItemState
from question_bank.items.models import ItemVersion
from question_bank.items.parameters import example
from question_bank.items.presenting import AssetUrl, Presented, PresentedKey, present, present_key, show
from question_bank.items.service.reading import draft_of, list_topics

_ADDRESS = re.compile(r'src="asset:([0-9a-f]{64})"')
STATE_LOOKS = {
    ItemState.DRAFT: "",
    ItemState.SUBMITTED: "wait",
    ItemState.CHANGES_REQUESTED: "bad",
    ItemState.APPROVED: "good",
    ItemState.RETIRED: "",
}


@dataclass(frozen=True, slots=True)
class Card:
    """A question made ready for the macro of `macros/question.html`; `key` is None where it is not to be seen."""

    uid: str
    presented: Presented
    key: PresentedKey | None
    solution: Markup
    type_name: str
    state: str = ""
    state_name: str = ""
    look: str = ""
    feedback: Markup = field(default_factory=Markup)
    hints: tuple[Markup, ...] = ()
    said: tuple[tuple[str, Markup], ...] = ()  # an answer by its letter or in words, and what is said to it

    @classmethod
    def of_draft(cls, draft: ItemDraft, endpoint: str, uid: str = "") -> Card:
        """Show a draft, of a template one draw; its pictures are served by *endpoint*."""
        address = asset_address(endpoint)
        draft = example(draft, uid)
        return cls(
            uid,
            present(draft.body, address),
            present_key(draft.body, draft.key, address) if draft.key is not None else None,
            show(draft.notes.solution, address),
            TYPE_NAMES[draft.body.type],
            **_said_of(draft, address),
        )


def _said_of(draft: ItemDraft, address: AssetUrl) -> dict[str, Any]:
    """What a card tells besides the solution."""
    letters = {option.id: option.letter for option in present(draft.body, address).options}
    words = {"true": say(N_("Trả lời Đúng")), "false": say(N_("Trả lời Sai"))}
    return {
        "feedback": show(draft.notes.feedback, address),
        "hints": tuple(show(hint, address) for hint in draft.notes.hints),
        "said": tuple(
            (letters.get(name) or words.get(name, name), show(text, address))
            for name, text in draft.notes.per_option.items()
        ),
    }


def asset_address(endpoint: str) -> AssetUrl:
    """Return the function from a picture's hash to its address under *endpoint*."""
    return lambda sha256: url_for(endpoint, sha256=sha256)


def card_of(version: ItemVersion, *, with_key: bool = True) -> Card:
    """Show a version."""
    address = asset_address("bank.asset")
    draft = example(draft_of(version), version.uid)
    state = ItemState(version.state)
    return Card(
        version.uid,
        present(draft.body, address),
        present_key(draft.body, draft.key, address) if with_key and draft.key is not None else None,
        show(draft.notes.solution, address) if with_key else Markup(),
        TYPE_NAMES[draft.body.type],
        version.state,
        STATE_NAMES[state],
        STATE_LOOKS[state],
        **(_said_of(draft, address) if with_key else {}),
    )


def picture_address(element: str) -> str:
    """Return the hash of the picture in an `<img>` element of stored text, "" for none."""
    found = _ADDRESS.search(element)
    return found[1] if found else ""


def outcome_names(session: Session, school_id: int, versions: Sequence[ItemVersion]) -> dict[str, str]:
    """Name the requirements that versions are aligned to: reference → statement; unknown ones name themselves."""
    wanted = {one.outcome for version in versions for one in version.outcomes}
    known = get_outcomes(session, school_id, wanted)
    return {code: known[code].statement if code in known else code for code in sorted(wanted)}


@dataclass(frozen=True, slots=True)
class TagChoices:
    """What can be chosen in the fields of tags."""

    grades: Sequence[tuple[int, int]]
    levels: Sequence[tuple[str, str]]
    topics: Sequence[str]
    outcomes: Sequence[tuple[str, str]]


def tag_choices(
    session: Session,
    actor: Actor,
    subject: Subject | None,
    chosen: Sequence[str] = (),
    grade: int | None = None,
    *,
    topics: Sequence[str] | None = None,
) -> TagChoices:
    """Return the choices for questions of a subject; what is *chosen* already is always among them.

    *topics* are those in use, where the caller knows them.
    """
    outcomes = []
    if subject is not None and actor.is_staff:
        outcomes = find_outcomes(session, actor, subject_code=subject.code, grade=str(grade or ""), limit=400)
    named = [(one.reference, f"{one.statement} ({one.code})" if one.code else one.statement) for one in outcomes]
    known = {reference for reference, _ in named}
    return TagChoices(
        [(grade, grade) for grade in range(1, 13)],
        [(code, say(name)) for code, name in LEVELS.items()],
        list_topics(session, actor, subject.id if subject else None) if topics is None else topics,
        [*((code, code) for code in chosen if code not in known), *named],
    )
