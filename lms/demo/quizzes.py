"""The quizzes of the demo: one taken, marked and released, two open now, and a practice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from random import Random
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from lms.base.permissions import Actor
from lms.courses.models import Course
from lms.demo.bank_maths import EQUATIONS
from lms.demo.pupils import ESSAYS, PlainForm, answer, fields_of
from lms.quizzes.domain.behaviours import Behaviour
from lms.quizzes.domain.states import ReleasePolicy
from lms.quizzes.models import Quiz
from lms.quizzes.service import behaving, building, closing, marking, releasing, taking
from lms.quizzes.service.frozen import get_form
from lms.quizzes.service.sheets import open_desk, open_sheet
from question_bank import api as bank

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
HALF = Fraction(1, 2)
TAKEN = (
    *((name, HALF) for name in ("binh-phuong-tong", "hieu-binh-phuong", "hieu-lap-phuong")),
    *((name, HALF) for name in ("dieu-kien", "phan-thuc-bang", "rut-gon")),
    ("bon-y-binh-phuong", Fraction(1)),
    ("tinh-nhanh", Fraction(1)),
    ("gia-tri", Fraction(1)),
    ("dien-binh-phuong", Fraction(1)),
    ("noi-khai-trien", Fraction(1)),
    ("vuon-hinh-vuong", Fraction(2)),
)
"""Ten points: six options of a half, four short ones, a matching, an essay of two."""

OPEN = (
    *((name, HALF) for name in ("he-so-goc", "gia-tri-ham", "song-song", "doc-do-thi")),
    ("diem-thuoc", Fraction(1)),
    ("bon-y-taxi", Fraction(1)),
    ("bon-y-tham-so", Fraction(1)),
    ("giai-phuong-trinh", Fraction(1)),
    ("xe-may", Fraction(1)),
    ("xep-loi-giai", Fraction(1)),
)
PRACTISED = ("binh-phuong-tong", "hieu-binh-phuong", "hieu-lap-phuong", "dieu-kien", "rut-gon", "tinh-nhanh", "gia-tri")
ESSAY_POINTS = (Fraction(2), Fraction(3, 2), HALF, Fraction(0))
ESSAY_COMMENTS = (
    "Trình bày rõ, phân tích gọn. Tốt lắm!",
    "Kết quả đúng. Em còn thiếu bước phân tích thành nhân tử.",
    "Em khai triển nhầm: (x − 4)² = x² − 8x + 16. Xem lại phần “Chỗ hay nhầm” của bài học.",
    "Cô mở thêm giờ ôn vào chiều thứ năm, em đến làm lại câu này nhé.",
)


def clock_time(day: datetime, hour: int, minute: int) -> datetime:
    """The moment on the same day in Vietnam when a clock there shows this."""
    return day.astimezone(VIETNAM).replace(hour=hour, minute=minute, second=0, microsecond=0)


def hold_quiz(
    session: Session,
    teacher: Actor,
    course: Course,
    section_uid: str,
    items: Mapping[str, bank.BankItem],
    class_list: Mapping[str, tuple[Actor, float]],
    *,
    at: datetime,
    seed: int,
) -> Quiz:
    """A quiz on identities and fractions that the whole class took three days ago; marked, released, in `tx2`.

    *class_list* maps a name to each pupil and how able they are.
    """
    opened = clock_time(at - timedelta(days=3), 7, 30)
    quiz = _build(
        session,
        teacher,
        course,
        section_uid,
        building.QuizSettings(
            title="Kiểm tra thường xuyên: Hằng đẳng thức và phân thức",
            instructions="<p>Làm bài một mình, được dùng giấy nháp. Câu tự luận trình bày đủ các bước.</p>",
            opens_at=opened,
            closes_at=opened + timedelta(minutes=40),
            duration_seconds=35 * 60,
            show_key=True,
            column_semester=1,
            column_key="tx2",
        ),
        [(items[name], worth) for name, worth in TAKEN],
        at=opened - timedelta(days=2),
        seed=seed,
    )
    by_version = {item.version_uid: item for item in items.values()}
    random = Random(seed)  # noqa: S311 - invented answers need no secrecy
    for place, (pupil, ability) in enumerate(class_list.values()):
        begun = opened + timedelta(seconds=20 + 7 * place)
        attempt = taking.begin(session, pupil, quiz.uid, device=f"demo-{place:02d}", at=begun).attempt
        fields: dict[str, list[str]] = {}
        for slot in get_form(session, attempt.form_id).document:
            response = answer(by_version[slot["version"]], ability, random)
            fields |= fields_of(response, f"q{slot['number']}-")
        saved = begun + timedelta(minutes=random.uniform(18, 33))
        taking.save_plain(session, pupil, attempt.uid, PlainForm(fields), device=attempt.device, at=saved)
        if place != len(class_list) - 1:  # the last one forgets to hand in: the server does it at the deadline
            taking.hand_in(session, pupil, attempt.uid, at=saved + timedelta(seconds=30))
    over = opened + timedelta(minutes=41)
    closing.close_some(session, at=over)
    closing.close_over(session, at=over)
    _mark_essays(session, teacher, quiz, at=opened + timedelta(days=1))
    return releasing.release(session, teacher, quiz.uid, at=opened + timedelta(days=1, hours=1))


def _mark_essays(session: Session, teacher: Actor, quiz: Quiz, *, at: datetime) -> None:
    _panel, tasks = marking.list_tasks(session, teacher, quiz.uid)
    for task in tasks:
        desk = open_desk(session, teacher, quiz.uid, task.item.version_uid)
        for sheet in desk.sheets:
            text = open_sheet(session, desk, sheet).text
            quality = ESSAYS.index(text) if text in ESSAYS else 3
            marking.give_points(
                session,
                teacher,
                quiz.uid,
                sheet.attempt_uid,
                sheet.slot,
                points=ESSAY_POINTS[quality],
                comment=ESSAY_COMMENTS[quality],
                at=at,
            )


def open_quiz(
    session: Session,
    teacher: Actor,
    course: Course,
    section_uid: str,
    items: Mapping[str, bank.BankItem],
    *,
    at: datetime,
    seed: int,
) -> Quiz:
    """The mid-term test, open for five days: chosen questions and draws from the bank, 45 minutes, one attempt."""
    rules = [
        bank.DrawRule(
            course.subject_id, 2, grade=8, types=(bank.ItemType.SINGLE_CHOICE,), topic=topic
        )
        for topic in (EQUATIONS, "Tứ giác")
    ]  # fmt: skip
    return _build(
        session,
        teacher,
        course,
        section_uid,
        building.QuizSettings(
            title="Kiểm tra giữa kì: Phương trình, hàm số, tứ giác",
            instructions="<p>Thời gian 45 phút. Bài được lưu sau mỗi câu trả lời; mất mạng vẫn làm tiếp được.</p>",
            opens_at=at.replace(minute=0, second=0, microsecond=0) - timedelta(hours=1),
            closes_at=clock_time(at + timedelta(days=5), 17, 0),
            duration_seconds=45 * 60,
            release_policy=ReleasePolicy.BY_HAND,
            show_key=True,
            column_semester=1,
            column_key="gk",
        ),
        [(items[name], worth) for name, worth in OPEN],
        draws=[(rule, HALF) for rule in rules],
        at=at - timedelta(hours=2),
        seed=seed,
    )


def open_informatics_quiz(
    session: Session,
    teacher: Actor,
    course: Course,
    section_uid: str,
    items: Sequence[bank.BankItem],
    *,
    at: datetime,
    seed: int,
) -> Quiz:
    """A short practice test of Tin học without a formula, open for a fortnight, three attempts, result at once."""
    return _build(
        session,
        teacher,
        course,
        section_uid,
        building.QuizSettings(
            title="Luyện tập: Bảng tính và lập trình trực quan",
            opens_at=at.replace(minute=0, second=0, microsecond=0) - timedelta(days=1),
            closes_at=clock_time(at + timedelta(days=14), 21, 0),
            duration_seconds=20 * 60,
            attempts_allowed=3,
            release_policy=ReleasePolicy.AFTER_HAND_IN,
        ),
        [(item, Fraction(1)) for item in items],
        at=at - timedelta(days=1),
        seed=seed,
    )


def open_practice(
    session: Session,
    teacher: Actor,
    course: Course,
    section_uid: str,
    items: Mapping[str, bank.BankItem],
    *,
    at: datetime,
    seed: int,
) -> Quiz:
    """A practice on what the class has learnt so far, with three tries and hints, open to the end of the year."""
    return _build(
        session,
        teacher,
        course,
        section_uid,
        building.QuizSettings(title="Luyện tập: Hằng đẳng thức và phân thức"),
        [(items[name], Fraction(1)) for name in PRACTISED],
        behaviour=Behaviour.INTERACTIVE,
        at=at - timedelta(days=1),
        seed=seed,
    )


def _build(
    session: Session,
    teacher: Actor,
    course: Course,
    section_uid: str,
    settings: building.QuizSettings,
    chosen: list[tuple[bank.BankItem, Fraction]],
    *,
    draws: list[tuple[bank.DrawRule, Fraction]] | None = None,
    behaviour: Behaviour = Behaviour.DEFERRED,
    at: datetime,
    seed: int,
) -> Quiz:
    quiz = building.create_quiz(session, teacher, course, settings, at=at, section_uid=section_uid)
    quiz.seed = seed  # so that the demo's forms are the same each time
    choices = [one for one in chosen if one[0].type in _CHOICES]
    for item, worth in choices:
        building.add_questions(session, teacher, quiz.uid, [item.version_uid], worth)
    for rule, worth in draws or []:
        building.add_draw(session, teacher, quiz.uid, rule, worth)
    for item, worth in chosen:
        if item.type not in _CHOICES:
            building.add_questions(session, teacher, quiz.uid, [item.version_uid], worth)
    if behaviour is not Behaviour.DEFERRED:
        behaving.change_behaviour(session, teacher, quiz.uid, behaviour)
    return building.publish(session, teacher, quiz.uid, at=at)


_CHOICES = frozenset({bank.ItemType.SINGLE_CHOICE, bank.ItemType.MULTIPLE_CHOICE})
