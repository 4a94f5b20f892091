"""Room for long transfers: so many at once and no more, so that slow downloads never take the threads exams need.

The server runs `Settings.threads` request threads and LANES more; a transfer that may take long takes a lane first.
"""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Self

from lms.base.errors import Unavailable
from lms.base.i18n_marks import N_

LANES = 16
LONG = 1 << 20  # bytes from which a transfer counts as long
_WAIT = 5.0  # seconds to wait for a lane

_free = threading.BoundedSemaphore(LANES)


class Lane:
    """One place among the long transfers; given back by `leave`, by the end of `with`, or when forgotten."""

    def __init__(self, wait: float = _WAIT) -> None:
        """Take a place.

        Raises:
            Unavailable: all were taken for as long as we waited.
        """
        self._held = _free.acquire(timeout=wait)
        if not self._held:
            raise Unavailable(N_("Đang có nhiều người gửi và tải tệp. Chưa có gì được lưu, hãy thử lại sau ít phút."))

    def leave(self) -> None:
        """Give the place back; a second time does nothing."""
        held, self._held = self._held, False
        if held:
            _free.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.leave()

    def __del__(self) -> None:
        self.leave()
