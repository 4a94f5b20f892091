"""Frozen forms as values, read once in each process: a form never changes after its quiz was published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from lms.base.errors import NotFound
from lms.base.kept import Kept
from lms.quizzes.domain.behaviours import Conduct, decode_conduct
from lms.quizzes.domain.flow import Rules, decode_rules
from lms.quizzes.models import Form
from question_bank import api as bank

MOST_FORMS = 128  # a form of forty questions takes some hundred kilobytes
TYPED = frozenset({bank.ItemType.SHORT_TEXT, bank.ItemType.SHORT_NUMBER, bank.ItemType.GAP_FILL, bank.ItemType.ESSAY})
"""Questions to which the same answer seldom comes twice: what is made from an answer is not worth keeping."""
_form = Form.__table__.c
_ONE = select(_form.id, _form.uid, _form.code, _form.school_id, _form.document, _form.rules).where(
    _form.id == bindparam("id")
)
_OF_QUIZ = select(_form.id).where(_form.quiz_id == bindparam("quiz_id")).order_by(_form.id)


@dataclass(frozen=True)
class FrozenForm:
    """A form without keys: what its pages are made from. `document` is that of `lms.quizzes.models.Form`."""

    id: int
    uid: str
    code: str
    school_id: int
    document: Sequence[Mapping[str, Any]]
    kept_rules: Mapping[str, Any]

    @cached_property
    def rules(self) -> Rules:
        """How the form is gone through."""
        return decode_rules(self.kept_rules)

    @cached_property
    def conduct(self) -> Conduct:
        """How its questions answer."""
        return decode_conduct(self.kept_rules)

    @cached_property
    def bodies(self) -> Mapping[int, bank.ItemBody]:
        """The questions by slot number, with the options in the order of this form."""
        return {slot["number"]: bank.decode_body(slot["body"]) for slot in self.document}

    @cached_property
    def questions(self) -> int:
        """How many questions there are to answer."""
        return sum(1 for slot in self.document if slot["label"])


_forms: Kept[int, FrozenForm] = Kept(MOST_FORMS)
_of_quizzes: Kept[int, tuple[int, ...]] = Kept(4 * MOST_FORMS)


def get_form(session: Session, form_id: int) -> FrozenForm:
    """The form with this id; the caller has checked who may see it.

    Raises:
        NotFound: there is no such form.
    """
    return _forms.get(form_id, lambda: _read(session, form_id))


def _read(session: Session, form_id: int) -> FrozenForm:
    found = session.execute(_ONE, {"id": form_id}).one_or_none()
    if found is None:
        raise NotFound
    return FrozenForm(*found)


def forms_of(session: Session, quiz_id: int) -> Sequence[int]:
    """The ids of the forms of a published quiz, in their order."""
    return _of_quizzes.get(quiz_id, lambda: tuple(session.scalars(_OF_QUIZ, {"quiz_id": quiz_id})))
