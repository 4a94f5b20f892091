"""Which device may write into an attempt: the one that holds its lease, and none once the lease was withdrawn."""

from __future__ import annotations

from lms.base.errors import Forbidden
from lms.base.i18n_marks import N_

NOBODY = ""  # holds the lease of an attempt whose pupil was shut out; no device is called so
PAGE_NO_LONGER_GOOD = N_("Trang làm bài này không còn hiệu lực. Hãy tải lại trang; câu trả lời vẫn giữ trên máy.")


def check_lease(holder: str) -> None:
    """Go on only while a device holds the lease; whether it is this one is another question.

    Raises:
        Forbidden: it was withdrawn, and with it every ticket of the attempt.
    """
    if holder == NOBODY:
        raise Forbidden(PAGE_NO_LONGER_GOOD)
