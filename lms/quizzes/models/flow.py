"""How the pupils of a quiz go through it, and the word that reaches those who are working."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.base.db import Base
from lms.quizzes.domain.flow import Navigation


class QuizFlow(Base):
    """The rules of going through a quiz, and what its running attempts have to hear. Without a row: the defaults.

    `bulletin` grows with every act that concerns running attempts: extra time, a pause, the end, another device. Pages
    ask for it all the time (`lms.quizzes.hot.pulse`) and look closer only when it is not the one that they know.
    """

    __tablename__ = "quiz_flow"
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"), primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    bulletin: Mapped[int] = mapped_column(default=0)
    paused_at: Mapped[datetime | None]
    navigation: Mapped[str] = mapped_column(String(20), default=Navigation.FREE)
    way_back: Mapped[bool] = mapped_column(default=True)
    sections: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
