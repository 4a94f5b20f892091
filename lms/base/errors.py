"""What can go wrong, in the words of the school rather than of HTTP.

A message is a Vietnamese msgid (marked with `N_`) with `%(name)s` places that `params` fill; it is translated and
filled where it is shown, never here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lms.base.i18n_marks import N_


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence for a person, with the values that go into it."""

    text: str
    params: Mapping[str, str | int] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text % dict(self.params) if self.params else self.text


class AppError(Exception):
    """Something the person can be told about; anything else is a bug."""

    status = 400
    default = N_("Không thực hiện được yêu cầu này.")

    def __init__(self, text: str = "", **params: str | int) -> None:
        self.message = Message(text or self.default, params)
        super().__init__(str(self.message))


class NotFound(AppError):
    """No such thing, or not one this person may know of."""

    status = 404
    default = N_("Không tìm thấy nội dung này.")


class Forbidden(AppError):
    """The person may see the thing but not do this to it."""

    status = 403
    default = N_("Bạn không có quyền thực hiện việc này.")


class SignInNeeded(AppError):
    """Nobody is signed in."""

    status = 401
    default = N_("Bạn cần đăng nhập.")


class Conflict(AppError):
    """The thing is not in a state in which this can be done."""

    status = 409
    default = N_("Nội dung đã thay đổi, việc này không còn làm được.")


class TooLarge(AppError):
    """A file or a text is over its limit."""

    status = 413
    default = N_("Tệp quá lớn.")


class TooMany(AppError):
    """Too many tries in a short time."""

    status = 429
    retry_after = 0  # seconds to wait; 0 when nobody can say
    default = N_("Bạn thử quá nhiều lần. Hãy đợi một lát rồi thử lại.")


class Unavailable(AppError):
    """A part of the system cannot answer just now; nothing was saved."""

    status = 503
    default = N_("Hệ thống đang bận. Chưa có gì được lưu, hãy thử lại sau ít phút.")


class Invalid(AppError):
    """What was typed or uploaded cannot be taken; says what is wrong at which field.

    `fields` maps a field name ("" for the form as a whole) to its messages.
    """

    status = 422
    default = N_("Có chỗ cần sửa trước khi lưu.")

    def __init__(
        self, fields: Mapping[str, Sequence[Message | str]] | None = None, text: str = "", **params: str | int
    ) -> None:
        super().__init__(text, **params)
        self.fields: dict[str, list[Message]] = {
            name: [item if isinstance(item, Message) else Message(item) for item in messages]
            for name, messages in (fields or {}).items()
        }

    @classmethod
    def at(cls, field_name: str, text: str, **params: str | int) -> Invalid:
        """Say one thing about one field."""
        return cls({field_name: [Message(text, params)]}, text, **params)
