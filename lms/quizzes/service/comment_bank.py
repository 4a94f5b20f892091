"""A teacher's own comments, kept by subject to be used again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.i18n_marks import N_
from lms.base.permissions import Actor
from lms.base.text import nfc
from lms.quizzes.models import Quiz, SavedComment
from lms.quizzes.service.panels import join_panel

LONGEST = 1000
MOST = 60  # of one teacher in one subject: more is no list to pick from


def list_comments(session: Session, actor: Actor, quiz: Quiz) -> list[SavedComment]:
    """The actor's own comments in the subject of a quiz, in alphabetical order of their text."""
    own = select(SavedComment).where(
        SavedComment.owner_id == actor.user_id,
        SavedComment.school_id == quiz.school_id,
        SavedComment.subject_id == quiz.subject_id,
    )
    return sorted(session.scalars(own), key=lambda one: one.text.casefold())


def save_comment(session: Session, actor: Actor, uid: str, text: str, *, at: datetime) -> SavedComment:
    """Keep a comment that was just written; one that is there already is there once.

    Raises:
        NotFound, Forbidden: not a quiz that this person marks.
        Invalid: nothing was written, or too much.
        Conflict: there are too many.
    """
    quiz = join_panel(session, actor, uid).quiz
    text = nfc(text).replace("\r\n", "\n").strip()
    if not text:
        raise Invalid.at("comment", N_("Hãy viết nhận xét trước khi cất."))
    if len(text) > LONGEST:
        raise Invalid.at("comment", N_("Nhận xét cất lại dài nhất %(most)s kí tự."), most=LONGEST)
    kept = list_comments(session, actor, quiz)
    same = next((one for one in kept if one.text == text), None)
    if same is not None:
        return same
    if len(kept) >= MOST:
        raise Conflict(N_("Đã cất %(most)s nhận xét. Hãy bỏ bớt những câu không dùng nữa."), most=MOST)
    saved = SavedComment(
        school_id=quiz.school_id, owner_id=actor.user_id, subject_id=quiz.subject_id, text=text, saved_at=at
    )
    session.add(saved)
    session.flush()
    return saved


def get_comment(session: Session, actor: Actor, uid: str, comment_uid: str) -> SavedComment:
    """One of the actor's own comments in the subject of a quiz.

    Raises:
        NotFound, Forbidden: not a quiz that this person marks, or no such comment there.
    """
    quiz = join_panel(session, actor, uid).quiz
    for one in list_comments(session, actor, quiz):
        if one.uid == comment_uid:
            return one
    raise NotFound


def drop_comment(session: Session, actor: Actor, uid: str, comment_uid: str) -> None:
    """Keep a comment no longer; where it was used, it stays.

    Raises:
        NotFound, Forbidden: as `get_comment`.
    """
    session.delete(get_comment(session, actor, uid, comment_uid))
    session.flush()
