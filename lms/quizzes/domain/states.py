"""The states and choices of quizzes, attempts and events, and which moves are allowed."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from lms.base.errors import Conflict
from lms.base.i18n_marks import N_


class QuizState(StrEnum):
    """Where a quiz stands: being built, given to pupils, over."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CLOSED = "closed"


class AttemptState(StrEnum):
    """Whether a pupil is still working."""

    OPEN = "open"
    HANDED_IN = "handed_in"


class HandedInBy(StrEnum):
    """Who ended an attempt."""

    PUPIL = "pupil"
    SERVER = "server"  # at the deadline
    TEACHER = "teacher"  # the quiz was ended


class Counts(StrEnum):
    """Which of several attempts is the result."""

    BEST = "best"
    LAST = "last"
    FIRST = "first"


class ReleasePolicy(StrEnum):
    """When pupils see their results."""

    AFTER_HAND_IN = "after_hand_in"
    AFTER_CLOSE = "after_close"
    BY_HAND = "by_hand"


class EventKind(StrEnum):
    """What an event tells: an answer, or a fact about the page."""

    ANSWER = "answer"
    LEFT = "left"  # the page was not in front for a while
    REACHED = "reached"  # the pupil went on to this slot
    TRY = "try"  # in a practice: an answer that the pupil had checked
    HINT = "hint"  # in a practice: the pupil asked for the next hint


class Standing(StrEnum):
    """What became of an event that arrived; every one is stored, only the applied count."""

    APPLIED = "applied"
    LATE = "late"  # after deadline and grace, or after the hand-in
    OTHER_DEVICE = "other_device"  # from a device that another one has replaced
    PASSED = "passed"  # its question was left behind, and there is no way back


MOVES: Mapping[QuizState, frozenset[QuizState]] = MappingProxyType(
    {
        QuizState.DRAFT: frozenset({QuizState.PUBLISHED}),
        QuizState.PUBLISHED: frozenset({QuizState.CLOSED}),
        QuizState.CLOSED: frozenset({QuizState.PUBLISHED}),  # while a handed-in attempt is given back
    }
)


def move(now: QuizState, to: QuizState) -> QuizState:
    """Return the state after a move.

    Raises:
        Conflict: a quiz cannot go from *now* to *to*.
    """
    if to not in MOVES[now]:
        raise Conflict(N_("Bài kiểm tra không còn ở trạng thái cho phép việc này. Hãy tải lại trang."))
    return to
