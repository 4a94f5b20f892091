"""That the figures of a finished quiz went to the question bank, and from which marking."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lms.base.db import Base


class FiguresKept(Base):
    """The marking whose figures the bank holds: a later one, or points scored later, make them anew."""

    __tablename__ = "quiz_figures_kept"
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"), primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    run_id: Mapped[int] = mapped_column(ForeignKey("quiz_score_run.id"))
    kept_at: Mapped[datetime]
