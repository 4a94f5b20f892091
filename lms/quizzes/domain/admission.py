"""Who may enter a test and go on with it, from where and in which browser: the admission rules of a quiz as one value.

A word or a code is asked for at the door only. What concerns the whole test is asked again with every request.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from lms.base.errors import Forbidden, Invalid
from lms.base.i18n_marks import N_
from lms.base.networks import is_within
from lms.base.text import nfc
from lms.quizzes.domain.seb import Proof, SebRule

CODE_DIGITS = 6
LONGEST_PASSWORD = 100
NOT_PLACED = N_("Em chưa được xếp vào phòng thi nào của bài này. Hãy báo giám thị.")
OUTSIDE = N_("Máy này không thuộc mạng của phòng thi. Em hãy dùng máy của phòng, hoặc báo giám thị.")

NOT_SEB = N_(
    "Bài này chỉ làm trong Safe Exam Browser mở bằng tệp của bài. Em mở lại từ trang bài kiểm tra, hoặc báo giám thị."
)


class NotAdmitted(Forbidden):
    """The person may take the test, but not in this way; nothing that the page holds is lost by it."""

    default = OUTSIDE


@dataclass(frozen=True, slots=True)
class Visit:
    """How a request came: from which address, in which browser, and what was typed at the door."""

    address: str = ""
    password: str = ""
    code: str = ""
    base: str = ""  # the address of the site, as the browser knows it
    proofs: tuple[Proof, ...] = ()  # of Safe Exam Browser
    vouched_for: str = ""  # the attempt for which this browser has proven itself before


NOWHERE = Visit()
"""A visit of which nothing is known: enough for a quiz that asks nothing."""


@dataclass(frozen=True, slots=True)
class Place:
    """A sitting as the door knows it: its code, its room's networks (None: no room), its pupils (none: whoever is
    named by no other).
    """

    code: str
    networks: tuple[str, ...] | None = None
    pupil_ids: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Guard:
    """Every admission rule of a quiz, with what is needed to check it. A pupil who was let in by hand passes all."""

    password: str = ""
    asks_code: bool = False
    asks_network: bool = False
    seb: SebRule | None = None
    places: tuple[Place, ...] = ()
    let_in: frozenset[int] = frozenset()

    @property
    def idle(self) -> bool:
        """Whether nothing is asked of anybody."""
        return not (self.password or self.asks_code or self.asks_network or self.seb)

    def places_of(self, pupil_id: int) -> Sequence[Place]:
        """The sittings that a pupil may write in: those that name the pupil, else those that name nobody."""
        named = [place for place in self.places if pupil_id in place.pupil_ids]
        return named or [place for place in self.places if not place.pupil_ids]

    def check_words(self, pupil_id: int, visit: Visit) -> None:
        """Go on only with the right password and code, where the quiz asks for them.

        Raises:
            NotAdmitted: the pupil belongs to no sitting.
            Invalid: what was typed is not right.
        """
        if pupil_id in self.let_in:
            return
        if self.password and not same_text(visit.password, self.password):
            raise Invalid.at("password", N_("Mật khẩu chưa đúng. Em hỏi lại giám thị rồi gõ lại."))
        if self.asks_code:
            places = self.places_of(pupil_id)
            if not places:
                raise NotAdmitted(NOT_PLACED)
            if not any(same_text(visit.code, place.code) for place in places):
                raise Invalid.at("code", N_("Mã phòng chưa đúng hoặc vừa đổi. Em gõ mã đang chiếu trong phòng."))

    def check_visit(self, pupil_id: int, visit: Visit, attempt_uid: str = "") -> None:
        """Go on only from where, and in the browser in which, the quiz may be taken; asked with every request.

        *attempt_uid* names the attempt that runs, "" before there is one.

        Raises:
            NotAdmitted: not from this machine, or not in this browser.
        """
        self.check_network(pupil_id, visit)
        if not self.proven(pupil_id, visit) and not (attempt_uid and visit.vouched_for == attempt_uid):
            raise NotAdmitted(NOT_SEB)

    def check_network(self, pupil_id: int, visit: Visit) -> None:
        """Go on only from the networks of the pupil's rooms, where the quiz asks for them.

        Raises:
            NotAdmitted: not from this machine.
        """
        if not self.asks_network or pupil_id in self.let_in:
            return
        places = self.places_of(pupil_id)
        if not places:
            raise NotAdmitted(NOT_PLACED)
        if not any(is_within(visit.address, place.networks or ()) for place in places):
            raise NotAdmitted(OUTSIDE)

    def proven(self, pupil_id: int, visit: Visit) -> bool:
        """Whether this request itself shows the browser that the quiz asks for."""
        return self.seb is None or pupil_id in self.let_in or self.seb.proven_by(visit.base, visit.proofs)

    def problem(self) -> str:
        """What would keep everybody of a sitting out, as a sentence for the teacher; "" when nothing would."""
        if (self.asks_code or self.asks_network) and not self.places:
            return N_("Bài có mã phòng hoặc chỉ làm ở phòng thi, nhưng chưa xếp phòng thi nào.")
        if self.asks_network and any(place.networks is None for place in self.places):
            return N_("Bài chỉ làm được từ máy của phòng thi, nhưng có ca chưa chọn phòng.")
        if self.asks_network and any(not place.networks for place in self.places):
            return N_(
                "Có phòng chưa khai dải mạng nên không máy nào vào được. Hãy nhờ quản trị khai dải mạng của phòng."
            )
        return ""


def as_kept(text: str) -> str:
    """A password as it is kept and compared: composed, without blanks around, otherwise as typed."""
    return nfc(text).strip()


def same_text(given: str, kept: str) -> bool:
    """Compare what was typed with what is kept, exactly, in a time that tells nothing of either."""
    one, other = (hashlib.sha256(as_kept(text).encode()).digest() for text in (given, kept))
    return hmac.compare_digest(one, other)


def check_password(text: str, field: str = "password") -> str:
    """Return a password as it is kept; "" for none.

    Raises:
        Invalid: too long to be said in a room.
    """
    password = as_kept(text)
    if len(password) > LONGEST_PASSWORD:
        raise Invalid.at(field, N_("Mật khẩu dài nhất %(most)s kí tự."), most=LONGEST_PASSWORD)
    return password


def new_code() -> str:
    """A room code: digits only, quick to read from the wall and to type on every keyboard."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
