"""The acts of the audit log in words. A rule test holds that every act that is recorded anywhere stands here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from lms.base.i18n_marks import N_

ACTS: Mapping[str, str] = MappingProxyType(
    {
        "account.signed_in": N_("đăng nhập"),
        "account.signed_out": N_("đăng xuất"),
        "account.signed_out_everywhere": N_("đăng xuất khỏi mọi máy"),
        "account.password_changed": N_("đổi mật khẩu"),
        "account.password_reset": N_("cấp lại mật khẩu"),
        "account.disabled": N_("khoá tài khoản"),
        "account.enabled": N_("mở lại tài khoản"),
        "school.set_up": N_("thiết lập trường"),
        "roster.uploaded": N_("tải lên danh sách học sinh"),
        "roster.applied": N_("nhập danh sách học sinh"),
        "course.section_added": N_("thêm phần vào trang lớp học"),
        "course.section_renamed": N_("đổi tên phần của trang lớp học"),
        "course.section_removed": N_("xoá phần trống của trang lớp học"),
        "course.activity_added": N_("đặt nội dung vào trang lớp học"),
        "course.activity_published": N_("giao nội dung cho lớp"),
        "course.activity_hidden": N_("ẩn nội dung khỏi lớp"),
        "course.activity_removed": N_("gỡ nội dung khỏi trang lớp học"),
        "lesson.created": N_("tạo bài học"),
        "lesson.saved": N_("sửa bài học"),
        "lesson.file_attached": N_("đính kèm tệp vào bài học"),
        "import.read": N_("tải lên tệp câu hỏi"),
        "import.saved": N_("lưu câu hỏi từ tệp vào ngân hàng"),
        "import.discarded": N_("bỏ tệp câu hỏi đã tải"),
        "import.undone": N_("hoàn tác một lần nhập câu hỏi"),
        "item.created": N_("tạo câu hỏi"),
        "item.version_created": N_("tạo bản mới của câu hỏi"),
        "item.tagged": N_("gắn thẻ câu hỏi"),
        "item.submitted": N_("gửi duyệt câu hỏi"),
        "item.changes_requested": N_("yêu cầu sửa câu hỏi"),
        "item.approved": N_("duyệt câu hỏi"),
        "item.retired": N_("cho câu hỏi nghỉ dùng"),
        "framework.imported": N_("nhập khung năng lực"),
        "quiz.created": N_("tạo bài kiểm tra"),
        "quiz.changed": N_("sửa bài kiểm tra"),
        "quiz.published": N_("giao bài kiểm tra"),
        "quiz.closed": N_("đóng bài kiểm tra"),
        "quiz.extra_time": N_("thêm giờ làm bài"),
        "quiz.released": N_("công bố kết quả bài kiểm tra"),
        "attempt.handed_in": N_("nộp bài"),
        "attempt.marked": N_("chấm bài tự luận"),
    }
)
