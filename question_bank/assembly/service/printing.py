"""A specification for paper."""

from __future__ import annotations

from sqlalchemy.orm import Session

from lms.base.documents.model import Document
from lms.base.errors import Conflict
from lms.base.i18n_marks import N_
from lms.base.permissions import Actor
from lms.base.users import School
from question_bank.assembly import sheets
from question_bank.assembly.domain.specification import Specification
from question_bank.assembly.models import KeptSpecification
from question_bank.assembly.service.specifications import get_specification
from question_bank.competencies.service import get_outcomes


def statements_of(session: Session, actor: Actor, specification: Specification) -> dict[str, str]:
    """The words of the outcomes that a specification names by code; unknown codes are left out."""
    codes = {code for row in specification.rows for code in row.outcomes}
    return {code: outcome.statement for code, outcome in get_outcomes(session, actor.school_id, codes).items()}


def print_specification(session: Session, actor: Actor, uid: str) -> tuple[KeptSpecification, Document]:
    """Return the matrix and the sheet of requirements.

    Raises:
        NotFound: there is none, or not for this person.
        Conflict: nothing stands in it yet.
    """
    kept = get_specification(session, actor, uid)
    if not kept.specification.rows:
        raise Conflict(N_("Ma trận còn trống. Hãy điền rồi in."))
    school = session.get_one(School, kept.school_id).name
    head = sheets.Head(school, kept.title, kept.subject.name, kept.grade, kept.year, kept.minutes)
    return kept, sheets.sheets(head, kept.specification, statements_of(session, actor, kept.specification))
