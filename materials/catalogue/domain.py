"""What a material is: its kinds, its licences, the states of an edition, and what its description must say."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from lms.base.errors import Conflict
from lms.base.i18n_marks import N_

GRADES = tuple(str(grade) for grade in range(1, 13))
GRADES_OF_LEVEL: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"primary": GRADES[:5], "lower_secondary": GRADES[5:9], "upper_secondary": GRADES[9:]}
)
MOST_FILES = 10
TITLE_LIMIT = 200
SUMMARY_LIMIT = 2000


class State(StrEnum):
    """Where an edition stands on its way into the library."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    CHANGES_REQUESTED = "changes_requested"
    APPROVED = "approved"
    SUPERSEDED = "superseded"  # a newer edition of the work was approved
    WITHDRAWN = "withdrawn"


STATE_NAMES: Mapping[State, str] = MappingProxyType(
    {
        State.DRAFT: N_("Bản nháp"),
        State.SUBMITTED: N_("Chờ duyệt"),
        State.CHANGES_REQUESTED: N_("Cần sửa"),
        State.APPROVED: N_("Đã duyệt"),
        State.SUPERSEDED: N_("Đã có bản mới"),
        State.WITHDRAWN: N_("Đã rút"),
    }
)

MOVES: Mapping[State, frozenset[State]] = MappingProxyType(
    {
        State.DRAFT: frozenset({State.SUBMITTED}),
        State.SUBMITTED: frozenset({State.APPROVED, State.CHANGES_REQUESTED, State.DRAFT}),
        State.CHANGES_REQUESTED: frozenset({State.SUBMITTED}),
        State.APPROVED: frozenset({State.WITHDRAWN, State.SUPERSEDED}),
        State.SUPERSEDED: frozenset({State.WITHDRAWN}),
        State.WITHDRAWN: frozenset(),
    }
)


def move(now: State, to: State) -> State:
    """Return the next state.

    Raises:
        Conflict: an edition in this state cannot go there.
    """
    if to not in MOVES[now]:
        raise Conflict(N_("Học liệu đã sang trạng thái khác nên việc này không còn làm được. Hãy tải lại trang."))
    return to


KINDS: Mapping[str, str] = MappingProxyType(
    {
        "lesson_plan": N_("Giáo án"),
        "slides": N_("Bài trình chiếu"),
        "e_lecture": N_("Bài giảng điện tử"),
        "video": N_("Video"),
        "audio": N_("Âm thanh"),
        "picture": N_("Tranh ảnh"),
        "simulation": N_("Mô phỏng"),
        "worksheet": N_("Phiếu học tập"),
        "test": N_("Đề kiểm tra"),
        "reading": N_("Tài liệu đọc"),
        "other": N_("Khác"),
    }
)

_KIND_OF: Sequence[tuple[str, str]] = (
    ("presentation", "slides"),
    ("powerpoint", "slides"),
    ("video/", "video"),
    ("audio/", "audio"),
    ("image/", "picture"),
    ("epub", "reading"),
    ("application/zip", "e_lecture"),
)


def kind_of(media_type: str, name: str) -> str:
    """Guess the kind of a material from its first file; the author corrects it.

    >>> kind_of("application/pdf", "KHBD Bài 5.pdf"), kind_of("video/mp4", "a.mp4")
    ('lesson_plan', 'video')
    """
    lowered = name.lower()
    if re.search(r"khbd|giáo án|giao an|kế hoạch bài", lowered):
        return "lesson_plan"
    if re.search(r"phiếu|phieu", lowered):
        return "worksheet"
    if re.search(r"\bđề\b|kiểm tra|kiem tra", lowered):
        return "test"
    return next((kind for mark, kind in _KIND_OF if mark in media_type), "reading")


@dataclass(frozen=True, slots=True)
class Licence:
    """What others may do with a material: its name, what that means, and whether others' work can bear it."""

    code: str
    name: str
    meaning: str
    url: str = ""
    for_others_work: bool = True


def _cc(code: str, name: str, meaning: str) -> Licence:
    return Licence(
        f"CC-{code}-4.0", f"CC {name} 4.0", meaning, f"https://creativecommons.org/licenses/{code.lower()}/4.0/"
    )


LICENCES: Mapping[str, Licence] = MappingProxyType(
    {
        licence.code: licence
        for licence in (
            _cc("BY", "BY", N_("Dùng và sửa tự do, ghi tên tác giả")),
            _cc("BY-SA", "BY-SA", N_("Dùng và sửa tự do, ghi tên tác giả, chia sẻ lại với cùng giấy phép")),
            _cc("BY-NC", "BY-NC", N_("Dùng và sửa cho việc phi thương mại, ghi tên tác giả")),
            _cc("BY-NC-SA", "BY-NC-SA", N_("Phi thương mại, ghi tên tác giả, chia sẻ lại với cùng giấy phép")),
            _cc("BY-ND", "BY-ND", N_("Dùng nguyên vẹn, ghi tên tác giả")),
            _cc("BY-NC-ND", "BY-NC-ND", N_("Dùng nguyên vẹn cho việc phi thương mại, ghi tên tác giả")),
            Licence(
                "CC0-1.0",
                "CC0 1.0",
                N_("Dành cho mọi người, không giữ lại quyền nào"),
                "https://creativecommons.org/publicdomain/zero/1.0/",
            ),
            Licence(
                "SCHOOL",
                N_("Chỉ dùng trong trường"),
                N_("Giáo viên và học sinh của trường dùng, không chia sẻ ra ngoài"),
            ),
            Licence(
                "ARR",
                N_("Giữ toàn bộ quyền"),
                N_("Chỉ xem và dạy trong trường; muốn sửa phải hỏi tác giả"),
                for_others_work=False,
            ),
        )
    }
)


class Rights(StrEnum):
    """On what ground the author may share the material."""

    OWN = "own"
    PERMITTED = "permitted"  # somebody else's work under a licence that allows it


RIGHTS_NAMES: Mapping[Rights, str] = MappingProxyType(
    {Rights.OWN: N_("Tôi tự làm ra học liệu này"), Rights.PERMITTED: N_("Của người khác, giấy phép cho dùng lại")}
)


@dataclass(frozen=True, slots=True)
class Description:
    """What an edition says of itself; `subject_uid` and `outcomes` are resolved by the service."""

    title: str
    summary: str = ""
    kind: str = "other"
    subject_uid: str = ""
    grades: tuple[str, ...] = ()
    licence: str = ""
    rights: str = ""
    credit: str = ""
    outcomes: tuple[str, ...] = ()
    changes: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One result of the automatic checks; a `blocking` one must be mended before the edition can be submitted."""

    code: str
    message: str
    blocking: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """What the automatic checks look at."""

    title: str
    summary: str
    has_subject: bool
    grades: Sequence[str]
    licence: str
    rights: str
    credit: str
    outcomes: int
    files: int
    unreadable: Sequence[str] = ()


def findings(facts: Facts) -> list[Finding]:
    """Check an edition as a librarian would before a colleague looks at it."""
    rules = (
        (facts.files == 0, "files", N_("Chưa có tệp nào."), True),
        (len(facts.title.strip()) < 5, "title", N_("Tên học liệu quá ngắn để người khác hiểu."), True),
        (not facts.summary.strip(), "summary", N_("Chưa có vài câu giới thiệu nội dung."), True),
        (not facts.has_subject, "subject", N_("Chưa chọn môn học."), True),
        (not facts.grades, "grades", N_("Chưa chọn lớp."), True),
        (facts.licence not in LICENCES, "licence", N_("Chưa chọn giấy phép."), True),
        (facts.rights not in set(Rights), "rights", N_("Chưa cho biết ai làm ra học liệu."), True),
    )
    found = [Finding(code, message, blocking) for wrong, code, message, blocking in rules if wrong]
    if facts.rights == Rights.PERMITTED:
        if not facts.credit.strip():
            found.append(Finding("credit", N_("Học liệu của người khác cần ghi tên tác giả và nguồn."), blocking=True))
        licence = LICENCES.get(facts.licence)
        if licence is not None and not licence.for_others_work:
            found.append(
                Finding(
                    "licence_gate", N_("Giấy phép này không cho đưa tác phẩm của người khác vào kho."), blocking=True
                )
            )
    if not facts.outcomes:
        found.append(Finding("outcomes", N_("Chưa gắn yêu cầu cần đạt; đồng nghiệp sẽ khó tìm thấy hơn.")))
    found += [
        Finding("unreadable", N_("Không đọc được chữ trong một tệp; chỉ tìm được theo tên và giới thiệu."))
        for _ in facts.unreadable[:1]
    ]
    return found


def title_from(name: str, inside: str = "") -> str:
    """Draft a title from what the file calls itself inside, else from its name.

    >>> title_from("Bai_5-phuong_trinh.pptx"), title_from("x.pptx", "Phương trình bậc nhất một ẩn")
    ('Bai 5 phuong trinh', 'Phương trình bậc nhất một ẩn')
    """
    cleaned = " ".join(inside.split())
    dull = re.fullmatch(
        r"(?i)(microsoft )?(powerpoint presentation|word.*|slide ?\d*|untitled.*|document ?\d*|.*\.\w{3,4})", cleaned
    )
    if 5 <= len(cleaned) <= TITLE_LIMIT and not dull:
        return cleaned
    stem = name.rpartition(".")[0] or name
    return " ".join(re.sub(r"[_\-]+", " ", stem).split())[:TITLE_LIMIT] or name[:TITLE_LIMIT]
