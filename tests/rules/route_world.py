"""A populated school for the walk of all routes: an object in every state, made by the verbs that people use.

`populate` gives each object a name ("lesson.published") and the values that addresses and forms need of it. The values
of one object may serve several routes: `{"uid": …, "version": …}`; a route takes those its address has.
"""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from lms.base import storage
from lms.base.permissions import Actor, Role
from lms.base.subjects import Subject, SubjectGroup
from lms.courses import service as courses
from lms.courses.domain import ActivityKind
from lms.gradebook import service as gradebook
from lms.gradebook.domain.cells import mark_cell
from lms.gradebook.domain.circular22 import VERSIONS
from lms.quizzes.domain.behaviours import Behaviour
from lms.quizzes.domain.regrading import Policy
from lms.quizzes.domain.sheets import sheet_uid
from lms.quizzes.models import Attempt, Form, ItemScore, Quiz, QuizAssembly, ScoreRun
from lms.quizzes.service import (
    admission,
    behaving,
    building,
    marking,
    panels,
    practising,
    regrading,
    releasing,
    reopening,
    requests,
    sittings,
    taking,
)
from lms.school import importing, staff_importing
from lms.school import service as school
from lms.school.models import GroupMembership, Guardianship
from materials.api import Incoming
from materials.catalogue import service as catalogue
from materials.review import service as material_review
from question_bank import api as bank
from question_bank.api import install_shipped
from question_bank.assembly.service import specifications
from question_bank.imports.models import ImportBatch
from question_bank.imports.service import reading, saving
from question_bank.items.models import Item
from question_bank.items.service import reviewing, writing
from question_bank.items.service.content import Picture
from question_bank.items.tagging import Tags
from tests.factories import World, make_user
from tests.lms.gradebook.workbook.templates import Choices, Pupil, sector
from tests.lms.quizzes import factories as quizzes
from tests.materials.samples import deposited
from tests.question_bank.assembly.samples import matrix
from tests.question_bank.items import samples

Values = dict[str, str]
GIFT = "Bậc của đa thức là {~1 ~2 =3}\n\nSố nào chẵn? {~1 ~3}\n"
STAFF = "STT,Họ và tên,Mã giáo viên,Tổ chuyên môn,Chức vụ\n1,Lại Thị Bích Thảo,GV090,Toán,Giáo viên\n"
NEXT_YEAR = ((date(2027, 9, 5), date(2028, 1, 16)), (date(2028, 1, 17), date(2028, 5, 31)))
ROSTER = (
    "STT,Mã học sinh,Họ và tên,Ngày sinh,Giới tính,Lớp,Phụ huynh\n1,HS0900,Lưu Thị Ngọc,05/06/2013,Nữ,8A2,Lưu Văn Tám\n"
)


@dataclass
class RouteWorld:
    """The small school with something in every state; `objects` by name."""

    world: World
    at: datetime
    objects: dict[str, Values] = field(default_factory=dict)

    def put(self, name: str, /, **values: str) -> None:
        """Name an object."""
        self.objects[name] = values


def png(shade: int) -> bytes:
    """A picture; another shade is another file."""
    out = io.BytesIO()
    Image.new("RGB", (64, 48), (shade, 40, 90)).save(out, "PNG")
    return out.getvalue()


def make_stranger(session: Session, world: World) -> None:
    """Add somebody of the other school who holds every role there: what such a person cannot find, nobody can."""
    other = world.other_school
    stranger = make_user(
        session, other, "tat.ca", "Trịnh Hoàng Long", Role.ADMIN, Role.LEADER, Role.TEACHER, Role.PUPIL, Role.PARENT
    )
    group = SubjectGroup(school_id=other.id, name="Toán")
    session.add(group)
    session.flush()
    session.add(Subject(school_id=other.id, group_id=group.id, code="toan", name="Toán", hue=1))
    session.add(GroupMembership(school_id=other.id, group_id=group.id, user_id=stranger.id, is_head=True))
    world.stranger = stranger  # type: ignore[attr-defined]


def populate(session: Session, world: World, at: datetime) -> RouteWorld:
    """Fill the school; needs an application, whose store keeps the files."""
    made = RouteWorld(world, at)
    make_stranger(session, world)
    teacher = world.actor(session, "teacher")
    made.put("style", page="exam")
    made.put("asset", name="app-1.js")
    made.put("class.8A2", uid=world.class_8a2.uid, subject=world.maths.uid, semester=world.semester.uid)
    for place, pupil in (("pupil", world.pupil), ("elsewhere", world.other_pupil)):
        made.put(f"class.8A2/{place}", uid=world.class_8a2.uid, pupil_uid=pupil.uid, child_uid=pupil.uid)
    made.put("class.8A2/parent", uid=world.class_8a2.uid, child_uid=world.pupil.uid, parent_uid=world.parent.uid)
    for who, user in (("staff.colleague", world.colleague), ("staff.admin", world.admin)):
        made.put(who, uid=user.uid, subject=world.maths.uid, class_uid=world.class_8a1.uid)
    waiting = make_user(session, world.school, "gv.moi", "Lò Thị Mây", Role.TEACHER)
    waiting.password_hash = None
    asked = make_user(session, world.school, "gv.quen", "Hà Văn Quên", Role.TEACHER)
    asked.password_asked_at, asked.password_asked_by_id = at, world.admin.id
    librarian = make_user(session, world.school, "thuvien", "Bế Thị Sách", Role.LIBRARIAN)
    for state, user in (("waiting", waiting), ("asked", asked), ("librarian", librarian)):
        made.put(f"staff.{state}", uid=user.uid)
    world.unconfirmed = make_user(session, world.school, "ph.la", "Lê Văn Lạ", Role.PARENT)  # type: ignore[attr-defined]
    session.add(Guardianship(school_id=world.school.id, parent_id=world.unconfirmed.id, child_id=world.pupil.id))
    session.flush()
    made.put(
        "class.8A2/unconfirmed",
        uid=world.class_8a2.uid,
        child_uid=world.pupil.uid,
        parent_uid=world.unconfirmed.uid,
    )
    made.put("somebody.pupil", uid=world.pupil.uid)
    made.put("group.maths", uid=world.maths_group.uid)
    made.put("year.running", uid=world.year.uid)
    planned = school.plan_year(session, world.actor(session, "admin"), NEXT_YEAR)
    made.put("year.planned", uid=planned.uid)
    admin = world.actor(session, "admin")
    for state in ("lab", "closed"):
        room = school.add_room(session, admin, f"Phòng Tin {state}", "10.1.1.0/24")
        made.put(f"room.{state}", uid=room.uid)
    school.close_room(session, admin, made.objects["room.closed"]["uid"], at=at)
    made.put("subject.maths", subject=world.maths.uid)
    _rosters(session, made)
    _lessons(session, made, teacher)
    _items(session, made, teacher)
    _imports(session, made, teacher)
    about = specifications.About("Giữa học kì I", 8, 90)
    kept = specifications.begin(session, teacher, world.maths, about, matrix(), at=at)
    made.put("specification", uid=kept.uid)
    made.put("specification/course", uid=kept.uid, course=world.course.uid)
    _materials(session, made, teacher)
    _quizzes(session, made, teacher)
    _books(session, made, teacher)
    framework = install_shipped(session, world.school.id, at=at)[0]
    made.put("framework", uid=framework.uid, form="csv")
    return made


def _rosters(session: Session, made: RouteWorld) -> None:
    admin = made.world.actor(session, "admin")
    staff = storage.put_bytes(STAFF.encode("utf-8-sig"))
    made.put("staff_list.uploaded", uid=staff_importing.start_import(session, admin, staff, "gv.csv", at=made.at).uid)
    for name, shift in (("roster.uploaded", "0"), ("roster.taken_over", "1")):
        data = ROSTER.replace("HS0900", f"HS090{shift}").replace("Ngọc", "Ngọc" if shift == "0" else "Hoa")
        batch = importing.start_import(
            session, admin, storage.put_bytes(data.encode("utf-8-sig")), f"ds{shift}.csv", at=made.at
        )
        made.put(name, uid=batch.uid)
        if shift == "1":
            importing.apply_import(session, admin, batch.uid, at=made.at)


def _lessons(session: Session, made: RouteWorld, teacher: Actor) -> None:
    world, at = made.world, made.at
    made.put("course", uid=world.course.uid)
    made.put("section.full", uid=world.section.uid, course=world.course.uid)
    made.put("section.empty", uid=courses.add_section(session, teacher, world.course.uid, "Chương II").uid)
    for number, state in enumerate(("hidden", "published")):
        lesson = courses.new_lesson(session, teacher, world.section.uid, f"Bài {state}", at=at)
        stored = storage.put_bytes(png(number))
        file = courses.attach_file(session, teacher, lesson.uid, stored, "hinh.png", inline=False, at=at)
        line = courses.find_activity(session, ActivityKind.LESSON, lesson.uid)
        assert line is not None
        if state == "published":
            courses.publish_activity(session, teacher, line.uid, at=at)
        made.put(f"lesson.{state}", uid=lesson.uid)
        made.put(f"lesson.{state}/file", uid=lesson.uid, sha256=file.sha256)
        made.put(f"line.{state}", uid=line.uid)
    made.put(
        "lesson.published/elsewhere",
        uid=made.objects["lesson.published"]["uid"],
        sha256=made.objects["lesson.hidden/file"]["sha256"],
    )


def _items(session: Session, made: RouteWorld, teacher: Actor) -> None:
    world, at = made.world, made.at
    head = world.actor(session, "subject_head")
    for number, state in enumerate(("draft", "submitted", "changes_requested", "approved", "retired", "heads_own")):
        author = head if state == "heads_own" else teacher
        kept = storage.put_bytes(png(20 + number))
        storage.keep(session, kept, at=at)
        pictures = {kept.sha256: Picture(kept.sha256, kept.media_type, "hinh.png")}
        draft = samples.choice(f'<p>Câu {state} <img src="asset:{kept.sha256}" alt="hình"></p>')
        item = writing.new_item(session, author, world.maths.id, draft, pictures=pictures, at=at)
        version = item.versions[0].uid
        if state != "draft":
            writing.submit(session, author, [version], at=at)
        if state == "changes_requested":
            reviewing.request_changes(session, head, version, "Thêm đơn vị.", at=at)
        if state in {"approved", "retired"}:
            reviewing.approve(session, head, [version], at=at)
        if state == "retired":
            writing.retire(session, head, version)
        made.put(f"item.{state}", uid=item.uid, version=version)
        made.put(f"version.{state}", uid=version)
        made.put(f"picture.{state}", sha256=kept.sha256)
    item = writing.new_item(session, teacher, world.maths.id, samples.choice("<p>1 + 1</p>"), at=at)
    writing.submit(session, teacher, [item.versions[0].uid], at=at)
    reviewing.request_changes(session, head, item.versions[0].uid, "Viết rõ hơn.", at=at)
    version = writing.new_version(session, teacher, item.uid, samples.choice("<p>1 + 2</p>"), at=at)
    writing.submit(session, teacher, [version.uid], at=at)
    made.put("item.rewritten", uid=item.uid)


def _imports(session: Session, made: RouteWorld, teacher: Actor) -> None:
    world, at = made.world, made.at

    def brought(data: bytes, name: str) -> ImportBatch:
        stored = storage.put_bytes(data)
        read = reading.read_file(stored.sha256, name)
        return reading.start_import(session, teacher, world.maths.id, stored, name, read, said=Tags(grade=8), at=at)

    file = f'<file name="h.png" path="/" encoding="base64">{base64.b64encode(png(60)).decode()}</file>'
    picture = '<p>Nêu cách vẽ <img src="@@PLUGINFILE@@/h.png" alt="hình"></p>'
    moodle = (
        '<?xml version="1.0" encoding="UTF-8"?><quiz><question type="essay"><name><text>Vẽ</text></name>'
        f'<questiontext format="html"><text><![CDATA[{picture}]]></text>{file}</questiontext></question></quiz>'
    )
    open_, pictured = brought(GIFT.encode(), "de.gift"), brought(moodle.encode(), "de.xml")
    saved = brought("Số 2 là số nguyên tố. {TRUE}\n".encode(), "de2.gift")
    for name, batch in (("unsaved", open_), ("pictured", pictured), ("saved", saved)):
        made.put(f"import.{name}", uid=batch.uid, draft_uid=batch.drafts[0].uid)
    made.put("import.unsaved/elsewhere", uid=open_.uid, draft_uid=pictured.drafts[0].uid)
    made.put("import.picture", sha256=pictured.assets[0].sha256)
    saving.save_import(session, teacher, saved.uid, at=at)


def _materials(session: Session, made: RouteWorld, teacher: Actor) -> None:
    world, at = made.world, made.at
    head = world.actor(session, "subject_head")
    states = ("draft", "submitted", "changes_requested", "approved", "unplaced", "withdrawn", "heads_own")
    for number, state in enumerate(states):
        author = head if state == "heads_own" else teacher
        edition = deposited(session, author, world, title=f"Phương trình, {state}", at=at)
        picture = Incoming(storage.put_bytes(png(80 + number)), "anh.png")
        catalogue.add_files(session, author, edition.uid, [picture], at=at)
        uid = edition.uid
        if state != "draft":
            material_review.submit(session, author, uid, at=at)
        if state == "changes_requested":
            material_review.request_changes(session, head, uid, note="Thiếu ví dụ.", at=at)
        if state in {"approved", "unplaced", "withdrawn"}:
            material_review.approve(session, head, uid, at=at)
        if state in {"approved", "withdrawn"}:
            courses.place_material(session, teacher, world.section.uid, uid, at=at)
        if state == "withdrawn":
            material_review.withdraw(session, head, uid, note="Sai kiến thức.", at=at)
        made.put(f"material.{state}", uid=uid, section=world.section.uid)
        made.put(f"material.{state}/file", uid=uid, file_uid=edition.files[0].uid)
    made.put(
        "material.approved/elsewhere",
        uid=made.objects["material.approved"]["uid"],
        file_uid=made.objects["material.draft/file"]["file_uid"],
    )


def _quizzes(session: Session, made: RouteWorld, teacher: Actor) -> None:
    world, at = made.world, made.at
    pictured = made.objects["picture.approved"]["sha256"]
    approved = made.objects["item.approved"]["version"]

    def built(title: str, *, opened: datetime = at, **changes: object) -> Quiz:
        quiz = quizzes.draft(session, world, [samples.choice(), samples.essay()], opened, title=title, **changes)
        return building.add_questions(session, teacher, quiz.uid, [approved], Fraction(1))

    draft = built("Bài nháp")
    slot = draft.slots[0].uid
    made.put("quiz.draft", uid=draft.uid, slot_uid=slot, version=_bank_version(session, made))
    assembled = built("Bài ghép từ ma trận")
    document, where = bank.encode_specification(matrix()), made.objects["specification"]["uid"]
    session.add(
        QuizAssembly(
            quiz_id=assembled.id,
            school_id=assembled.school_id,
            specification_uid=where,
            document=document,
            places={},
            made_at=at,
        )
    )
    made.put("quiz.assembled", uid=assembled.uid)
    made.put("quiz.draft/elsewhere", uid=draft.uid, slot_uid=built("Bài nháp khác").slots[0].uid)
    made.put("quiz.draft/unusable", uid=draft.uid, version=made.objects["item.draft"]["version"])

    running = building.publish(session, teacher, built("Bài đang mở").uid, at=at)
    form = session.scalars(select(Form).where(Form.quiz_id == running.id)).one()
    made.put("quiz.published", uid=running.uid, slot_uid=running.slots[0].uid, version=approved)
    for state, quiz in (("draft", draft), ("published", running)):
        made.put(f"print.{state}", uid=quiz.uid, sheet="teacher")
    made.put("form.picture", form_uid=form.uid, sha256=pictured)
    _attempt(made, "open", running, quizzes.begun(session, world, running, at=at), str(running.slots[0].version_uid))

    for state, quiz in (("draft", draft), ("published", running)):
        sitting = sittings.add_sitting(
            session, teacher, quiz.uid, sittings.Wanted(invigilators=[world.colleague.uid]), at=at
        )
        made.put(f"sitting.{state}", uid=sitting.uid)

    locked = building.publish(session, teacher, built("Bài trong SEB").uid, at=at)
    admission.save_rules(session, teacher, locked.uid, admission.Rules(seb_required=True), at=at)
    made.put("quiz.seb", uid=locked.uid)

    long_ago = at - timedelta(hours=5)
    over = building.publish(session, teacher, built("Bài hết giờ", opened=long_ago).uid, at=long_ago)
    _attempt(made, "overdue", over, quizzes.begun(session, world, over, at=long_ago), "")

    chosen = behaving.change_behaviour(session, teacher, built("Bài luyện").uid, Behaviour.IMMEDIATE)
    practice = building.publish(session, teacher, session.get_one(Quiz, chosen.quiz_id).uid, at=at)
    for state in ("over", "open"):
        attempt = quizzes.begun(session, world, practice, at=at)
        if state == "over":
            practising.end_round(session, world.actor(session, "pupil"), attempt.uid, at=at)
        made.put(f"practice.{state}", uid=attempt.uid, slot="3", sha256=pictured)

    for state in ("closed", "released"):
        feeds = {"column_semester": 1, "column_key": "ck"} if state == "released" else {}
        quiz = building.publish(session, teacher, built(f"Bài {state}", show_key=True, **feeds).uid, at=at)
        attempts = {who: quizzes.begun(session, world, quiz, who, at=at) for who in ("pupil", "classmate")}
        for who, attempt in attempts.items():
            actor, written = world.actor(session, who), MultiDict({"q1-choice": "b", "q2-text": "Bài văn của em."})
            taking.save_plain(session, actor, attempt.uid, written, device=quizzes.DEVICE, at=at)
            taking.hand_in(session, actor, attempt.uid, at=at)
        releasing.end_now(session, teacher, quiz.uid, at=at)
        if state == "released":
            releasing.release(session, teacher, quiz.uid, at=at)
        essay = session.scalars(
            select(ItemScore.version_uid).where(
                ItemScore.attempt_id == attempts["pupil"].id, ItemScore.points.is_(None)
            )
        ).one()
        made.put(f"quiz.{state}", uid=quiz.uid, version_uid=essay, slot_uid=quiz.slots[0].uid, version=approved)
        _attempt(made, state, quiz, attempts["pupil"], essay)
        made.put(f"child.{state}/elsewhere", child_uid=world.pupil.uid, uid=attempts["classmate"].uid)
        if state == "released":
            sent = requests.send(
                session, world.actor(session, "pupil"), attempts["pupil"].uid, reason="Em tính lại thấy đúng", at=at
            )
            of_pupil, of_classmate = attempts["pupil"].uid, attempts["classmate"].uid
            made.put("request.sent", uid=quiz.uid, request_uid=sent.uid)
            made.put("request.sent/elsewhere", uid=running.uid, request_uid=sent.uid)
            made.put("own_request.sent", uid=of_pupil, request_uid=sent.uid)
            made.put("own_request.elsewhere", uid=of_classmate, request_uid=sent.uid)
            made.put("child_request.sent", child_uid=world.pupil.uid, uid=of_pupil, request_uid=sent.uid)
            made.put("child_request.elsewhere", child_uid=world.pupil.uid, uid=of_classmate, request_uid=sent.uid)
        if state == "closed":
            asked = reopening.reopen(
                session, teacher, quiz.uid, attempts["classmate"].uid, minutes=5, reason="Bấm nhầm", at=at
            ).uid
            late = quizzes.late(session, attempts["pupil"], 1, {"choice": "a"}, at, at)
            first = session.get_one(ScoreRun, quiz.current_run_id)
            trial = regrading.propose(
                session, teacher, quiz.uid, essay, Policy.FULL_CREDIT, reason="Đề in nhầm", at=at
            ).uid
            made.put("regrade.proposed", uid=quiz.uid, regrade_uid=trial)
            made.put("regrade.proposed/elsewhere", uid=running.uid, regrade_uid=trial)
            made.put("run.first", uid=quiz.uid, run_uid=first.uid)
            made.put("run.elsewhere", uid=running.uid, run_uid=first.uid)
            made.put("delivery.waiting", uid=quiz.uid, attempt_uid=attempts["pupil"].uid, event=str(late.id))
            made.put("reopening.asked", uid=quiz.uid, reopening_uid=asked)
            made.put("reopening.asked/elsewhere", uid=running.uid, reopening_uid=asked)
    for state in ("draft", "published", "closed", "released"):
        made.put(f"part.{state}", uid=made.objects[f"quiz.{state}"]["uid"], part="key")
        made.put(f"export.{state}", uid=made.objects[f"quiz.{state}"]["uid"], kind="csv")
    _two_rounds(session, made, teacher, built("Bài chấm hai vòng"))
    made.put(
        "answer.elsewhere",
        uid=made.objects["quiz.closed"]["uid"],
        attempt_uid=made.objects["answer.released"]["attempt_uid"],
        slot="2",
        version_uid=made.objects["item.draft"]["version"],
    )
    made.put("child.pupil", uid=world.pupil.uid, child_uid=world.pupil.uid)
    made.put("child.classmate", uid=world.classmate.uid, child_uid=world.classmate.uid)


def _two_rounds(session: Session, made: RouteWorld, teacher: Actor, quiz: Quiz) -> None:
    """A test that a second teacher marks too; of one answer the marks are too far apart."""
    world, at = made.world, made.at
    wish = panels.MarkingWish(second_marker=world.colleague.uid, tolerance=Fraction(1, 4))
    rules = panels.save_plan(session, teacher, quiz.uid, wish)
    building.publish(session, teacher, quiz.uid, at=at)
    attempt = quizzes.begun(session, world, quiz, at=at)
    written = MultiDict({"q2-text": "Bài văn của em."})
    taking.save_plain(session, world.actor(session, "pupil"), attempt.uid, written, device=quizzes.DEVICE, at=at)
    taking.hand_in(session, world.actor(session, "pupil"), attempt.uid, at=at)
    version = str(quiz.slots[1].version_uid)
    sheet = sheet_uid(rules.secret, attempt.uid, 2)
    for who, points in (("teacher", Fraction(1)), ("colleague", Fraction(1, 2))):
        marking.mark_sheet(session, world.actor(session, who), quiz.uid, version, sheet, points=points, seen=0, at=at)
    made.put("quiz.two_rounds", uid=quiz.uid, version_uid=version)
    made.put(
        "sheet.two_rounds", uid=quiz.uid, version_uid=version, attempt_uid=attempt.uid, slot="2", secret=rules.secret
    )


def _bank_version(session: Session, made: RouteWorld) -> str:
    """An approved question that no quiz of the school holds yet."""
    teacher, head = made.world.actor(session, "teacher"), made.world.actor(session, "subject_head")
    item: Item = writing.new_item(session, teacher, made.world.maths.id, samples.short_number(), at=made.at)
    version = item.versions[0].uid
    writing.submit(session, teacher, [version], at=made.at)
    reviewing.approve(session, head, [version], at=made.at)
    return version


def _attempt(made: RouteWorld, state: str, quiz: Quiz, attempt: Attempt, version_uid: str) -> None:
    """An attempt under its three addresses: the pupil's, the teacher's, the parent's."""
    made.put(
        f"attempt.{state}",
        uid=attempt.uid,
        ticket=f"{attempt.id} {attempt.form_id} {attempt.pupil_id} {attempt.school_id}",
    )
    made.put(f"answer.{state}", uid=quiz.uid, attempt_uid=attempt.uid, slot="2", version_uid=version_uid)
    made.put(f"child.{state}", child_uid=made.world.pupil.uid, uid=attempt.uid)


def _books(session: Session, made: RouteWorld, teacher: Actor) -> None:
    world, at = made.world, made.at
    colleague, leader = world.actor(session, "colleague"), world.actor(session, "leader")

    def opened(actor: Actor, class_uid: str, semester_uid: str) -> str:
        uid = gradebook.open_gradebook(session, actor, class_uid, world.maths.uid, semester_uid, at=at).uid
        pupil = world.pupil if class_uid == world.class_8a2.uid else world.other_pupil
        for key in ("tx1", "gk"):
            cell = mark_cell(Decimal("7.5"), VERSIONS[0])
            gradebook.set_mark(session, actor, uid, pupil.uid, key, cell, at=at)
        return uid

    book = opened(teacher, world.class_8a2.uid, world.semester.uid)
    gradebook.publish(session, teacher, book, ["tx1"], at=at)
    locked = opened(teacher, world.class_8a2.uid, world.semester2.uid)
    theirs = opened(colleague, world.class_8a1.uid, world.semester.uid)
    for uid, asker in ((locked, teacher), (theirs, leader)):
        gradebook.lock(session, leader, uid, at=at)
        gradebook.ask_unlock(session, asker, uid, "Nhập nhầm cột.")
    for name, uid in (("open", book), ("locked", locked), ("asked_by_leader", theirs)):
        made.put(f"book.{name}", uid=uid, pupil_uid=world.pupil.uid)
    made.put("book.open/elsewhere", uid=book, pupil_uid=world.other_pupil.uid)
    stored = storage.put_bytes(workbook(world))
    made.put("workbook", uid=gradebook.bring_workbook(session, teacher, book, stored, "Toán 8A2.xlsx", at=at).uid)


def workbook(world: World) -> bytes:
    """A portal's file for 8A2."""
    pupil = world.pupil
    assert pupil.born_on is not None
    ours = [Pupil(1, pupil.full_name, pupil.born_on, pupil.ministry_id or "", pupil.code or "")]
    return sector(ours, Choices(text_marks=True, protect=False))
