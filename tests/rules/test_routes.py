"""Every route as every person: the table of `routes.txt` holds, and so do the rules that no table needs to say."""

from __future__ import annotations

import io
import re
from collections import defaultdict
from functools import cache

import pytest
from werkzeug.test import TestResponse

from lms.base import storage
from lms.base.ids import new_uid
from tests.rules.route_forms import FORMS, UPLOADS
from tests.rules.route_walk import EVERYBODY, Row, School, people_of, read_table
from tests.rules.route_world import Values

TABLE = read_table()
BY_ENDPOINT: dict[str, list[Row]] = defaultdict(list)
for _row in TABLE:
    BY_ENDPOINT[f"{_row.method} {_row.endpoint}"].append(_row)

WRITING_GETS = {
    ("quizzes.exam", "attempt.overdue"): "an attempt whose time is up is handed in when its pupil looks at it",
}
NO_TOKEN = {
    "quizzes.events": "the page's own ticket stands in a header, which no other site can send",
    "quizzes.pulse_of": "the same",
    "quizzes.finish": "the same ticket, which stays good when the sign-in has run out",
}
FOR_ANYBODY = {
    "quizzes.seb_file": "a browser that nobody has signed in to fetches it; it says where the test is, and no more",
}
KEPT_BY_BROWSERS = {
    "assets.deliver": "public",  # built files, the same for everybody, named by their content
    **dict.fromkeys(
        "bank.asset imports.asset lessons.file library.download library.preview maths.draw quizzes.picture "
        "quizzes.practice_picture".split(),
        "private",  # what an address with a hash or a uid names does not change
    ),
}
_FOR_A_SCRIPT = "JSON for a script that asked for it, answered before Flask: no page to protect"
BARE = {"quizzes.events": _FOR_A_SCRIPT, "quizzes.pulse_of": _FOR_A_SCRIPT}
IGNORED = {
    ("bank.comment", "uid"): "the version in the form says which question",
    ("bank.retag", "uid"): "the version in the form says which question",
    ("bank.retire", "uid"): "the version in the form says which question",
}


def one_each(method: str) -> list[Row]:
    """The first row of each endpoint that lets somebody signed in through."""
    chosen = {}
    for row in TABLE:
        if row.method == method and row.first("y") not in {None, "anonymous"}:
            chosen.setdefault(row.endpoint, row)
    return list(chosen.values())


def test_the_table_names_every_route_and_nothing_else(school: School) -> None:
    routes = {
        (method, rule.endpoint)
        for rule in school.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    named = {(row.method, row.endpoint) for row in TABLE}
    assert sorted(routes - named) == []
    assert sorted(named - routes) == []


def test_the_table_is_whole(school: School) -> None:
    assert len({str(row) for row in TABLE}) == len(TABLE)
    for row in TABLE:
        assert tuple(row.cells) == EVERYBODY
        assert set(row.cells.values()) <= set("yfns-"), str(row)
        assert row.method == "GET" or row.endpoint in FORMS, f"{row.endpoint} has no form"
        assert row.object in {"-", "here", "from_elsewhere"} or row.object in school.made.objects, row.object


@pytest.mark.parametrize("rows", BY_ENDPOINT.values(), ids=BY_ENDPOINT)
def test_each_person_gets_what_the_table_says(school: School, rows: list[Row]) -> None:
    wrong = []
    for row in rows:
        for who, wanted in row.cells.items():
            if wanted == "-":
                continue
            letter, response, changed = school.letter(row, who)
            if letter != wanted:
                wrong.append(f"{row} {who}: {wanted} wanted, {letter} got ({response.status_code})")
            reads = row.method == "GET" and (row.endpoint, row.object) not in WRITING_GETS
            if changed and (letter != "y" or reads):
                wrong.append(f"{row} {who}: something was stored")
            wrong += [f"{row} {who}: {problem}" for problem in header_problems(row, response)]
            if letter == "y" and row.method == "GET" and (row.endpoint, who) not in NAMES_ALL:
                told = [name for value, name in hidden_from(school, who).items() if value.encode() in response.data]
                wrong += [f"{row} {who}: names {name}, which is not there for this person" for name in told]
    assert not wrong, "\n".join(wrong)


CHOSEN_INSIDE = {("imports.bring_in", "it"): "the subject stands in the form, beside the file; who teaches may upload"}


@pytest.mark.parametrize("row", [row for row in TABLE if row.endpoint in UPLOADS], ids=str)
def test_who_is_refused_brings_nothing_into_the_store(
    school: School, row: Row, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[str] = []

    class Noting(storage.Writer):
        def __init__(self) -> None:
            begun.append(who)
            super().__init__()

    monkeypatch.setattr(storage, "Writer", Noting)
    states = set()
    for who in row.cells:
        _letter, response, _changed = school.letter(row, who, beside=(io.BytesIO(b"GIF89a"), "hình.gif"))
        states.add(response.status_code)
    refused = {who for who, cell in row.cells.items() if cell != "y" and (row.endpoint, who) not in CHOSEN_INSIDE}
    assert refused.isdisjoint(begun)
    assert begun or 409 in states  # a state that refuses does so before the file, too


SHOWN_AT = {
    "bank.show": "uid",
    "bank.asset": "sha256",
    "courses.show": "uid",
    "gradebook.show": "uid",
    "imports.show": "uid",
    "lessons.file": "sha256",
    "lessons.show": "uid",
    "library.show": "uid",
    "portal_workbook.show": "uid",
    "quizzes.picture": "sha256",
    "quizzes.show": "uid",
    "roster.show": "uid",
}
NAMES_ALL = {
    # The log names things by uid, and by name what the reader may know of.
    *(("reports.acts", who) for who in ("admin", "leader")),
    ("courses.show", "admin"),  # the shell of a course names its quizzes; what they lead to stays shut
}


@cache
def hidden_from(school: School, who: str) -> dict[str, str]:
    """What no page may name to this person: the uid or hash of things that are not there for them."""
    seen = [row for row in TABLE if row.endpoint in SHOWN_AT and "elsewhere" not in row.object]
    values = {letter: {} for letter in "yfns"}
    for row in seen:
        values[row.cells[who]][school.values(row)[SHOWN_AT[row.endpoint]]] = row.object
    known = {*values["y"], *values["f"]}
    return {value: name for value, name in values["n"].items() if value not in known}


def header_problems(row: Row, response: TestResponse) -> list[str]:
    """What is missing among the headers that every answer must carry."""
    headers, problems = response.headers, []
    if headers.get("X-Content-Type-Options") != "nosniff":
        problems.append("no nosniff")
    kept = KEPT_BY_BROWSERS.get(row.endpoint, "no-store") if response.status_code == 200 else "no-store"
    if kept not in headers.get("Cache-Control", ""):
        problems.append(f"Cache-Control is {headers.get('Cache-Control')!r}, not {kept}")
    if row.endpoint in BARE:
        return problems
    if headers.get("Referrer-Policy") != "same-origin":
        problems.append("no Referrer-Policy")
    policy = headers.get("Content-Security-Policy", "")
    if "frame-ancestors 'self'" not in policy:
        problems.append("may be framed by anybody")
    if not re.search(r"script-src 'self' 'nonce-[\w-]{20,}'", policy) and "default-src 'none'" not in policy:
        problems.append(f"scripts are not held: {policy}")
    if re.search(r"unsafe-eval|script-src[^;]*unsafe-inline", policy):
        problems.append(f"inline scripts may run: {policy}")
    return problems


@pytest.mark.parametrize("endpoint", ["accounts.sign_in", "courses.index", "quizzes.exam"])
def test_the_nonce_of_a_page_is_used_once(school: School, endpoint: str) -> None:
    row = next(row for row in TABLE if row.endpoint == endpoint)
    person = "anonymous" if endpoint == "accounts.sign_in" else "pupil"
    policies = [school.ask(row, person).headers["Content-Security-Policy"] for _ in range(2)]
    nonces = {match for policy in policies for match in re.findall(r"'nonce-([^']+)'", policy)}
    assert len(nonces) == 2


class Noted(dict[str, str]):
    """Values that know which of them were asked for."""

    def __init__(self, values: Values) -> None:
        super().__init__(values)
        self.asked: set[str] = set()

    def __getitem__(self, key: str) -> str:
        self.asked.add(key)
        return super().__getitem__(key)


def unknown(value: str) -> str:
    """Something of the same shape that nobody has."""
    return "0" * 63 + "1" if len(value) == 64 else new_uid()


OPAQUE = re.compile(r"[0-9a-f]{64}|[0-9a-f-]{36}")


def said(response: TestResponse) -> str:
    """The body without what differs from one answer to the next."""
    return re.sub(r"[\w.-]{20,}", "…", response.text)


def with_object(row: Row, school: School) -> bool:
    return any(OPAQUE.fullmatch(value) for value in school.values(row).values())


@pytest.mark.parametrize("row", one_each("GET") + one_each("POST"), ids=str)
def test_what_is_not_there_and_what_is_another_schools_look_the_same(school: School, row: Row) -> None:
    if not with_object(row, school) or row.endpoint in NO_TOKEN or row.endpoint in FOR_ANYBODY:
        return
    person = row.first("y")
    assert person
    values = Noted(school.values(row))
    foreign = school.ask(row, "stranger", values)
    assert foreign.status_code == 404, foreign.status_code
    for key in sorted(values.asked):
        if not OPAQUE.fullmatch(values[key]) or (row.endpoint, key) in IGNORED:
            continue
        astray = {**values, key: unknown(values[key])}
        assert school.letter(row, person, of=astray)[0] == "n", f"{key} is not looked at"
        assert said(school.ask(row, "stranger", astray)) == said(foreign)


@pytest.mark.parametrize("row", one_each("POST"), ids=str)
def test_without_the_token_of_the_form_nothing_happens(
    school: School, row: Row, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(school.app.config, "WTF_CSRF_ENABLED", True)
    person = row.first("y")
    assert person
    letter, _response, changed = school.letter(row, person)
    assert (letter, changed) == (("y", True) if row.endpoint in NO_TOKEN else ("f", False))


def test_with_the_token_of_the_page_it_does(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(school.app.config, "WTF_CSRF_ENABLED", True)
    course = f"/courses/{school.made.objects['course']['uid']}"
    mine, other = school.client("teacher"), school.client("leader")
    tokens = [
        re.search(r'name="csrf_token" value="([^"]+)"', client.get(page).text)
        for client, page in ((mine, course), (other, "/account"))
    ]
    assert tokens[0]
    assert tokens[1]
    sent = [mine.post(f"{course}/sections", data={"title": "Chương IX", "csrf_token": one[1]}) for one in tokens if one]
    school.restore()
    assert [answer.status_code for answer in sent] == [303, 403]


def test_a_parent_whom_the_school_has_not_confirmed_is_nobodys_parent(school: School) -> None:
    wrong = [
        str(row)
        for row in TABLE
        if row.object != "-" and row.cells["parent"] == "y" and row.cells["anonymous"] == "s"
        if school.letter(row, "unconfirmed")[0] not in {"n", "f"}
    ]
    assert wrong == []


OWN_ACCOUNT = frozenset(
    "accounts.account accounts.change_password accounts.do_change_password accounts.sign_out "
    "accounts.sign_out_everywhere".split()
)


@pytest.mark.parametrize(
    ("change", "place", "open_still"),
    [
        ("must_change_password = 1", "/account/password", OWN_ACCOUNT),
        ("disabled_at = created_at", "/sign-in", frozenset()),
        ("session_epoch = session_epoch + 1", "/sign-in", frozenset()),
    ],
    ids=["first password", "account closed", "signed out everywhere"],
)
def test_who_must_not_go_on_gets_nowhere(school: School, change: str, place: str, open_still: frozenset[str]) -> None:
    wrong = []
    rows = [row for row in one_each("GET") + one_each("POST") if row.cells["anonymous"] == "s"]
    for row in rows:
        person = row.first("y")
        if person is None or row.endpoint in open_still:
            continue
        user = people_of(school.made)[person]
        school.watch.execute(f"UPDATE user_account SET {change} WHERE id = ?", (user.id,))
        before = school.version()
        answer = school.ask(row, person)
        if answer.status_code != 303 or answer.location.partition("?")[0] != place or school.version() != before:
            wrong.append(f"{row} {person}: {answer.status_code}")
        school.restore()
    assert not wrong, "\n".join(wrong)


EXTRA = ("role", "roles", "is_head", "is_staff", "school_id", "owner_id", "author_id", "pupil_id", "state", "score")
GUARDED = ("role", "is_head", "school_id", "owner_id", "author_id", "pupil_id", "created_by_id", "state", "score")


def guarded(school: School) -> dict[str, list[str]]:
    """The columns that no form may reach, with all their values."""
    found = {}
    for table in school.tables():
        for column in (row[1] for row in school.watch.execute(f'PRAGMA table_info("{table}")')):
            if column in GUARDED or column.startswith(("approved", "released", "reviewed")):
                values = school.watch.execute(f'SELECT "{column}" IS NULL, "{column}" FROM "{table}"')
                timed = column.endswith("_at")
                found[f"{table}.{column}"] = sorted(str(null if timed else value) for null, value in values)
    return found


@pytest.mark.parametrize("row", [row for row in one_each("POST") if row.endpoint not in NO_TOKEN], ids=str)
def test_a_form_reaches_no_column_that_is_not_its_own(school: School, row: Row) -> None:
    person = row.first("y")
    assert person
    world = school.made.world
    extra = {
        **dict.fromkeys(EXTRA, "y"),
        **dict.fromkeys(("role", "roles"), "admin"),
        **dict.fromkeys(("owner_id", "author_id", "pupil_id"), str(world.classmate.id)),
        "school_id": str(world.other_school.id),
        "state": "approved",
        "score": "10",
        "approved_at": "2026-11-01T07:30",
        "released_at": "2026-11-01T07:30",
    }
    own = FORMS[row.endpoint](world, school.values(row))
    seen = []
    for more in ({}, {name: value for name, value in extra.items() if name not in own}):
        answer = school.ask(row, person, **more)
        seen.append((answer.status_code, guarded(school)))
        school.restore()
    assert seen[0] == seen[1]
