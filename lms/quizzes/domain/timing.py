"""When a pupil may begin, until when an answer counts, and what an answer that comes later is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from lms.base.errors import Conflict
from lms.base.i18n_marks import N_
from lms.quizzes.domain.states import AttemptState, Standing


@dataclass(frozen=True, slots=True)
class Allowance:
    """Extra time of one pupil: a percentage of the duration and seconds on top; both move the window's end too."""

    percent: int = 0
    seconds: int = 0

    def over(self, duration: timedelta) -> timedelta:
        """The extra time that a test of *duration* gets."""
        return timedelta(seconds=int(duration.total_seconds()) * self.percent // 100 + self.seconds)


@dataclass(frozen=True, slots=True)
class Window:
    """When a test may be taken and how long it lasts. `duration` None: as long as the window is open."""

    opens_at: datetime
    closes_at: datetime
    duration: timedelta | None
    grace: timedelta = timedelta(seconds=20)  # for answers that the network held back

    @property
    def length(self) -> timedelta:
        """What percentages of extra time are taken of."""
        return self.duration or self.closes_at - self.opens_at

    def end_for(self, allowance: Allowance) -> datetime:
        """The end of the window for a pupil with this extra time."""
        return self.closes_at + allowance.over(self.length)

    def check_may_begin(self, allowance: Allowance, at: datetime) -> None:
        """Go on only inside the window.

        Raises:
            Conflict: it is too early or too late.
        """
        if at < self.opens_at:
            raise Conflict(N_("Chưa đến giờ làm bài. Trang này sẽ cho bắt đầu khi đến giờ."))
        if at >= self.end_for(allowance):
            raise Conflict(N_("Bài kiểm tra đã đóng, không bắt đầu được nữa."))

    def deadline(self, allowance: Allowance, started_at: datetime) -> datetime:
        """The moment at which an attempt begun at *started_at* ends."""
        end = self.end_for(allowance)
        if self.duration is None:
            return end
        return min(started_at + self.duration + allowance.over(self.duration), end)


def window_of(opens_at: datetime | None, closes_at: datetime | None, seconds: int | None, grace: int) -> Window | None:
    """The window of a quiz from its rules as they are kept; None while a draft has no times yet."""
    if opens_at is None or closes_at is None:
        return None
    duration = None if seconds is None else timedelta(seconds=seconds)
    return Window(opens_at, closes_at, duration, timedelta(seconds=grace))


def standing_of(state: AttemptState, same_device: bool, accept_until: datetime, at: datetime) -> Standing:
    """Say what an event arriving at *at* is; `accept_until` is deadline plus grace, inclusive."""
    if state is not AttemptState.OPEN or at > accept_until:
        return Standing.LATE
    return Standing.APPLIED if same_device else Standing.OTHER_DEVICE
