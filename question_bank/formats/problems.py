"""What a reader has to say about a question, in the teacher's words; codes are stable."""

from __future__ import annotations

from lms.base.i18n_marks import N_
from question_bank.items.domain import Problem


def no_key() -> Problem:
    """Say that the source marks no answer as right."""
    return Problem("no_key", N_("Chưa thấy đáp án. Hãy chọn đáp án đúng."), blocking=True)


def several_keys(labels: str) -> Problem:
    """Say that several options are marked where one was expected."""
    return Problem(
        "several_keys",
        N_("Nhiều phương án cùng được đánh dấu: %(labels)s. Hãy chọn đáp án đúng, hoặc đổi sang câu nhiều đáp án."),
        {"labels": labels},
        blocking=True,
    )


def keys_disagree(first: str, second: str) -> Problem:
    """Say that two places of the source give different answers."""
    return Problem(
        "keys_disagree",
        N_("Hai chỗ ghi đáp án khác nhau: %(first)s và %(second)s. Hãy chọn đáp án đúng."),
        {"first": first, "second": second},
        blocking=True,
    )


def unknown_key(answer: str) -> Problem:
    """Say that the stated answer names no option of the question."""
    return Problem(
        "unknown_key",
        N_("Đáp án ghi trong tệp là “%(answer)s”, nhưng câu hỏi không có phương án ấy."),
        {"answer": answer},
        blocking=True,
    )


def half_key(missing: str) -> Problem:
    """Say which statements or gaps have no stated answer."""
    return Problem("half_key", N_("Chưa rõ đáp án của: %(missing)s. Hãy bổ sung."), {"missing": missing}, blocking=True)


def too_few_options() -> Problem:
    """Say that a choice question has fewer than two options."""
    return Problem("too_few_options", N_("Câu hỏi chọn đáp án cần ít nhất hai phương án."), blocking=True)


def empty_option(label: str) -> Problem:
    """Say that an option holds nothing."""
    return Problem("empty_option", N_("Phương án %(label)s chưa có nội dung."), {"label": label}, blocking=True)


def empty_prompt() -> Problem:
    """Say that the question has no words of its own."""
    return Problem("empty_prompt", N_("Câu hỏi chưa có nội dung."), blocking=True)


def unreadable_number(text: str) -> Problem:
    """Say that an answer that should be a number is none."""
    return Problem(
        "unreadable_number", N_("Đáp án “%(text)s” không phải là một số."), {"text": text[:80]}, blocking=True
    )


def broken(text: str) -> Problem:
    """Say that the grammar of the file breaks in this question."""
    return Problem("broken", N_("Không đọc hết được câu này: %(text)s"), {"text": text[:200]}, blocking=True)


def missing_picture(name: str) -> Problem:
    """Say that a picture or other file named in the question is not in the upload."""
    return Problem("missing_file", N_("Thiếu tệp “%(name)s”. Hãy thêm lại vào câu hỏi."), {"name": name[:120]})


def other_encoding() -> Problem:
    """Say that the text was not UTF-8 and may show wrong letters."""
    return Problem("other_encoding", N_("Tệp không ở dạng UTF-8. Hãy xem lại các chữ có dấu trước khi lưu."))


def old_encoding(name: str) -> Problem:
    """Say that the text was in an encoding of before Unicode, and was changed."""
    return Problem(
        "old_encoding",
        N_("Tệp gõ bằng bảng mã cũ (%(name)s), đã đổi sang Unicode. Hãy xem lại các chữ có dấu trước khi lưu."),
        {"name": name},
    )


def doubtful_encoding(name: str) -> Problem:
    """Say that the text may be in an encoding of before Unicode, and was left as it is."""
    return Problem(
        "doubtful_encoding",
        N_("Có thể tệp gõ bằng bảng mã cũ (%(name)s), nhưng chưa chắc nên giữ nguyên chữ. Hãy lưu tệp lại dạng UTF-8."),
        {"name": name},
    )


def file_left_out(name: str) -> Problem:
    """Say that a sound or other file of the question cannot be shown in it."""
    return Problem(
        "file_left_out", N_("Tệp “%(name)s” không phải hình ảnh nên không mang sang được."), {"name": name[:120]}
    )


def units_dropped(units: str) -> Problem:
    """Say that the units of a number are no longer asked for."""
    return Problem("units_dropped", N_("Đơn vị (%(units)s) không được chấm nữa, chỉ chấm số."), {"units": units[:80]})


def tolerance_dropped(gap: str) -> Problem:
    """Say that a number in a gap must now be met exactly."""
    return Problem("tolerance_dropped", N_("Ô %(gap)s: sai số cho phép không mang sang được."), {"gap": gap})


def first_match() -> Problem:
    """Say that the source counts the first answer that fits, where we count the best one."""
    return Problem(
        "first_match",
        N_("Tệp chấm theo đáp án khớp đầu tiên, ở đây lấy mức điểm cao nhất. Hãy xem lại mức điểm của các đáp án."),
    )


def power_sign(formula: str) -> Problem:
    """Say that a formula holds a sign that does not mean a power where it comes from."""
    return Problem(
        "power_sign",
        N_("Công thức “%(formula)s” có dấu ^, mà Moodle không tính là luỹ thừa. Hãy xem lại rồi nhập lại đáp án."),
        {"formula": formula[:80]},
        blocking=True,
    )


def geometric_tolerance() -> Problem:
    """Say that a tolerance is as wide below as above now."""
    return Problem("geometric_tolerance", N_("Sai số kiểu hình học của Moodle được lấy thành sai số tương đối."))


def any_number() -> Problem:
    """Say that points for any number whatever are not given."""
    return Problem("any_number", N_("Tệp cho điểm cả khi trả lời số bất kì; mức điểm ấy không mang sang được."))


def weights_dropped() -> Problem:
    """Say that all gaps now count alike."""
    return Problem("weights_dropped", N_("Các ô có hệ số khác nhau; nay mọi ô tính điểm như nhau."))


def ambiguous_number(text: str) -> Problem:
    """Say that a point may part thousands or decimals."""
    return Problem(
        "ambiguous_number",
        N_("Chưa rõ “%(text)s” là số thập phân hay có dấu chấm ngăn hàng nghìn. Hãy nhập lại đáp án."),
        {"text": text},
        blocking=True,
    )


def maths_flat() -> Problem:
    """Say that formulas in MathML kept only their signs."""
    return Problem("maths_flat", N_("Có công thức MathML chỉ giữ được phần chữ. Hãy gõ lại công thức."))


def all_or_nothing() -> Problem:
    """Say that the source pays for the whole answer only."""
    return Problem(
        "all_or_nothing",
        N_("Tệp chỉ cho điểm khi đúng hết; ở đây mỗi phần đúng được tính điểm, trừ khi bài kiểm tra đặt khác."),
    )


def rules_unknown() -> Problem:
    """Say that the item is scored by rules that are not run here, so its key is not believed."""
    return Problem(
        "rules_unknown",
        N_("Câu này chấm theo quy tắc riêng chưa đọc được, nên chưa nhận đáp án trong tệp. Hãy chọn lại đáp án."),
        blocking=True,
    )


def rules_disagree() -> Problem:
    """Say that the stated answer does not earn the most by the rules of the item."""
    return Problem(
        "rules_disagree",
        N_("Đáp án ghi trong tệp không khớp với quy tắc chấm của chính câu đó. Hãy chọn lại đáp án."),
        blocking=True,
    )


def open_range() -> Problem:
    """Say that the end of a range, which the source leaves out, now counts."""
    return Problem("open_range", N_("Khoảng đáp số không tính đầu mút trong tệp; nay đầu mút cũng được tính đúng."))


def spelling_dropped() -> Problem:
    """Say that a misspelt answer no longer counts."""
    return Problem("spelling_dropped", N_("Tệp cho phép viết sai vài chữ cái; nay phải viết đúng như đáp án."))


def labels_unclear() -> Problem:
    """Say that the labels of the options do not run A, B, C, D."""
    return Problem(
        "labels_unclear",
        N_("Thứ tự A, B, C, D của các phương án bị thiếu hoặc lặp. Hãy sửa lại các phương án."),
        blocking=True,
    )


def loose_text() -> Problem:
    """Say that words behind the last option were taken as part of it."""
    return Problem("loose_text", N_("Sau phương án cuối còn có chữ. Hãy xem chữ ấy thuộc về đâu."))


def drawing_source() -> Problem:
    """Say that a drawing stands in the question as the source it is made from."""
    return Problem(
        "drawing_source", N_("Có hình vẽ bằng mã TikZ: chỉ giữ được mã nguồn. Hãy chụp hình rồi thay vào chỗ ấy.")
    )


def unknown_commands(names: str) -> Problem:
    """Say of which LaTeX commands only the words were kept."""
    return Problem(
        "latex_commands", N_("Có lệnh LaTeX chưa hiểu, chỉ giữ phần chữ: %(names)s. Hãy xem lại."), {"names": names}
    )


def from_pdf() -> Problem:
    """Say that a question was read from the text layer of a PDF, where much is lost."""
    return Problem(
        "from_pdf",
        N_("Đọc từ chữ trong tệp PDF: công thức, hình và chỗ gạch chân có thể mất. Hãy so lại với đề gốc."),
    )


_THINGS = {
    "mathtype": N_("Có công thức MathType: giữ được dưới dạng hình, nên gõ lại bằng công thức."),
    "object": N_("Có đối tượng nhúng từ chương trình khác: chỉ giữ được hình đại diện."),
    "picture_format": N_(
        "Có hình ở định dạng trình duyệt không hiện được (WMF, EMF, TIFF). Hãy thay bằng PNG hoặc JPEG."
    ),
    "missing": N_("Có hình không nằm trong tệp Word (hình liên kết ngoài). Hãy chèn lại hình."),
    "shape": N_("Có hình vẽ bằng công cụ vẽ của Word nên không mang sang được. Hãy chụp lại thành hình ảnh."),
    "chart": N_("Có biểu đồ của Word nên không mang sang được. Hãy dán lại thành hình ảnh."),
    "diagram": N_("Có sơ đồ SmartArt nên không mang sang được. Hãy dán lại thành hình ảnh."),
    "bare_latex": N_("Có mã LaTeX chưa đặt trong \\( … \\) nên chưa hiện thành công thức."),
    "group": N_("Có hình ghép từ nhiều phần, chỉ giữ được các ảnh bên trong. Hãy chụp lại cả hình thành một ảnh."),
    "eq_field": N_("Có công thức dạng trường EQ đời cũ. Hãy gõ lại công thức này."),
}


def thing(code: str) -> Problem:
    """Say what in the question could not be taken over as it was."""
    return Problem(f"docx_{code}", _THINGS[code])
