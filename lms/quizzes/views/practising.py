"""Practice: what a pupil sees before, in and after a round. Every act is a plain form; a script saves the reload."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from lms.base import clock, richtext
from lms.base.downloads import send_blob
from lms.base.errors import Invalid
from lms.base.forms import problems_of
from lms.base.i18n_marks import N_
from lms.base.marks import TENTH, round_half_up
from lms.base.web import current_actor, current_session, shows_again, wants_part
from lms.quizzes.domain.behaviours import Behaviour, Penalty
from lms.quizzes.domain.results import on_ten
from lms.quizzes.service import admission, closing, practising
from lms.quizzes.service.feeding import results_of
from lms.quizzes.service.practising import Practised, Round
from lms.quizzes.service.taking import StartPage
from lms.quizzes.views import papers
from lms.quizzes.views.blueprint import bp
from lms.quizzes.views.devices import remember
from lms.quizzes.views.doors import seb_link, visit, visit_at_the_door
from question_bank import api as bank

PENALTIES: Mapping[Penalty, str] = MappingProxyType(
    {
        Penalty.NOTHING: N_("Không trừ"),
        Penalty.QUARTER: N_("Trừ một phần tư điểm của câu"),
        Penalty.THIRD: N_("Trừ một phần ba điểm của câu"),
        Penalty.HALF: N_("Trừ nửa điểm của câu"),
    }
)
PART = "question"  # that the page's script asks for after an act
KEEP_PICTURES = 7 * 86_400  # seconds: a picture's address holds its hash


@dataclass(frozen=True, slots=True)
class ShownQuestion:
    """A question of a round ready for its template, without what may not be seen yet."""

    question: Practised
    presented: bank.Presented
    part: str  # of the paper, where it begins
    key: bank.PresentedKey | None
    solution: Markup
    feedback: Markup
    hints: list[Markup]
    said: list[Markup]
    following: int | None  # the slot of the next question

    @property
    def look(self) -> str:
        """The class of its cell on the board."""
        if self.question.outcome is None:
            return ""
        if self.question.outcome.right or self.question.outcome.needs_marking:
            return "done"
        return "unsaved" if self.question.settled else "held"


def _shown(found: Round) -> list[ShownQuestion]:
    uid = found.attempt.uid
    ordered = found.questions
    part = ""
    shown = []
    paper = zip(ordered, papers.shown(found.form), strict=True)
    for place, (question, one) in enumerate(paper):

        def address(sha256: str, number: int = question.number) -> str:
            return url_for("quizzes.practice_picture", uid=uid, slot=number, sha256=sha256)

        notes = question.item.notes
        body = found.form.bodies[question.number]
        hints = notes.hints[: question.hints]
        said = practising.said_of(question)[len(hints) :]
        shown.append(
            ShownQuestion(
                question=question,
                presented=one.presented,
                part=one.part if one.part != part else "",
                key=bank.present_key(body, question.item.key, address) if question.settled else None,
                solution=bank.show(notes.solution, address) if question.settled else Markup(),
                feedback=bank.show(notes.feedback, address) if question.settled else Markup(),
                hints=[bank.show(hint, address) for hint in hints],
                said=[bank.show(text, address) for text in said],
                following=next((other.number for other in ordered[place + 1 :]), None),
            )
        )
        part = one.part or part
    return shown


def start_page(page: StartPage, *, at: datetime) -> ResponseReturnValue:
    """The page before a practice: how it goes, the rounds of before, the button to begin."""
    session, quiz, actor = current_session(), page.quiz, current_actor()
    rounds = results_of(session, quiz, [actor.user_id])
    marks: dict[str, Decimal] = {
        one.attempt_uid: round_half_up(on_ten(one.points, one.worth), TENTH) for one in rounds if one.worth
    }
    door = admission.door_of(
        session, quiz, actor.user_id, visit_at_the_door(quiz.uid), inside=page.open_attempt is not None
    )
    shown = render_template(
        "lms/quizzes/practice_start.html",
        page=page,
        quiz=quiz,
        instructions=richtext.render(quiz.instructions, lambda _sha256: ""),
        several=page.conduct.behaviour is Behaviour.INTERACTIVE,
        penalty=PENALTIES[page.conduct.penalty] if page.conduct.penalty is not Penalty.NOTHING else "",
        not_yet=quiz.opens_at is not None and at < quiz.opens_at,
        marks=marks,
        done=[one for one in page.attempts if one.uid in marks],
        door=door,
        seb_link=seb_link(quiz.uid),
        problems={name: problems_of(name) for name in ("password", "code")},
    )
    return remember(make_response(shown))


@bp.get("/exam/<uid>/practice")
def practice(uid: str) -> ResponseReturnValue:
    """A round of one's own: its questions, or what came of it once it has ended."""
    session, at = current_session(), clock.now()
    found = practising.get_round(session, current_actor(), uid, at=at, visit=visit())
    if closing.needs_closing(found.attempt, at):
        session.rollback()
        closing.close_on_read(found.attempt.id, at=at)
        return redirect(url_for("quizzes.practice", uid=uid), code=303)
    questions = _shown(found)
    return render_template(
        "lms/quizzes/practice_over.html" if found.over else "lms/quizzes/practice.html",
        round=found,
        quiz=found.quiz,
        questions=questions,
        mark=round_half_up(on_ten(found.points, found.worth), TENTH) if found.over and found.worth else None,
        problems={one.question.number: problems_of(f"slot-{one.question.number}") for one in questions},
    )


def _question_again(uid: str, slot: int) -> ResponseReturnValue:
    """The question after an act, by itself for the page's script; without one the whole page."""
    if not wants_part(PART):
        return practice(uid)
    found = practising.get_round(current_session(), current_actor(), uid, at=clock.now(), visit=visit())
    found.question(slot)
    return render_template(
        "lms/quizzes/_practised_part.html",
        round=found,
        questions=(questions := _shown(found)),
        one=next(one for one in questions if one.question.number == slot),
        problems={slot: problems_of(f"slot-{slot}")},
    )


@bp.post("/exam/<uid>/practice/<int:slot>")
@shows_again(_question_again)
def practise(uid: str, slot: int) -> ResponseReturnValue:
    """Have an answer checked, or see the next hint, as the button says."""
    session, actor, at = current_session(), current_actor(), clock.now()
    if request.form.get("act") == "hint":
        practising.ask_hint(session, actor, uid, slot, number=_number("hint"), at=at, visit=visit())
    else:
        practising.check_answer(session, actor, uid, slot, request.form, number=_number("try"), at=at, visit=visit())
    if wants_part(PART):
        return _question_again(uid, slot)
    return redirect(url_for("quizzes.practice", uid=uid, _anchor=f"q{slot}"), code=303)


def _number(name: str) -> int:
    text = request.form.get(name, "")
    if not text.isascii() or not text.isdigit():
        raise Invalid.at("", N_("Có lựa chọn không hợp lệ. Hãy tải lại trang."))
    return int(text[:4])


@bp.post("/exam/<uid>/practice/end")
def end_practice(uid: str) -> ResponseReturnValue:
    """End the round and see what came of it."""
    practising.end_round(current_session(), current_actor(), uid, at=clock.now(), visit=visit())
    return redirect(url_for("quizzes.practice", uid=uid), code=303)


@bp.get("/exam/<uid>/practice/<int:slot>/pictures/<sha256>")
def practice_picture(uid: str, slot: int, sha256: str) -> ResponseReturnValue:
    """A picture in a hint, a word or a solution that the pupil may see by now."""
    media_type = practising.find_picture(
        current_session(), current_actor(), uid, slot, sha256, at=clock.now(), visit=visit()
    )
    return send_blob(sha256, name=sha256[:12], media_type=media_type, inline=True, cache_seconds=KEEP_PICTURES)
