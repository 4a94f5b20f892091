"""The workbook that teachers fill: one example of each type, lists of what may be chosen, a sheet that explains."""

from __future__ import annotations

from functools import cache

from question_bank.formats.sheet.columns import Column
from question_bank.formats.sheet.writing import workbook
from question_bank.items.domain import TYPE_NAMES, ItemBody, ItemDraft, ItemType
from question_bank.items.forms import draft_from_form

_GUIDE: tuple[tuple[str, str], ...] = (
    ("Cách dùng",
     "Mỗi hàng là một câu. Xoá các câu mẫu rồi điền câu của bạn. Cột nào không cần thì để trống; thứ tự các cột đổi "
     "được, nhưng giữ nguyên hàng tiêu đề."),
    (Column.TYPE,
     "Chọn trong danh sách. Để trống thì đoán theo các ô: có phương án là câu chọn đáp án, không có là câu trả lời "
     "ngắn hoặc tự luận."),
    (Column.PROMPT, "Công thức đặt trong \\( … \\), ví dụ \\(x^2\\). Xuống dòng trong ô bằng Alt+Enter."),
    ("Phương án A, B, C …", "Từ hai đến mười hai phương án. Phương án kiểu “Cả A và B” tự giữ nguyên chỗ khi trộn."),
    (TYPE_NAMES[ItemType.SINGLE_CHOICE], "Đáp án: chữ cái của phương án đúng, ví dụ B."),
    (TYPE_NAMES[ItemType.MULTIPLE_CHOICE],
     "Đáp án: các chữ cái, ví dụ A, C. Muốn chia điểm khác nhau: A 50%, C 50%, B -50%."),
    (TYPE_NAMES[ItemType.TRUE_FALSE], "Câu hỏi là mệnh đề; đáp án là Đ hoặc S."),
    (TYPE_NAMES[ItemType.CLUSTER], "Các ý ở cột A đến D; đáp án ghi lần lượt, ví dụ Đ S Đ S."),
    (TYPE_NAMES[ItemType.SHORT_TEXT],
     "Đáp án: mỗi dòng một cách trả lời được chấp nhận. Được một phần điểm thì ghi thêm = 50%. "
     "Dấu * thay cho chữ bất kì."),
    (TYPE_NAMES[ItemType.SHORT_NUMBER], "Đáp án: 2,5 hoặc 2,5 ± 0,1."),
    (TYPE_NAMES[ItemType.MATCHING],
     "Mỗi cột A, B, C … một cặp: vế trái => vế phải. Vế phải thừa ghi => vế phải. Cột Đáp án để trống."),
    (TYPE_NAMES[ItemType.ORDERING], "Các bước ở cột A, B, C … theo đúng thứ tự. Cột Đáp án để trống."),
    (TYPE_NAMES[ItemType.GAP_FILL],
     "Chỗ trống ghi ngay trong câu hỏi: [[đáp án|đáp án khác]] để gõ, [[=đúng|sai|sai]] để chọn. Cột Đáp án để trống."),
    (TYPE_NAMES[ItemType.ESSAY], "Cột Đáp án là hướng dẫn chấm."),
    (Column.LEVEL, "NB nhận biết, TH thông hiểu, VD vận dụng, VDC vận dụng cao."),
    (Column.CODES, "Mã yêu cầu cần đạt; nhiều mã cách nhau bằng dấu chấm phẩy."),
    (Column.TAGS, "Nhiều từ khoá cách nhau bằng dấu chấm phẩy."),
    (Column.SHUFFLE, "Ghi “không” nếu phương án phải giữ thứ tự."),
    ("Không mang sang", "Hình trong bảng tính, macro, liên kết tới tệp khác. Ô có công thức chỉ lấy kết quả đã tính."),
)  # fmt: skip

_EXAMPLES: tuple[tuple[ItemType, dict[str, str | list[str]]], ...] = (
    (ItemType.SINGLE_CHOICE, {
        "prompt": "Nghiệm của phương trình \\(2x - 6 = 0\\) là", "text-0": "\\(x = -3\\)", "text-1": "\\(x = 3\\)",
        "text-2": "\\(x = 6\\)", "text-3": "\\(x = 12\\)", "right": ["1"], "solution": "\\(2x = 6\\) nên \\(x = 3\\).",
    }),
    (ItemType.MULTIPLE_CHOICE, {
        "prompt": "Những số nào là số nguyên tố?", "text-0": "2", "text-1": "9", "text-2": "11", "text-3": "15",
        "right": ["0", "2"],
    }),
    (ItemType.TRUE_FALSE, {"prompt": "Nước sôi ở 100 °C khi áp suất là 1 atm.", "truth": "true"}),
    (ItemType.CLUSTER, {
        "prompt": "Cho hình vuông có cạnh 4 cm.", "text-0": "Chu vi là 16 cm.", "truth-0": "true",
        "text-1": "Diện tích là 8 cm².", "truth-1": "false", "text-2": "Hai đường chéo bằng nhau.", "truth-2": "true",
        "text-3": "Có đúng hai trục đối xứng.", "truth-3": "false",
    }),
    (ItemType.SHORT_TEXT, {"prompt": "Thủ đô của Việt Nam là gì?", "accepted": "Hà Nội\nHa Noi = 50%"}),
    (ItemType.SHORT_NUMBER, {"prompt": "Tính \\(5 : 2\\).", "accepted": "2,5"}),
    (ItemType.MATCHING, {
        "prompt": "Nối mỗi con sông với thành phố nó chảy qua.", "text-0": "Sông Hồng", "other-0": "Hà Nội",
        "text-1": "Sông Hương", "other-1": "Huế", "distractors": "Đà Lạt",
    }),
    (ItemType.ORDERING, {
        "prompt": "Xếp các triều đại theo thời gian.", "text-0": "Lý", "text-1": "Trần", "text-2": "Lê sơ",
    }),
    (ItemType.GAP_FILL, {"prompt": "Nước gồm [[=hiđro|nitơ]] và [[oxi|oxygen]]."}),
    (ItemType.ESSAY, {
        "prompt": "Viết đoạn văn khoảng 200 chữ về một thói quen tốt.", "rubric": "Mở đoạn 0,5 điểm; thân đoạn 1 điểm.",
    }),
)  # fmt: skip


class _Typed:
    def __init__(self, fields: dict[str, str | list[str]]) -> None:
        self.fields = fields

    def getlist(self, key: str) -> list[str]:
        found = self.fields.get(key, [])
        return [found] if isinstance(found, str) else found


def examples() -> list[ItemDraft]:
    """Return one question of each type that has an answer."""
    return [
        draft_from_form(_Typed({**fields, "shuffle": "y"}), ItemDraft(ItemBody(kind, ""), None))
        for kind, fields in _EXAMPLES
    ]


@cache
def template() -> bytes:
    """Return the workbook to fill."""
    return workbook(examples(), _GUIDE)
