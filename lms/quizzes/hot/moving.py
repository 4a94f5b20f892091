"""How far an attempt comes: what was left behind takes no answer any more. Asked under the lock of the attempt."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select, update

from lms.quizzes.domain.flow import Place, Rules, Section, place_by_slot, place_by_time, section_length
from lms.quizzes.domain.states import Standing
from lms.quizzes.models import Accommodation, Attempt

_attempt = Attempt.__table__.c
_given = Accommodation.__table__.c


class Going:
    """The place of one attempt while what it sent is looked at.

    Until a section has been over for as long as the grace of the test, answers to it are taken; the page itself goes
    on at once.
    """

    def __init__(self, connection: Connection, attempt: Any, rules: Rules, at: datetime) -> None:
        self._connection = connection
        self._attempt_id: int = attempt.id
        self._rules = rules
        self._at: datetime = attempt.paused_at or at  # while the clock stands no section runs out
        self._percent: int | None = None
        self._known = Place(attempt.reached, attempt.section_ends_at)
        grace: timedelta = attempt.accept_until_at - attempt.deadline_at
        self.place = place_by_time(rules, self._known, self._length, self._at - grace)

    def _length(self, section: Section) -> timedelta | None:
        if self._percent is None:
            extra = select(_given.percent).where(
                _given.quiz_id == _attempt.quiz_id, _given.pupil_id == _attempt.pupil_id
            )
            query = extra.select_from(Accommodation).join(Attempt, _attempt.id == self._attempt_id)
            self._percent = self._connection.scalar(query) or 0
        return section_length(section, self._percent)

    def standing_of(self, slot: int | None) -> Standing:
        """What an applied event about this slot is; working on a later one leaves those before it behind."""
        if slot is None:
            return Standing.APPLIED
        if slot < self.place.reached:
            return Standing.PASSED
        self.place = place_by_slot(self._rules, self.place, slot, self._length, self._at)
        return Standing.APPLIED

    @property
    def shown(self) -> Place:
        """Where the page should be."""
        return place_by_time(self._rules, self.place, self._length, self._at)

    def keep(self) -> None:
        """Write down what changed."""
        if self.place != self._known:
            self._connection.execute(
                update(Attempt)
                .where(_attempt.id == self._attempt_id)
                .values(reached=self.place.reached, section_ends_at=self.place.section_ends_at)
            )
