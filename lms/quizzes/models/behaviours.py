"""How the questions of a quiz answer its pupils."""

from __future__ import annotations

from sqlalchemy import ColumnElement, ForeignKey, String, exists
from sqlalchemy.orm import Mapped, mapped_column

from lms.base.db import Base
from lms.quizzes.domain.behaviours import Behaviour, Conduct, Penalty
from lms.quizzes.models.quizzes import Quiz


class QuizBehaviour(Base):
    """The behaviour that a teacher chose for a quiz; one without a row is a test.

    What counts once it is published stands in the rules of its forms.
    """

    __tablename__ = "quiz_behaviour"
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"), primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    behaviour: Mapped[str] = mapped_column(String(20), default=Behaviour.DEFERRED)
    tries: Mapped[int] = mapped_column(default=1)
    penalty: Mapped[str] = mapped_column(String(20), default=Penalty.NOTHING)
    marks_count: Mapped[bool] = mapped_column(default=False)  # a practice may feed the gradebook

    @property
    def conduct(self) -> Conduct:
        return Conduct(Behaviour(self.behaviour), self.tries, Penalty(self.penalty))


def is_practice() -> ColumnElement[bool]:
    """The condition that a quiz of the query is a practice, which nobody has to do by a certain hour."""
    return exists().where(QuizBehaviour.quiz_id == Quiz.id, QuizBehaviour.behaviour != Behaviour.DEFERRED.value)
