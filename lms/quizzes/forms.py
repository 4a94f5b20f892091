"""From what a teacher types about a quiz to its settings, and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from fractions import Fraction

from lms.base.errors import Invalid, Message
from lms.base.i18n import local, zone
from lms.base.i18n_marks import N_
from lms.base.richtext import from_author
from lms.quizzes.domain.states import Counts, ReleasePolicy
from lms.quizzes.models import Quiz
from lms.quizzes.service.building import QuizSettings
from question_bank import api as bank

YES = "y"
RELEASES = (
    (ReleasePolicy.BY_HAND, N_("Khi tôi công bố")),
    (ReleasePolicy.AFTER_CLOSE, N_("Ngay khi bài đóng")),
    (ReleasePolicy.AFTER_HAND_IN, N_("Ngay khi học sinh nộp (đáp án vẫn chờ bài đóng)")),
)
COUNTS = (
    (Counts.BEST, N_("Lượt cao điểm nhất")),
    (Counts.LAST, N_("Lượt cuối")),
    (Counts.FIRST, N_("Lượt đầu")),
)
SCHEMES = (
    ("", N_("Theo quy định của từng loại câu")),
    ("all_or_nothing", N_("Đúng hết mới có điểm")),
    ("right_minus_wrong", N_("Phần sai trừ vào phần đúng")),
)


def typed_settings(values: Mapping[str, str]) -> QuizSettings:
    """Read the form of a quiz.

    Raises:
        Invalid: a number or a time cannot be read, or a choice is none.
    """
    problems: dict[str, list[Message]] = {}

    def whole(name: str, default: int) -> int:
        text = values.get(name, "").strip()
        if not text:
            return default
        try:
            return int(text)
        except ValueError:
            problems[name] = [Message(N_("Hãy ghi một số nguyên."))]
            return default

    def moment(name: str) -> datetime | None:
        text = values.get(name, "").strip()
        if not text:
            return None
        try:
            return _moment(text)
        except ValueError:
            problems[name] = [Message(N_("Hãy ghi ngày và giờ, ví dụ 22/11/2026 7:30."))]
            return None

    minutes = whole("minutes", 0)
    semester, _, column = values.get("column", "").partition(":")
    try:
        settings = QuizSettings(
            title=values.get("title", ""),
            instructions=from_author(values.get("instructions", "")),
            opens_at=moment("opens_at"),
            closes_at=moment("closes_at"),
            duration_seconds=minutes * 60 if minutes else None,
            grace_seconds=whole("grace_seconds", 20),
            attempts_allowed=whole("attempts_allowed", 1),
            counts=Counts(values.get("counts", Counts.BEST)),
            shuffle_questions=values.get("shuffle_questions") == YES,
            shuffle_options=values.get("shuffle_options") == YES,
            form_count=whole("form_count", 4),
            release_policy=ReleasePolicy(values.get("release_policy", ReleasePolicy.BY_HAND)),
            show_marks=values.get("show_marks") == YES,
            show_key=values.get("show_key") == YES,
            show_comments=values.get("show_comments") == YES,
            column_semester=int(semester) if semester in {"1", "2"} else None,
            column_key=column if semester in {"1", "2"} else "",
            scheme=next((name for name, _label in SCHEMES if name == values.get("scheme", "")), ""),
        )
    except ValueError:
        raise Invalid.at("", N_("Có lựa chọn không hợp lệ. Hãy tải lại trang.")) from None
    problems = {**settings.problems(), **problems}
    if problems:
        raise Invalid(problems)
    return settings


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone()).astimezone(UTC)


def typed_moment(text: str, field: str) -> datetime:
    """Read a day and time on the school's clock, as browsers send them.

    Raises:
        Invalid: at *field*, when it is none.
    """
    try:
        return _moment(text.strip())
    except ValueError:
        raise Invalid.at(field, N_("Hãy ghi ngày và giờ, ví dụ 22/11/2026 7:30.")) from None


def shown_settings(quiz: Quiz | None) -> dict[str, str]:
    """What the form of a quiz shows at first: the quiz as it is, or what suits most tests."""
    if quiz is None:
        return {
            "title": "",
            "instructions": "",
            "opens_at": "",
            "closes_at": "",
            "minutes": "45",
            "grace_seconds": "20",
            "attempts_allowed": "1",
            "counts": Counts.BEST,
            "shuffle_questions": YES,
            "shuffle_options": YES,
            "form_count": "4",
            "release_policy": ReleasePolicy.BY_HAND,
            "show_marks": YES,
            "show_key": "",
            "show_comments": YES,
            "column": "",
            "scheme": "",
        }
    return {
        "title": quiz.title,
        "instructions": quiz.instructions,
        "opens_at": _typed_moment(quiz.opens_at),
        "closes_at": _typed_moment(quiz.closes_at),
        "minutes": str(quiz.duration_seconds // 60) if quiz.duration_seconds else "",
        "grace_seconds": str(quiz.grace_seconds),
        "attempts_allowed": str(quiz.attempts_allowed),
        "counts": quiz.counts,
        "shuffle_questions": YES if quiz.shuffle_questions else "",
        "shuffle_options": YES if quiz.shuffle_options else "",
        "form_count": str(quiz.form_count),
        "release_policy": quiz.release_policy,
        "show_marks": YES if quiz.show_marks else "",
        "show_key": YES if quiz.show_key else "",
        "show_comments": YES if quiz.show_comments else "",
        "column": f"{quiz.column_semester}:{quiz.column_key}" if quiz.column_semester else "",
        "scheme": quiz.scheme,
    }


def _typed_moment(at: datetime | None) -> str:
    return local(at).strftime("%Y-%m-%dT%H:%M") if at else ""


def typed_points(text: str, field: str = "points") -> Fraction | None:
    """Points as typed, "0,25"; None when nothing was typed.

    Raises:
        Invalid: it is no number.
    """
    text = text.strip().replace(",", ".")
    if not text:
        return None
    try:
        points = Fraction(text) if len(text) <= 12 and text.count("/") == 0 else None
    except ValueError:
        points = None
    if points is None:
        raise Invalid.at(field, N_("Hãy ghi điểm bằng số, ví dụ 0,25."))
    return points


def typed_filter(values: Mapping[str, str], subject_id: int) -> bank.ItemFilter:
    """What the list of questions is narrowed to; always to the quiz's own subject."""
    return bank.ItemFilter(
        subject_id=subject_id,
        grade=_grade(values.get("grade", "")),
        types=_types(values.get("type", "")),
        level=_level(values.get("level", "")),
        topic=values.get("topic", "").strip(),
        text=values.get("q", "").strip()[:200],
    )


def typed_draw(values: Mapping[str, str], subject_id: int) -> bank.DrawRule:
    """A random draw as typed.

    Raises:
        Invalid: how many is no number.
    """
    count = values.get("count", "").strip()
    if not count.isascii() or not count.isdigit():
        raise Invalid.at("count", N_("Hãy ghi số câu cần rút."))
    return bank.DrawRule(
        subject_id=subject_id,
        count=int(count[:4]),
        grade=_grade(values.get("grade", "")),
        types=_types(values.get("type", "")),
        level=_level(values.get("level", "")),
        topic=values.get("topic", "").strip(),
    )


def _grade(text: str) -> int | None:
    return int(text) if text in {str(grade) for grade in range(1, 13)} else None


def _types(text: str) -> tuple[bank.ItemType, ...]:
    return tuple(kind for kind in bank.ItemType if kind == text)


def _level(text: str) -> str:
    return text if text in bank.LEVELS else ""
