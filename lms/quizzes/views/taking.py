"""What a pupil sees: before, while and right after taking a quiz."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Response, current_app, flash, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.base import clock, richtext
from lms.base.assets import asset_url
from lms.base.downloads import send_blob
from lms.base.filled import filled_page
from lms.base.forms import problems_of
from lms.base.frame import save_data
from lms.base.i18n import _, show_time, zone
from lms.base.permissions import Actor, Role
from lms.base.web import csrf, current_actor, current_self, current_session, public, reads_only, shows_again
from lms.quizzes.domain.flow import PULSE
from lms.quizzes.domain.states import AttemptState
from lms.quizzes.hot import endpoint, saving, tokens
from lms.quizzes.hot.wire import encode
from lms.quizzes.service import admission, closing, leases, reading, taking
from lms.quizzes.service.rescue_files import public_key
from lms.quizzes.service.taking import ExamPage, Leaving
from lms.quizzes.views import papers, practising
from lms.quizzes.views.blueprint import bp
from lms.quizzes.views.devices import device, remember
from lms.quizzes.views.doors import seb_link, visit, visit_at_the_door, vouch

_MILLISECOND = timedelta(milliseconds=1)
FIRST_ASK_MS = PULSE // _MILLISECOND  # then as the replies say
SPREAD_MS = 8_000  # over so long the button to begin appears on the machines that wait
NEEDED_AT_THE_START = (
    "exam.js",
    "rescue.js",
    "maths.css",
    "gieo-maths.woff2",
)  # beyond what the start page itself has fetched
KEEP_PICTURES = 7 * 86_400  # seconds: a picture's address holds its hash


def pupil_start(uid: str) -> ResponseReturnValue:
    """The page before a test: its rules, its times, and the button to begin."""
    session, actor, at = current_session(), current_actor(), clock.now()
    page = taking.start_page(session, actor, uid, at=at)
    if page.conduct.is_practice:
        return practising.start_page(page, at=at)
    quiz, inside = page.quiz, page.open_attempt is not None
    door = admission.door_of(session, quiz, actor.user_id, visit_at_the_door(uid), inside=inside)
    problems = {name: problems_of(name) for name in ("password", "code")}
    not_yet = quiz.opens_at is not None and at < quiz.opens_at
    moment = {
        "now_ms": int(at.timestamp() * 1000),
        "opens_in_ms": max(0, (quiz.opens_at - at) // _MILLISECOND) if quiz.opens_at else 0,
    }
    shared = {
        "page": page,
        "quiz": quiz,
        "instructions": richtext.render(quiz.instructions, lambda _sha256: ""),
        "not_yet": not_yet,
        "door": door,
        "seb_link": seb_link(uid),
        "problems": problems,
        "spread_ms": SPREAD_MS,
        "preload": [asset_url(name) for name in (() if save_data() else NEEDED_AT_THE_START)],
    }
    if page.attempts or any(problems.values()):  # what only this pupil sees
        return remember(make_response(render_template("lms/quizzes/start.html", **shared, **moment)))
    rules = (uid, quiz.title, quiz.instructions, quiz.opens_at, quiz.duration_seconds, quiz.attempts_allowed)
    key = (*rules, quiz.course.uid, quiz.course.title, page.kind, not_yet, door, shared["seb_link"])
    return remember(filled_page("lms/quizzes/start.html", key, moment, **shared))


@bp.post("/quizzes/<uid>/start")
@shows_again(pupil_start)
def start(uid: str) -> ResponseReturnValue:
    """Begin, or go on with, an attempt.

    One that begins is answered with its page at once (201, decision 0060): at the bell, on a slow line, each round trip
    counts. Safe Exam Browser is sent to the page's address, which its keys stand for.
    """
    session, actor, here, at = current_session(), current_actor(), visit_at_the_door(uid), clock.now()
    begun = taking.begin(session, actor, uid, device=device(), at=at, visit=here)
    attempt, page = begun.attempt, begun.page
    address = url_for("quizzes.exam", uid=attempt.uid)
    proven = admission.proves_browser(session, attempt.quiz_id, here)
    if page is None or page.form.conduct.is_practice or proven:
        response = remember(make_response(redirect(address, code=303)))
        return vouch(response, attempt.uid) if proven else response
    response = _shown(actor, page, at)
    response.status_code, response.location = 201, address
    return response


@bp.get("/quizzes/<uid>/start")
@reads_only
def started(uid: str) -> ResponseReturnValue:
    """Where a browser without script asks again at the address of the button: the page that leads on."""
    quiz = reading.get_quiz(current_session(), current_actor(), uid)
    return redirect(url_for("quizzes.show", uid=quiz.uid), code=303)


@bp.get("/exam/<uid>")
@reads_only
def exam(uid: str) -> ResponseReturnValue:
    """The page of a running attempt; a finished one leads to its receipt."""
    session, actor, at = current_session(), current_self(), clock.now()
    page = taking.exam_page(session, actor, uid, device=device(), at=at, visit=visit())
    attempt = page.attempt
    if page.form.conduct.is_practice:
        return redirect(url_for("quizzes.practice", uid=uid), code=303)
    if closing.needs_closing(attempt, at):
        session.rollback()
        closing.close_on_read(attempt.id, at=at)
        return redirect(url_for("quizzes.receipt", uid=uid), code=303)
    if attempt.state != AttemptState.OPEN:
        return redirect(url_for("quizzes.receipt", uid=uid), code=303)
    if not page.here:
        shown = render_template(
            "lms/quizzes/other_device.html", title=page.title, attempt=attempt, shut_out=page.shut_out
        )
        return remember(make_response(shown))
    return _shown(actor, page, at)


def _shown(actor: Actor, page: ExamPage, at: datetime) -> Response:
    """The page of an attempt that runs on this device."""
    attempt = page.attempt
    ticket = tokens.Ticket(attempt.id, attempt.form_id, actor.user_id, attempt.school_id, device())
    remaining = page.remaining // _MILLISECOND
    personal = {
        "uid": attempt.uid,
        "token": tokens.issue(current_app.config["SECRET_KEY"], attempt.uid, ticket),
        "pupil": actor.name,
        "deadline": show_time(attempt.deadline_at),
        "remaining_ms": remaining,
        "clock": f"{remaining // 60_000}:{remaining // 1000 % 60:02d}",
        "elapsed_ms": (at - attempt.started_at) // _MILLISECOND,
        "next_seq": page.next_seq,
        "seqs": encode(page.seqs).decode(),
        "now_ms": int(at.timestamp() * 1000),
        "zone": zone().key,
        "rescue_key": public_key(current_app.config["SECRET_KEY"], attempt.school_id),
        "ask_ms": FIRST_ASK_MS,
        "reached": page.place.reached,
        "behind": sum(1 for slot in page.answers if slot < page.place.reached),
        "section_ms": "" if page.section_left is None else page.section_left // _MILLISECOND,
    }
    return remember(papers.exam_page(page, personal))


@bp.post("/exam/<uid>/take-over")
def take_over(uid: str) -> ResponseReturnValue:
    """Go on with the attempt on this device."""
    leases.take_over(current_session(), current_actor(), uid, device=device(), visit=visit())
    return remember(make_response(redirect(url_for("quizzes.exam", uid=uid), code=303)))


@bp.post("/exam/<uid>/save")
def save(uid: str) -> ResponseReturnValue:
    """Save the plain form; the same button hands in when it says so."""
    session, actor, at = current_session(), current_actor(), clock.now()
    act = request.form.get("act")
    taking.save_plain(session, actor, uid, request.form, device=device(), at=at, visit=visit(), go_on=act == "next")
    if act == "hand_in":
        taking.hand_in(session, actor, uid, device=device(), at=at, visit=visit())
        return redirect(url_for("quizzes.receipt", uid=uid), code=303)
    flash(_("Đã lưu bài làm."))
    return redirect(url_for("quizzes.exam", uid=uid), code=303)


@bp.post("/exam/<uid>/events")
@public
def events(uid: str) -> Response:
    """Take answers from the page's script; the token in the header says whose.

    `lms.quizzes.hot.shortcut` answers before Flask is asked; this stands in the table of routes.
    """
    token = request.headers.get(tokens.HEADER, "")
    secret: str = current_app.config["SECRET_KEY"]
    status, body = endpoint.take_events(secret, uid, token, request.get_data(cache=False), visit)
    return Response(body, status, content_type="application/json")


@bp.post("/exam/<uid>/finish")
@public
def finish(uid: str) -> ResponseReturnValue:
    """Hand in by the page's token, which stays good when the sign-in has run out; answers with the receipt."""
    ticket = tokens.read(current_app.config["SECRET_KEY"], uid, request.headers.get(tokens.HEADER, ""))
    actor = Actor(ticket.user_id, ticket.school_id, roles=frozenset({Role.PUPIL}))
    submission = saving.hand_in(Leaving(actor, uid, ticket.device, visit()))
    return jsonify(
        receipt=submission.receipt,
        by=submission.handed_in_by,
        at=show_time(submission.handed_in_at),
        url=url_for("quizzes.receipt", uid=uid),
    )


# A token in a header is no cookie: another site cannot make a browser send it.
csrf.exempt(events)
csrf.exempt(finish)


@bp.get("/exam/<uid>/receipt")
@reads_only
def receipt(uid: str) -> ResponseReturnValue:
    """What the pupil takes away: that everything is in, when, and the code that proves it."""
    found = taking.get_receipt(current_session(), current_self(), uid)
    own = {"answered": found.answered, "handed_in_at": show_time(found.handed_in_at), "code": found.receipt}
    key = (found.quiz_uid, found.title, found.handed_in_by, found.questions, found.in_seb)
    return filled_page("lms/quizzes/receipt.html", key, own, receipt=found)


@bp.get("/quizzes/forms/<form_uid>/pictures/<sha256>")
def picture(form_uid: str, sha256: str) -> ResponseReturnValue:
    """A picture of a question, for those who have the form before them."""
    media_type = admission.find_picture(current_session(), current_actor(), form_uid, sha256, visit(), at=clock.now())
    return send_blob(sha256, name=sha256[:12], media_type=media_type, inline=True, cache_seconds=KEEP_PICTURES)
