"""What each form sends, so that a person who is let in gets as far as the verb."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

from lms.quizzes.domain.sheets import sheet_uid
from tests.factories import World
from tests.materials.samples import DECK
from tests.question_bank.assembly.samples import specification_fields
from tests.rules.route_world import GIFT, ROSTER, STAFF, Values, workbook

Fields = dict[str, Any]


def _file(data: bytes, name: str) -> tuple[io.BytesIO, str]:
    return io.BytesIO(data), name


def sheet_of(of: Values) -> str:
    """The name of an answer on the desk of its marker."""
    return sheet_uid(of.get("secret", ""), of["attempt_uid"], int(of["slot"]))


def days(year: int) -> dict[str, str]:
    """The days of a school year."""
    return {
        "starts_1": f"{year}-09-05",
        "ends_1": f"{year + 1}-01-16",
        "starts_2": f"{year + 1}-01-17",
        "ends_2": f"{year + 1}-05-31",
    }


QUESTION = {"prompt": "Tính 1 + 1", "text-0": "1", "text-1": "2", "right": "1", "grade": "8", "points": "0,25"}
RULES = {
    "title": "Giữa học kì I",
    "opens_at": "2026-11-01T07:30",
    "closes_at": "2027-01-01T09:00",
    "minutes": "45",
    "form_count": "1",
}
DESCRIPTION = {
    "title": "Bài 5. Cân đĩa", "kind": "slides", "grades": ["8"], "licence": "CC-BY-4.0", "rights": "own",
}  # fmt: skip

QUERIES: dict[str, Callable[[Values], dict[str, str]]] = {
    "bank.add": lambda of: {"type": "single_choice", "subject": of["subject"]},
    "exports.take_out": lambda of: {"format": "gift"},
    "maths.draw": lambda of: {"tex": "x^2"},
}

FORMS: dict[str, Callable[[World, Values], Fields]] = {
    "accounts.do_sign_in": lambda w, of: {},
    "quizzes.take_rescue_files": lambda w, of: {"file": _file(b"{}", "cuu-bai.gieo")},
    "accounts.set_language": lambda w, of: {"language": "vi"},
    "set_up.set_up": lambda w, of: {"school_name": "Trường khác", "school_code": "khac"},
    "accounts.do_change_password": lambda w, of: {"current": "a", "new": "b", "again": "c"},
    "accounts.sign_out": lambda w, of: {},
    "accounts.sign_out_everywhere": lambda w, of: {},
    "school.reset_pupil_password": lambda w, of: {},
    "school.hand_out_password": lambda w, of: {},
    "school.ask_password": lambda w, of: {},
    "school.decline_password": lambda w, of: {},
    "school.set_disabled": lambda w, of: {"disabled": "y"},
    "school.cards": lambda w, of: {},
    "school.staff_cards": lambda w, of: {},
    "school.parent_cards": lambda w, of: {},
    "school.add_colleague": lambda w, of: {"full_name": "Lại Thị Bích Thảo", "roles": "teacher"},
    "school.set_roles": lambda w, of: {"roles": ["teacher", "librarian"]},
    "staff_list.staff_upload": lambda w, of: {"file": _file(STAFF.encode("utf-8-sig"), "gv.csv")},
    "staff_list.staff_take_over": lambda w, of: {},
    "school.add_class": lambda w, of: {"name": "8A9"},
    "school.set_homeroom": lambda w, of: {"homeroom": w.colleague.uid},
    "school.add_group": lambda w, of: {"name": "Ngữ văn"},
    "school.save_group": lambda w, of: {
        "name": "Toán",
        "members": [w.teacher.uid],
        "heads": [w.teacher.uid],
        "subjects": [w.maths.uid],
    },
    "school.assign_class": lambda w, of: {f"subject-{of['subject']}": w.colleague.uid},
    "school.assign_teacher": lambda w, of: {"cell": f"{of['class_uid']}|{of['subject']}"},
    "school.plan_year": lambda w, of: {**days(2028)},
    "school.change_days": lambda w, of: {**days(2026)},
    "school.begin_year": lambda w, of: {},
    "school.add_room": lambda w, of: {"name": "Phòng Tin 9", "networks": "10.1.9.0/24"},
    "school.change_room": lambda w, of: {"name": "Phòng Tin 1", "networks": "10.1.1.0/24"},
    "school.close_room": lambda w, of: {},
    "school.add_parent": lambda w, of: {"full_name": "Nguyễn Thị Mai", "phone": "0900000001"},
    "school.link_parent": lambda w, of: {"sign_in_name": w.it_teacher.sign_in_name},
    "school.confirm_parent": lambda w, of: {},
    "school.unlink_parent": lambda w, of: {},
    "roster.upload": lambda w, of: {"file": _file(ROSTER.encode("utf-8-sig"), "ds.csv")},
    "roster.take_over": lambda w, of: {},
    "roster.make_parents": lambda w, of: {},
    "courses.add_section": lambda w, of: {"title": "Chương III"},
    "courses.change_section": lambda w, of: {"act": "remove"},
    "courses.add_link": lambda w, of: {"title": "Trang tư liệu", "url": "https://example.org/"},
    "courses.change_activity": lambda w, of: {"act": "remove"},
    "courses.place": lambda w, of: {"section": of["section"]},
    "lessons.create": lambda w, of: {"title": "Bài mới"},
    "lessons.save": lambda w, of: {"title": "Tên khác", "html": "<p>Lời khác</p>", "act": "publish"},
    "lessons.attach": lambda w, of: {"file": _file(DECK, "bai.pptx")},
    "bank.add": lambda w, of: {**QUESTION, "act": "save"},
    "bank.renew": lambda w, of: {**QUESTION, "act": "save"},
    "bank.submit": lambda w, of: {"chosen": of["version"]},
    "bank.tag": lambda w, of: {"chosen": of["version"], "topic": "Đa thức"},
    "bank.retag": lambda w, of: {"version": of["version"], "topic": "Đa thức"},
    "bank.comment": lambda w, of: {"version": of["version"], "comment": "Xem lại đơn vị."},
    "bank.retire": lambda w, of: {"version": of["version"]},
    "bank_review.approve": lambda w, of: {},
    "bank_review.approve_many": lambda w, of: {"chosen": of["version"]},
    "bank_review.send_back": lambda w, of: {"comment": "Thiếu đơn vị."},
    "quizzes.assemble": lambda w, of: {
        "course": of["course"],
        "forms": "1",
        "alike": "same",
        "months": "0",
        "points": "0,2",
    },
    "specifications.begin": lambda w, of: {
        "title": "Giữa học kì I",
        "grade": "8",
        "template": "periodic",
        "subject": of["subject"],
    },
    "specifications.save": lambda w, of: specification_fields(),
    "specifications.copy": lambda w, of: {},
    "specifications.delete": lambda w, of: {"confirm": "xoá"},
    "bank_review.comment": lambda w, of: {"comment": "Để tôi xem lại."},
    "imports.bring_in": lambda w, of: {"subject": of["subject"], "grade": "8", "file": _file(GIFT.encode(), "a.gift")},
    "exports.take_out": lambda w, of: {},
    "exports.choose": lambda w, of: {},
    "imports.mend": lambda w, of: QUESTION,
    "imports.set_key": lambda w, of: {f"{of['draft_uid']}-choice": "a"},
    "imports.tag": lambda w, of: {"chosen": of["draft_uid"], "topic": "Đa thức"},
    "imports.leave_out": lambda w, of: {"chosen": of["draft_uid"]},
    "imports.merge": lambda w, of: {"chosen": of["draft_uid"]},
    "imports.move": lambda w, of: {"down": of["draft_uid"]},
    "imports.split": lambda w, of: {"at": "1"},
    "imports.save": lambda w, of: {},
    "imports.submit": lambda w, of: {},
    "imports.undo": lambda w, of: {},
    "imports.discard": lambda w, of: {},
    "competencies.bring_in": lambda w, of: {
        "title": "Ngữ văn",
        "file": _file("code,statement\nA,Đọc hiểu\n".encode(), "a.csv"),
    },
    "library.deposit": lambda w, of: {"files": _file(DECK, "bai.pptx")},
    "library.describe": lambda w, of: {**DESCRIPTION, "subject": w.maths.uid},
    "library.add_files": lambda w, of: {"files": _file(b"%PDF-1.4\n%%EOF\n", "phieu.pdf")},
    "library.remove_file": lambda w, of: {},
    "library.delete": lambda w, of: {},
    "library.new_edition": lambda w, of: {},
    "material_review.submit": lambda w, of: {"note": "Đã xong."},
    "material_review.take_back": lambda w, of: {},
    "material_review.approve": lambda w, of: {"note": ""},
    "material_review.request_changes": lambda w, of: {"note": "Thiếu ví dụ."},
    "material_review.withdraw": lambda w, of: {"note": "Sai kiến thức."},
    "material_review.comment": lambda w, of: {"note": "Trang 2 có lỗi gõ."},
    "quizzes.create": lambda w, of: RULES,
    "quizzes.save_settings": lambda w, of: RULES,
    "quizzes.save_door": lambda w, of: {"password": "hoa phượng"},
    "quizzes.add_sitting": lambda w, of: {"invigilators": w.colleague.uid},
    "quizzes.save_sitting": lambda w, of: {"invigilators": w.colleague.uid, "pupils": w.pupil.uid},
    "quizzes.change_code": lambda w, of: {},
    "quizzes.pause_sitting": lambda w, of: {"pause_reason": "Mất điện"},
    "quizzes.resume_sitting": lambda w, of: {},
    "quizzes.make_resume_code": lambda w, of: {"pupil": w.pupil.uid},
    "quizzes.use_resume_code": lambda w, of: {"code": "AAAA-AAAA"},
    "quizzes.let_in": lambda w, of: {"pupil": w.pupil.uid, "reason": "Máy của phòng hỏng"},
    "quizzes.save_going": lambda w, of: {"navigation": "one_by_one"},
    "quizzes.save_behaviour": lambda w, of: {"behaviour": "interactive", "tries": "3", "penalty": "third"},
    "quizzes.practise": lambda w, of: {"q3-choice": "b", "try": "1", "act": "check"},
    "quizzes.end_practice": lambda w, of: {},
    "quizzes.add_questions": lambda w, of: {"version": of["version"], "worth": "0,5"},
    "quizzes.add_draw": lambda w, of: {"count": "1", "worth": "1", "type": "short_number"},
    "quizzes.change_slot": lambda w, of: {"act": "remove"},
    "quizzes.publish": lambda w, of: {},
    "quizzes.extra_time": lambda w, of: {"pupil": w.pupil.uid, "minutes": "5", "reason": "Mất điện"},
    "quizzes.pause": lambda w, of: {"whom": "all", "reason": "Mất điện"},
    "quizzes.resume": lambda w, of: {"whom": "all"},
    "quizzes.reopen": lambda w, of: {"minutes": "5", "reason": "Bấm nhầm"},
    "quizzes.decide_deliveries": lambda w, of: {"event": of.get("event", "0"), "act": "leave", "reason": "Làm sau giờ"},
    "quizzes.save_after_rules": lambda w, of: {"late_minutes": "10", "request_days": "5"},
    "quizzes.propose_regrade": lambda w, of: {"policy": "full_credit", "reason": "Đề in nhầm"},
    "quizzes.run_regrade_again": lambda w, of: {},
    "quizzes.decide_regrade": lambda w, of: {"act": "agree"},
    "quizzes.answer_request": lambda w, of: {"act": "take"},
    "quizzes.send_own_request": lambda w, of: {"reason": "Câu 2 em làm đúng"},
    "quizzes.end_own_request": lambda w, of: {"act": "withdraw"},
    "quizzes.send_child_request": lambda w, of: {"reason": "Câu 2 con làm đúng"},
    "quizzes.end_child_request": lambda w, of: {"act": "withdraw"},
    "quizzes.decide_reopening": lambda w, of: {"act": "agree"},
    "quizzes.end": lambda w, of: {"confirm": "kết thúc"},
    "quizzes.release": lambda w, of: {},
    "quizzes.print_sheet": lambda w, of: {},
    "quizzes.export_responses": lambda w, of: {},
    "quizzes.check_receipt": lambda w, of: {"code": "ABCDE-FGH23"},
    "quizzes.set_release": lambda w, of: {"act": "now"},
    "quizzes.save_mark": lambda w, of: {"sheet": sheet_of(of), "seen": "0", "points": "1", "comment": ""},
    "quizzes.keep_comment": lambda w, of: {"sheet": sheet_of(of), "seen": "0", "comment": "Trình bày rõ."},
    "quizzes.note_on": lambda w, of: {
        "sheet": sheet_of(of),
        "seen": "0",
        "quote": "Bài văn",
        "start": "0",
        "note": "Mở bài gọn.",
    },
    "quizzes.save_rubric": lambda w, of: {"name-0": "Nội dung", "levels-0": "1 Đủ ý\n0,5 Thiếu ý"},
    "quizzes.save_marking_rules": lambda w, of: {
        "anonymous": "y",
        "second_marker": w.colleague.uid,
        "tolerance": "0,25",
        "settled_by": "mean",
    },
    "quizzes.mark_answer": lambda w, of: {"points": "1", "comment": "Tốt."},
    "quizzes.start": lambda w, of: {},
    "quizzes.take_over": lambda w, of: {},
    "quizzes.save": lambda w, of: {"q1-choice": "b", "act": "hand_in"},
    "quizzes.events": lambda w, of: {},
    "quizzes.finish": lambda w, of: {},
    "gradebook.open_book": lambda w, of: {"class": of["uid"], "subject": of["subject"], "semester": of["semester"]},
    "gradebook.save": lambda w, of: {
        "was": json.dumps({of["pupil_uid"]: ["", ""]}),
        "keys": "tx2",
        f"{of['pupil_uid']}:tx2": "9",
    },
    "gradebook.set_columns": lambda w, of: {"regular": "5"},
    "gradebook.publish": lambda w, of: {"column": "gk"},
    "gradebook.set_zero": lambda w, of: {"column": "ck", "reason": "Vắng không phép"},
    "gradebook.lock": lambda w, of: {},
    "gradebook.ask_unlock": lambda w, of: {"reason": "Nhập nhầm cột"},
    "gradebook.unlock": lambda w, of: {},
    "gradebook.export": lambda w, of: {"kind": "csv"},
    "portal_workbook.bring": lambda w, of: {"file": _file(workbook(w), "Toán.xlsx")},
    "portal_workbook.fill": lambda w, of: {},
}

UPLOADS = frozenset(
    "roster.upload lessons.attach bank.add bank.renew imports.bring_in competencies.bring_in library.deposit "
    "library.add_files portal_workbook.bring quizzes.take_rescue_files staff_list.staff_upload".split()
)


def answers() -> dict[str, Any]:
    """What the page of a running test sends."""
    return {"tab": "t", "events": [{"seq": 1, "slot": 1, "response": {"choice": "b"}, "mono": 1}]}
