"""Decide how a draft will be gone through: all at once or one by one, with a way back or without, in sections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from lms.base import audit
from lms.base.errors import Invalid
from lms.base.i18n_marks import N_
from lms.base.permissions import Actor
from lms.base.text import nfc
from lms.quizzes.domain.flow import Navigation
from lms.quizzes.models import Quiz, QuizFlow
from lms.quizzes.service.building import draft_for_editing
from lms.quizzes.service.flow import flow_of, lock_flow

LONGEST_TITLE = 80
MOST_MINUTES = 600


@dataclass(frozen=True, slots=True)
class SectionWish:
    """A section as a teacher plans it: it begins at a place of the plan, counted from 1."""

    title: str
    place: int
    minutes: int | None = None


def flow_of_draft(session: Session, actor: Actor, uid: str) -> tuple[Quiz, QuizFlow]:
    """How a draft will be gone through.

    Raises:
        NotFound, Forbidden: not this person's quiz.
        Conflict: it has been published.
    """
    quiz = draft_for_editing(session, actor, uid)
    return quiz, flow_of(session, quiz)


def change_flow(
    session: Session,
    actor: Actor,
    uid: str,
    *,
    navigation: Navigation,
    way_back: bool,
    sections: Sequence[SectionWish] = (),
) -> QuizFlow:
    """Set how a draft will be gone through.

    Raises:
        NotFound, Forbidden, Conflict: as in `flow_of_draft`.
        Invalid: sections that do not follow one another from the first place on, or last longer than the quiz.
    """
    quiz = draft_for_editing(session, actor, uid)
    wishes = sorted(sections, key=lambda one: one.place)
    if wishes:
        _check_wishes(quiz, wishes)
    flow = lock_flow(session, quiz)
    flow.navigation, flow.way_back = navigation, way_back
    flow.sections = [
        {
            "title": nfc(one.title).strip()[:LONGEST_TITLE],
            "place": one.place,
            "seconds": None if one.minutes is None else one.minutes * 60,
        }
        for one in wishes
    ]
    audit.record(session, actor, "quiz.changed", quiz.uid)
    session.flush()
    return flow


def _check_wishes(quiz: Quiz, wishes: Sequence[SectionWish]) -> None:
    if any(not one.title.strip() for one in wishes):
        raise Invalid.at("sections", N_("Hãy đặt tên cho mỗi phần."))
    places = [one.place for one in wishes]
    if places[0] != 1 or len(set(places)) != len(places):
        raise Invalid.at("sections", N_("Phần đầu bắt đầu từ mục 1, mỗi phần sau từ một mục lớn hơn."))
    if places[-1] > max(1, len(quiz.slots)):
        raise Invalid.at("sections", N_("Đề chỉ có %(there)s mục."), there=len(quiz.slots))
    if any(one.minutes is not None and not 1 <= one.minutes <= MOST_MINUTES for one in wishes):
        raise Invalid.at("sections", N_("Thời gian của một phần từ 1 đến 600 phút."))
    whole = sum(one.minutes or 0 for one in wishes) * 60
    if quiz.duration_seconds is not None and whole > quiz.duration_seconds:
        raise Invalid.at(
            "sections",
            N_("Các phần cần %(sum)s phút, hơn thời gian làm bài %(whole)s phút."),
            sum=whole // 60,
            whole=quiz.duration_seconds // 60,
        )
