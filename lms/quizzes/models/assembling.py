"""By which specification a quiz was assembled."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.base.db import Base


class QuizAssembly(Base):
    """The specification as it was when the quiz was made, and which cell each question fills.

    `document` is that of the question bank (`bank.decode_specification`), `places` a cell [row, part, level] by the
    version of the question. What becomes of the specification later changes nothing here.
    """

    __tablename__ = "quiz_assembly"
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"), primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    specification_uid: Mapped[str] = mapped_column(String(36))
    document: Mapped[dict[str, Any]] = mapped_column(JSON)
    places: Mapped[dict[str, list[int]]] = mapped_column(JSON)
    made_at: Mapped[datetime]
