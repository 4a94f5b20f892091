"""What a Moodle question says beyond what our types hold: named and counted, never dropped in silence.

Every element of a question is either read (`READ`), or means nothing where it has its usual value (`SETTINGS`), or is
told: as changed where our question does the same in another way, else as not carried. An element that nobody here
knows (a newer Moodle, a plugin) is told by its name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from lxml import etree

from lms.base.i18n_marks import N_
from question_bank.formats import xml
from question_bank.formats.reading import Changed, NotCarried

READ_OF_ALL = frozenset({
    "name", "questiontext", "generalfeedback", "defaultgrade", "idnumber", "tags", "hint", "image", "image_base64",
    "answer",
})  # fmt: skip
READ: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "multichoice": frozenset({"single", "shuffleanswers"}),
        "shortanswer": frozenset({"usecase"}),
        "numerical": frozenset({"answer/tolerance"}),
        "matching": frozenset({"shuffleanswers", "subquestion"}),
        "match": frozenset({"shuffleanswers", "subquestion"}),
        "ddmatch": frozenset({"shuffleanswers", "subquestion"}),
        "essay": frozenset({"graderinfo"}),
        "gapselect": frozenset({"shuffleanswers", "selectoption", "selectoption/group"}),
        **dict.fromkeys(
            ("calculated", "calculatedsimple", "calculatedmulti"),
            frozenset(
                {"single", "shuffleanswers", "dataset_definitions"}
                | {f"answer/{n}" for n in ("tolerance", "tolerancetype", "correctanswerformat", "correctanswerlength")}
            ),
        ),
        "ddwtos": frozenset({"shuffleanswers", "dragbox", "dragbox/group", "dragbox/infinite"}),
    }
)
INSIDE = {"answer": {"text", "feedback", "file"}, "hint": {"text", "file"}, "subquestion": {"text", "answer", "file"},
          "selectoption": {"text"}, "dragbox": {"text"}}  # fmt: skip

WHY_CALCULATED = N_("Câu hỏi tính theo công thức thiếu bộ số cho các biến nên không đọc được.")
WHY_PICTURE = N_("Dạng kéo thả lên hình của Moodle chưa có dạng tương ứng.")
WHY_RANDOM = N_("Câu rút ngẫu nhiên của Moodle không có nội dung riêng. Hãy đặt việc rút trong bài kiểm tra.")
WHY_SEVERAL = N_("Câu điền khuyết có ô chọn nhiều ý chưa có dạng tương ứng.")
WHY_PLUGIN = N_("Dạng câu hỏi của phần mở rộng Moodle, chưa có dạng tương ứng.")
WHY_TYPE: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("calculated", "calculatedmulti", "calculatedsimple"), WHY_CALCULATED),
        **dict.fromkeys(("ddimageortext", "ddmarker"), WHY_PICTURE),
        **dict.fromkeys(("random", "randomsamatch"), WHY_RANDOM),
        **dict.fromkeys(("cloze", "multianswer"), WHY_SEVERAL),
    }
)

OTHER_FORM: Mapping[str, str] = MappingProxyType(
    {
        "ddwtos": N_("Câu kéo từ vào chỗ trống được lấy thành câu chọn từ trong danh sách."),
        "ddmatch": N_("Câu nối cột bằng kéo thả được lấy thành câu nối cột thường."),
    }
)


@dataclass(frozen=True, slots=True)
class Setting:
    """An element that no question of ours has: what is said of it, and the values that need no word.

    `carried` says that our question keeps its sense in another way.
    """

    said: str
    silent: frozenset[str] = frozenset({""})
    carried: bool = False


_NO = frozenset({"", "0", "false"})
_OFF = frozenset({"0", "false"})  # of an element that already says yes when it stands there empty
_RESULT = N_("Nhận xét chung theo kết quả (đúng, đúng một phần, sai) không mang sang; nhận xét từng phương án thì có.")
_PENALTY = N_("Mức trừ điểm mỗi lần thử lại không mang sang; cách tính điểm khi làm lại đặt trong bài kiểm tra.")
_COUNT = N_("Việc cho biết đã đúng mấy ý không mang sang.")
_HINT = N_("Gợi ý có mang sang, nhưng việc xoá ý sai và đếm ý đúng kèm theo thì không.")
_UNITS = N_("Đơn vị đo và cách chấm đơn vị không mang sang, chỉ chấm số.")
_ESSAY = N_("Giới hạn số từ, khung soạn và tệp đính kèm của câu tự luận không mang sang.")
_ORDER = N_("Cách chọn ý và cách chấm riêng của câu sắp xếp không mang sang.")
_LABELS = N_("Phương án được ghi A, B, C, D thay cho cách đánh số của tệp.")
_ONCE = N_("Mỗi từ được chọn lại nhiều lần, dù tệp chỉ cho kéo một lần.")
_UNKNOWN = N_("Phần này của Moodle hoặc của phần mở rộng chưa có chỗ tương ứng.")
_CATEGORY = N_("Lời mô tả và mã của danh mục không mang sang; tên danh mục thì có.")

SETTINGS: Mapping[str, Setting] = MappingProxyType(
    {
        "penalty": Setting(_PENALTY, frozenset({"", "0", "0.0", "0.0000000"})),
        "hidden": Setting(N_("Câu đã ẩn trong Moodle được lấy vào như câu thường."), _NO, carried=True),
        "answernumbering": Setting(_LABELS, frozenset({"", "abc", "ABCD", "1"}), carried=True),
        "showstandardinstruction": Setting(
            N_("Lời dặn như “Chọn một đáp án” luôn hiện, dù tệp đặt là ẩn."), frozenset({"", "1", "true"}), carried=True
        ),
        **dict.fromkeys(("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback"), Setting(_RESULT)),
        "shownumcorrect": Setting(_COUNT, _OFF),
        "hint/shownumcorrect": Setting(_HINT, _OFF),
        "hint/clearwrong": Setting(_HINT, _OFF),
        "hint/options": Setting(_HINT, _NO),
        "units": Setting(_UNITS),
        "synchronize": Setting(N_("Việc dùng chung bộ số giữa các câu không mang sang."), _NO),
        "unitgradingtype": Setting(_UNITS, _NO),
        "showunits": Setting(_UNITS, frozenset({"", "3"})),
        "instructions": Setting(_UNITS),
        "responseformat": Setting(_ESSAY, frozenset({"", "editor", "plain"})),
        "responserequired": Setting(_ESSAY, frozenset({"", "1"})),
        "responsetemplate": Setting(_ESSAY),
        **dict.fromkeys(
            ("minwordlimit", "maxwordlimit", "attachments", "attachmentsrequired", "maxbytes", "filetypeslist"),
            Setting(_ESSAY, _NO),
        ),
        "layouttype": Setting(_ORDER, frozenset({"", "0", "VERTICAL"})),
        "selecttype": Setting(_ORDER, frozenset({"", "0", "ALL"})),
        "selectcount": Setting(_ORDER, frozenset({"", "0"})),
        "gradingtype": Setting(_ORDER),
        "showgrading": Setting(_ORDER, frozenset({"", "0", "1", "SHOW", "HIDE"})),
        "numberingstyle": Setting(_LABELS, frozenset({"", "none"}), carried=True),
    }
)
# How many lines an empty field shows, and settings that mean nothing without another one.
MEANINGLESS = frozenset({"responsefieldlines", "unitpenalty", "unitsleft"})


@dataclass(slots=True)
class Rest:
    """What was left over so far in a file."""

    changed: Counter[tuple[str, str]] = field(default_factory=Counter)
    lost: Counter[tuple[str, str]] = field(default_factory=Counter)

    def whole(self, kind: str) -> None:
        """Note that a question could not be taken over at all."""
        self.lost[f"moodle:{kind or '?'}", WHY_TYPE.get(kind, WHY_PLUGIN)] += 1

    def category(self, question: etree._Element) -> None:
        """Note what a category says besides its name."""
        for name in ("info", "idnumber"):
            if xml.text_of(question, name).strip():
                self.lost[f"moodle:category/{name}", _CATEGORY] += 1

    def question(self, question: etree._Element, kind: str) -> None:
        """Note what a question that was read says besides."""
        read = READ_OF_ALL | READ.get(kind, frozenset())
        for name, element in _parts(question):
            if name not in read:
                self.setting(name, element)
        if kind in OTHER_FORM:
            self.changed[f"moodle:{kind}", OTHER_FORM[kind]] += 1
        if kind == "ddwtos" and any(box.find("infinite") is None for box in question.iterchildren("dragbox")):
            self.changed["moodle:dragbox", _ONCE] += 1

    def setting(self, name: str, element: etree._Element) -> None:
        """Note one element, unless it has a value that means nothing."""
        known = SETTINGS.get(name, Setting(_UNKNOWN))
        if name in MEANINGLESS or xml.text_of(element).strip() in known.silent:
            return
        into = self.changed if known.carried else self.lost
        into[f"moodle:{name}", known.said] += 1

    def told(self) -> tuple[tuple[Changed, ...], tuple[NotCarried, ...]]:
        """Return what was changed and what was not carried."""
        return (
            tuple(Changed(what, count, how) for (what, how), count in self.changed.items()),
            tuple(NotCarried(what, count, why) for (what, why), count in self.lost.items()),
        )


def _parts(question: etree._Element) -> Iterator[tuple[str, etree._Element]]:
    """Yield the elements of a question that are not its mere words, by their paths."""
    for child in question.iterchildren(tag=etree.Element):
        yield str(child.tag), child
        for inner in child.iterchildren(tag=etree.Element) if child.tag in INSIDE else ():
            if inner.tag not in INSIDE[str(child.tag)]:
                yield f"{child.tag}/{inner.tag}", inner
