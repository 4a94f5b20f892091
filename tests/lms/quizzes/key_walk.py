"""Everything a pupil can get of a test before its results are out, and what must not be in it.

Two ways to find a leak. **Canaries**: keys, rubrics, solutions and feedback hold words and numbers that stand nowhere
else, so that one of them in a response is a leak for certain, plain or in base 64. **Non-interference**: two tests with
the same questions and other keys must give the same pages to the same pupil, whatever a leak would look like.
"""

from __future__ import annotations

import base64
import hashlib
import html
import io
import json
import re
import urllib.parse
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import product
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.base import clock, db
from lms.base.permissions import Actor
from lms.quizzes import jobs
from lms.quizzes.domain.behaviours import Behaviour
from lms.quizzes.domain.states import ReleasePolicy
from lms.quizzes.domain.switches import Part
from lms.quizzes.models import Attempt, Form, Quiz
from lms.quizzes.service import behaving, building, releasing
from question_bank import api as bank
from question_bank.formats.reading import Asset
from tests.factories import World
from tests.lms.quizzes import factories

TOKEN = re.compile(r'data-token="([^"]+)"')
CHANGING = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    r'|data-(?:token|remaining|elapsed|next-seq|opens-in|now)="[^"]*"'
    r'|data-seqs="\{[^}]*\}"'
    r'|name="csrf_token" value="[^"]*"|^Content-Length: \d+'
    r"|[A-Z2-7]{5}-[A-Z2-7]{5}|nonce[=-][\"']?[\w-]+|\d{1,2}:\d\d(?::\d\d)?|\"(?:now_ms|remaining_ms)\":\d+",
    re.M,
)
WRONG: Mapping[bank.ItemType, Mapping[str, Any]] = {  # of the first variant, as a form sends it
    bank.ItemType.SINGLE_CHOICE: {"choice": "a"},
    bank.ItemType.MULTIPLE_CHOICE: {"choices": ["a", "b"]},
    bank.ItemType.TRUE_FALSE: {"t-s": "false"},
    bank.ItemType.CLUSTER: {"t-a": "true", "t-b": "true", "t-c": "false", "t-d": "false"},
    bank.ItemType.SHORT_TEXT: {"text": "câu trả lời"},
    bank.ItemType.SHORT_NUMBER: {"text": "1,5"},
    bank.ItemType.MATCHING: {"p-l1": "r1", "p-l2": "r2"},
    bank.ItemType.ORDERING: {"o-o1": "1", "o-o2": "2", "o-o3": "3"},
    bank.ItemType.GAP_FILL: {"g-g1": "chữ", "g-g2": "c2"},
    bank.ItemType.ESSAY: {"text": "Bài làm của em."},
}
ANSWERS: Mapping[bank.ItemType, Any] = {
    bank.ItemType.SINGLE_CHOICE: {"choice": "a"},
    bank.ItemType.MULTIPLE_CHOICE: {"choices": ["a", "b"]},
    bank.ItemType.TRUE_FALSE: {"truths": {"s": True}},
    bank.ItemType.CLUSTER: {"truths": {"a": True, "b": True, "c": False, "d": False}},
    bank.ItemType.SHORT_TEXT: {"text": "câu trả lời"},
    bank.ItemType.SHORT_NUMBER: {"text": "1,5"},
    bank.ItemType.MATCHING: {"pairs": {"l1": "r1", "l2": "r2"}},
    bank.ItemType.ORDERING: {"order": ["o1", "o2", "o3"]},
    bank.ItemType.GAP_FILL: {"gaps": {"g1": "chữ", "g2": "c2"}},
    bank.ItemType.ESSAY: {"text": "Bài làm của em."},
}


MARKS_OUT = ("all but the key is out", "the key has its hour", "the key was taken back")


def canary(kind: bank.ItemType, what: str, variant: int) -> str:
    """A word that stands nowhere else."""
    return f"zq{kind.value.replace('_', '')}{what}{variant}zq"


def picture(shade: int) -> bytes:
    """A PNG; another shade is another file."""
    out = io.BytesIO()
    Image.new("RGB", (24, 16), (shade, 90, 40)).save(out, "PNG")
    return out.getvalue()


PROMPT_PICTURE, SOLUTION_PICTURES = picture(10), (picture(200), picture(220))


def drafts(variant: int) -> list[bank.ItemDraft]:
    """One question of each kind; another variant has the same bodies and another key, solution and feedback."""
    kinds = bank.ItemType
    first = variant == 0
    four = tuple(bank.Option(name, f"<p>Phương án {name}</p>") for name in "abcd")
    prompt_sha, solution_sha = (sha(data) for data in (PROMPT_PICTURE, SOLUTION_PICTURES[variant]))
    number = "73519.250614" if first else "84620.750829"

    def word(kind: bank.ItemType, what: str) -> str:
        return canary(kind, what, variant)

    gaps = (bank.Gap("g1"), bank.Gap("g2", (bank.Option("c1", "nguyên chất"), bank.Option("c2", "muối"))))
    gap_prompt = '<p>Thủ đô <span class="gap" data-gap="g1"></span>, nước <span class="gap" data-gap="g2"></span>.</p>'
    sides = (
        (bank.Option("l1", "Sông Hồng"), bank.Option("l2", "Sông Hương")),
        (bank.Option("r1", "Huế"), bank.Option("r2", "Hà Nội"), bank.Option("r3", "Cần Thơ")),
    )
    three = (bank.Option("o1", "Trần"), bank.Option("o2", "Lý"), bank.Option("o3", "Lê sơ"))
    weights = {"a": Fraction(7, 13), "c": Fraction(6, 13), "b": Fraction(-1, 2)}
    other_weights = {"b": Fraction(7, 13), "d": Fraction(6, 13), "a": Fraction(-1, 2)}
    texts = (
        bank.AcceptedText(word(kinds.SHORT_TEXT, "key")),
        bank.AcceptedText(word(kinds.SHORT_TEXT, "half"), Fraction(5, 17)),
    )
    made: list[tuple[bank.ItemBody, bank.ItemKey | None]] = [
        (
            bank.ItemBody(kinds.SINGLE_CHOICE, f'<p>Hình vẽ <img src="asset:{prompt_sha}" alt="Hình"></p>', four),
            bank.ChoiceKey({"b" if first else "c": Fraction(1)}),
        ),
        (
            bank.ItemBody(kinds.MULTIPLE_CHOICE, "<p>Chọn các số.</p>", four),
            bank.ChoiceKey(weights if first else other_weights),
        ),
        (bank.ItemBody(kinds.TRUE_FALSE, "<p>Số 2 là số nguyên tố.</p>"), bank.TruthKey({"s": first})),
        (
            bank.ItemBody(kinds.CLUSTER, "<p>Cho tứ giác.</p>", four),
            bank.TruthKey({"a": first, "b": not first, "c": True, "d": not first}),
        ),
        (bank.ItemBody(kinds.SHORT_TEXT, "<p>Từ nào?</p>"), bank.TextKey(texts)),
        (
            bank.ItemBody(kinds.SHORT_NUMBER, "<p>Số nào?</p>"),
            bank.NumberKey((bank.AcceptedNumber(number, "0.0713925061"),)),
        ),
        (
            bank.ItemBody(kinds.MATCHING, "<p>Nối.</p>", *sides),
            bank.PairKey({"l1": "r2", "l2": "r1"} if first else {"l1": "r3", "l2": "r2"}),
        ),
        (
            bank.ItemBody(kinds.ORDERING, "<p>Xếp.</p>", three),
            bank.OrderKey(("o2", "o1", "o3") if first else ("o3", "o1", "o2")),
        ),
        (
            bank.ItemBody(kinds.GAP_FILL, gap_prompt, gaps=gaps),
            bank.GapKey(
                {
                    "g1": (bank.AcceptedText(word(kinds.GAP_FILL, "key")),),
                    "g2": (bank.AcceptedText("c1" if first else "c2"),),
                }
            ),
        ),
        (bank.ItemBody(kinds.ESSAY, "<p>Nêu cảm nghĩ.</p>"), bank.EssayKey(f"<p>{word(kinds.ESSAY, 'rubric')}</p>")),
        (bank.ItemBody(kinds.DESCRIPTION, "<p>Đọc kĩ đề.</p>"), None),
    ]
    return [bank.ItemDraft(body, key, _notes(body, word, solution_sha)) for body, key in made]


def _notes(body: bank.ItemBody, word: Callable[[bank.ItemType, str], str], solution_sha: str) -> bank.ItemNotes:
    shown = f'<img src="asset:{solution_sha}" alt="Lời giải">' if body.type is bank.ItemType.SINGLE_CHOICE else ""
    return bank.ItemNotes(
        solution=f"<p>{word(body.type, 'solution')} {shown}</p>",
        feedback=f"<p>{word(body.type, 'feedback')}</p>",
        per_option={option.id: f"<p>{word(body.type, 'option')}</p>" for option in body.options[:1]},
        hints=(f"<p>{word(body.type, 'hint')}</p>",),
    )


def sha(data: bytes) -> str:
    """The name of a file in the store."""
    return hashlib.sha256(data).hexdigest()


def secrets_of(variant: int) -> dict[str, list[bytes]]:
    """What must not be in a response, by the kind of question and what it is."""
    found: dict[str, list[bytes]] = {}
    for draft in drafts(variant):
        kind = draft.body.type
        for what in ("solution", "feedback", "option", "hint", "key", "half", "rubric"):
            found[f"{kind.value}: {what}"] = _forms_of(canary(kind, what, variant))
        if draft.key is not None:
            coded = bank.encode_key(draft.key)
            texts = [json.dumps(coded, ensure_ascii=False, separators=cut) for cut in ((",", ":"), (", ", ": "))]
            found[f"{kind.value}: the whole key"] = [form for text in texts for form in _forms_of(text)]
    # As long as these, or a time in the metrics would hold the digits by chance.
    number = "73519.250614" if variant == 0 else "84620.750829"
    found["short_number: key and tolerance"] = [
        form for text in (number, number.replace(".", ","), "0.0713925061", "0,0713925061") for form in _forms_of(text)
    ]
    found["choice and text: shares"] = [form for text in ("7/13", "6/13", "5/17") for form in _forms_of(text)]
    hidden = SOLUTION_PICTURES[variant]
    found["picture of a solution"] = [hidden, *_forms_of(sha(hidden)), *_forms_of(sha(hidden)[:12]), b"loi-giai-"]
    return found


def _forms_of(text: str) -> list[bytes]:
    """A text as it is, as HTML and URLs write it, and in base 64 wherever it begins."""
    plain = text.encode()
    forms = {plain, html.escape(text).encode(), urllib.parse.quote(text).encode(), json.dumps(text)[1:-1].encode()}
    if len(plain) >= 8:
        for shift in range(3):
            coded = base64.b64encode(b"\0" * shift + plain)
            forms.add(coded[(0, 2, 3)[shift] : -4])  # without the signs that neighbours share
    return sorted(forms)


@dataclass(frozen=True)
class Got:
    """One response, headers and all."""

    state: str
    what: str
    status: int
    data: bytes
    own: bool  # one of the pages that a pupil is led to

    @property
    def steady(self) -> str:
        """The response without what differs between any two."""
        return CHANGING.sub("·", html.unescape(self.data.decode(errors="replace")))


@dataclass
class Taken:
    """A test with canaries that a pupil takes."""

    quiz_uid: str
    variant: int
    others: Sequence[str]  # uids of form, questions, course, people; hashes of pictures
    attempt_uid: str = ""
    token: str = ""
    got: list[Got] = field(default_factory=list)


def build(
    session: Session, world: World, variant: int, *, at: datetime, behaviour: Behaviour = Behaviour.DEFERRED
) -> Taken:
    """Publish a test of every kind of question, or a practice; nothing is released by itself."""
    teacher = world.actor(session, "teacher")
    hidden = SOLUTION_PICTURES[variant]
    pictures = [
        Asset(sha(PROMPT_PICTURE), PROMPT_PICTURE, "image/png", "hinh.png"),
        Asset(sha(hidden), hidden, "image/png", f"loi-giai-{variant}.png"),
    ]
    items = bank.save_new_items(
        session,
        teacher,
        world.maths.id,
        drafts(variant),
        assets={str(place): one for place, one in enumerate(pictures)},
        state=bank.ItemState.APPROVED,
        reviewer=world.actor(session, "subject_head"),
        at=at,
    )
    course = session.merge(world.course, load=False)
    rules = factories.settings(at, form_count=1, show_key=True, release_policy=ReleasePolicy.BY_HAND)
    quiz = building.create_quiz(session, teacher, course, rules, at=at)
    versions = [item.version_uid for item in items]
    building.add_questions(session, teacher, quiz.uid, versions, Fraction(1))
    behaving.change_behaviour(session, teacher, quiz.uid, behaviour, tries=2)
    building.publish(session, teacher, quiz.uid, at=at)
    forms = session.scalars(select(Form.uid).where(Form.quiz_id == quiz.id)).all()
    hashes = [sha(PROMPT_PICTURE), sha(hidden)]
    return Taken(
        quiz.uid, variant, [*forms, *hashes, versions[0], items[0].item_uid, course.uid, world.pupil.uid, *versions[1:]]
    )


class Walk:
    """A pupil who goes through the states of a test and keeps every response."""

    def __init__(
        self,
        app: Flask,
        client: FlaskClient,
        taken: Taken,
        teacher: Callable[[Session], Actor],
        addresses: Sequence[str] = (),
        names: int = 4,
    ) -> None:
        self._teacher = teacher
        self.with_key = ""  # the page of the review while the key was out
        self._app = app
        self._client = client
        self._addresses_of = addresses  # features whose every address is asked; "*" for all
        self._names = names  # so many names are tried in each
        self._state = ""
        self._roaming = False
        self.taken = taken

    def through(self) -> Iterator[str]:
        """Lead the test from state to state; yields the name of each, before its addresses are asked."""
        with db.transaction() as session:
            quiz = session.scalars(select(Quiz).where(Quiz.uid == self.taken.quiz_uid)).one()
            opens = quiz.opens_at
            quiz.opens_at = clock.now() + timedelta(minutes=30)
        yield self._enter("before it opens")
        self._post(f"/quizzes/{self.taken.quiz_uid}/start")
        with db.transaction() as session:
            session.scalars(select(Quiz).where(Quiz.uid == self.taken.quiz_uid)).one().opens_at = opens
        yield self._enter("open, not begun")
        self._begin()
        yield self._enter("running")
        self._answer()
        yield self._enter("running, answered")
        self._post(f"/exam/{self.taken.attempt_uid}/finish", headers=self._ticket)
        self._send(99)
        yield self._enter("handed in, not released")
        self._close()
        yield self._enter("closed, not released")
        yield from self._let_out()

    def _let_out(self) -> Iterator[str]:
        """Let out all but the key, then plan the key, let it out and take it back: each is a state without a key."""
        for part in (Part.MARKS, Part.COMMENTS, Part.STATISTICS):
            self._set(part, timedelta(0))
        yield self._enter(MARKS_OUT[0])
        self._set(Part.KEY, timedelta(minutes=5))
        yield self._enter(MARKS_OUT[1])
        self._set(Part.KEY, timedelta(0))
        self.with_key = self._client.get(f"/exam/{self.taken.attempt_uid}/review").text
        self._set(Part.KEY, None)
        yield self._enter(MARKS_OUT[2])

    def _set(self, part: Part, wait: timedelta | None) -> None:
        with db.transaction() as session:
            at = clock.now()
            releasing.set_part(
                session,
                self._teacher(session),
                self.taken.quiz_uid,
                part,
                out_at=None if wait is None else at + wait,
                at=at,
            )

    def _enter(self, state: str) -> str:
        self._state = state
        self._own_pages()
        self._roaming = True
        self._addresses()
        self._roaming = False
        return state

    @property
    def _ticket(self) -> dict[str, str]:
        return {"X-Exam-Token": self.taken.token}

    def _own_pages(self) -> None:
        quiz, attempt = self.taken.quiz_uid, self.taken.attempt_uid
        self._get(f"/quizzes/{quiz}")
        if attempt:
            for path in ("", "/receipt", "/review", "/departures"):
                self._get(f"/exam/{attempt}{path}")
            self._get(f"/exam/{attempt}/pulse", headers=self._ticket)
            self._get(f"/exam/{attempt}", headers={"Accept": "application/json"})

    def _addresses(self) -> None:
        """Ask every address there is, with every name that might fit."""
        known = [self.taken.quiz_uid, self.taken.attempt_uid, *self.taken.others]
        names = [name for name in known if name][: self._names]
        for rule in self._app.url_map.iter_rules():
            feature = rule.endpoint.partition(".")[0]
            if "GET" not in (rule.methods or ()) or not {feature, "*"} & set(self._addresses_of):
                continue
            some = names if len(rule.arguments) < 2 else names[:8]
            places = [["1", "2"] if name == "slot" else some for name in sorted(rule.arguments)]
            for values in product(*places):
                with self._app.test_request_context():
                    built = rule.build(dict(zip(sorted(rule.arguments), values, strict=True)), append_unknown=False)
                if built:
                    self._get(built[1])

    def _begin(self) -> None:
        started = self._post(f"/quizzes/{self.taken.quiz_uid}/start")
        self.taken.attempt_uid = started.location.rpartition("/")[2]
        page = self._get(started.location)
        found = TOKEN.search(page.text)
        if found is None:
            raise RuntimeError("The page of the test has no token.")
        self.taken.token = found[1]

    def _answer(self) -> None:
        self._send(1)
        kinds = [draft.body.type for draft in drafts(self.taken.variant)]
        fields = {f"q{1 + kinds.index(bank.ItemType.SINGLE_CHOICE)}-choice": "b", "act": "save"}
        self._post(f"/exam/{self.taken.attempt_uid}/save", data=fields)

    def _send(self, first: int) -> None:
        events = [
            {"seq": first + place, "slot": place + 1, "response": ANSWERS[draft.body.type], "mono": 1}
            for place, draft in enumerate(drafts(self.taken.variant))
            if draft.body.type in ANSWERS
        ]
        body = {"tab": "t", "events": [*events, {"seq": 90, "slot": 1, "response": {"choice": "zz"}, "mono": 1}]}
        self._post(f"/exam/{self.taken.attempt_uid}/events", json=body, headers=self._ticket)

    def _close(self) -> None:
        with db.transaction() as session:
            quiz = session.scalars(select(Quiz).where(Quiz.uid == self.taken.quiz_uid)).one()
            quiz.closes_at = clock.now() - timedelta(minutes=1)
            for attempt in session.scalars(select(Attempt).where(Attempt.quiz_id == quiz.id)):
                attempt.accept_until_at = attempt.deadline_at = clock.now() - timedelta(minutes=1)
        jobs.close_due()

    def _get(self, path: str, **more: Any) -> TestResponse:
        return self._keep("GET", path, self._client.get(path, **more))

    def _post(self, path: str, **more: Any) -> TestResponse:
        return self._keep("POST", path, self._client.post(path, **more))

    def _keep(self, method: str, path: str, response: TestResponse) -> TestResponse:
        head = "\n".join(f"{name}: {value}" for name, value in response.headers if name != "Set-Cookie").encode()
        state = self._state or "before it opens"
        data = head + b"\n\n" + response.data
        self.taken.got.append(Got(state, f"{method} {path}", response.status_code, data, not self._roaming))
        return response


class Practising:
    """A pupil who practises, question by question; every response is kept under what may be known by then."""

    def __init__(self, client: FlaskClient, taken: Taken) -> None:
        self._client = client
        self.taken = taken

    def through(self) -> Iterator[tuple[Sequence[Got], set[str]]]:
        """Try each question twice with a hint between; yields what came and the secrets that may stand in it."""
        started = self._client.post(f"/quizzes/{self.taken.quiz_uid}/start")
        here = f"{started.location}/practice"
        known: set[str] = set()
        yield self._ask(here), known
        for slot, draft in enumerate(drafts(self.taken.variant), start=1):
            kind = draft.body.type
            if kind not in WRONG:
                continue
            fields = {f"q{slot}-{name}": value for name, value in WRONG[kind].items()}
            for act in ({"try": "1", **fields}, {"hint": "1", "act": "hint"}, {"try": "2", **fields}):
                known = known | self._told(kind, act)
                yield self._ask(here, f"{here}/{slot}", act), known
        yield self._ask(here, f"{here}/end", {}), known

    def _told(self, kind: bank.ItemType, act: Mapping[str, str]) -> set[str]:
        """The secrets that an act lets out: words for the choice, the hint, at last the key and what explains it."""
        chosen = {bank.ItemType.SINGLE_CHOICE, bank.ItemType.MULTIPLE_CHOICE}
        if act.get("try") == "1" and kind is not bank.ItemType.ESSAY:
            return {f"{kind.value}: option"} if kind in chosen else set()
        if act.get("act") == "hint":
            return set() if kind is bank.ItemType.ESSAY else {f"{kind.value}: hint"}
        ended = {f"{kind.value}: {what}" for what in ("solution", "feedback", "key", "half", "rubric")}
        if kind is bank.ItemType.SINGLE_CHOICE:
            ended.add("picture of a solution")
        if kind is bank.ItemType.SHORT_NUMBER:
            ended.add("short_number: key and tolerance")
        return ended

    def _ask(self, here: str, act: str = "", fields: Mapping[str, Any] | None = None) -> Sequence[Got]:
        """Do something by a form and as the script does it again, then look at the whole page and at every picture."""
        found = []
        if act:
            for headers in ({}, {"X-Gieo-Part": "question"}):
                found.append(self._client.post(act, data=fields, headers=headers))
        found.append(self._client.get(here))
        for slot in range(1, len(drafts(self.taken.variant)) + 1):
            for data in SOLUTION_PICTURES:
                found.append(self._client.get(f"{here}/{slot}/pictures/{sha(data)}"))
        return [Got("practising", f"{act or here}", one.status_code, one.data, True) for one in found]


def leaks(got: Sequence[Got], variant: int, known: Collection[str] = ()) -> list[str]:
    """Every secret that stands in a response, but those that are *known*."""
    secrets = {name: forms for name, forms in secrets_of(variant).items() if name not in known}
    found = []
    for one in got:
        low = one.data.lower()
        for name, forms in secrets.items():
            if any(form in one.data or form.lower() in low for form in forms):
                found.append(f"{one.state}: {one.what} ({one.status}) holds {name}")
    return found


def differences(first: Taken, second: Taken) -> list[str]:
    """The pages of the test itself that differ between two keys, until marks are out: those differ with the key."""
    found = []
    mine, theirs = ([got for got in taken.got if got.own and got.state not in MARKS_OUT] for taken in (first, second))
    for one, other in zip(mine, theirs, strict=True):
        if one.status != other.status or one.steady != other.steady:
            told = (
                f"{one.status} {_around(one.steady, other.steady)} / {other.status} {_around(other.steady, one.steady)}"
            )
            found.append(f"{one.state}: {one.what} differs with the key: {told}")
    return found


def _around(text: str, other: str) -> str:
    """Where a text begins to differ from another."""
    place = next((place for place, pair in enumerate(zip(text, other, strict=False)) if pair[0] != pair[1]), 0)
    return repr(text[max(0, place - 40) : place + 40])
