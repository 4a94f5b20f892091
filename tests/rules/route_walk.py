"""Walk the table of routes: read `routes.txt`, ask one route as one person, put the database back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Flask, url_for
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lms.accounts import service as accounts
from lms.accounts.models import SignInSession
from lms.app import create_app
from lms.base import clock, db, ratelimit
from lms.base.config import Settings
from lms.quizzes.hot import checking, saving, tokens
from tests import factories
from tests.lms.quizzes.factories import DEVICE
from tests.rules.route_forms import FORMS, QUERIES, UPLOADS, answers
from tests.rules.route_world import RouteWorld, Values, populate

TABLE = Path(__file__).with_name("routes.txt")
PEOPLE = {
    "admin": "admin",
    "leader": "leader",
    "head": "subject_head",
    "teacher": "teacher",
    "colleague": "colleague",
    "it": "it_teacher",
    "pupil": "pupil",
    "classmate": "classmate",
    "other": "other_pupil",
    "parent": "parent",
    "outsider": "outsider",
}
EVERYBODY = (*PEOPLE, "anonymous")
LET_IN = frozenset({400, 409, 422})


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    method: str
    endpoint: str
    object: str
    cells: Mapping[str, str] = field(hash=False)

    def __str__(self) -> str:
        return f"{self.method} {self.endpoint} {self.object}"

    def first(self, letter: str) -> str | None:
        """The first person with this letter."""
        return next((who for who, cell in self.cells.items() if cell == letter), None)


def read_table() -> list[Row]:
    """The rows of `routes.txt`."""
    rows: list[Row] = []
    heading: list[str] = []
    for line in TABLE.read_text().splitlines():
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if words[0] == "method":
            heading = words[3:]
            continue
        rows.append(Row(words[0], words[1], words[2], dict(zip(heading, words[3:], strict=True))))
    return rows


def letter_of(response: TestResponse, *, changed: bool = False) -> str:
    """What an answer means, as a letter of the table; the status itself where it means none of them."""
    status = response.status_code
    to_sign_in = status == 303 and response.location.partition("?")[0] == "/sign-in"
    if status == 401 or (to_sign_in and not changed):  # who signs out gets there too, but something was done
        return "s"
    if status < 400 or status in LET_IN:
        return "y"
    return {403: "f", 404: "n"}.get(status, str(status))


class School:
    """The populated school behind an application, and the file that it is put back from."""

    def __init__(self, folder: Path, made: RouteWorld) -> None:
        self.folder, self.made = folder, made
        self.settings = Settings(data_dir=folder, secret_key="test-secret", environment="test", mail_url="file:")
        (folder / "built").mkdir(exist_ok=True)
        (folder / "built" / "app-1.js").write_text("")
        (folder / "built" / "manifest.json").write_text('{"app.js": "app-1.js"}')
        self.app: Flask = create_app(self.settings)
        self.app.testing = True
        self.app.config["WTF_CSRF_ENABLED"] = False
        signer = self.app.session_interface.get_signing_serializer(self.app)
        self.cookies = {who: signer.dumps({"_user_id": f"token-{who}", "_fresh": True}) for who in people_of(made)}
        self.kept = sqlite3.connect(folder / "kept.db")
        self.watch = sqlite3.connect(folder / "gieo.db", isolation_level=None)
        self.watch.execute("PRAGMA synchronous=OFF")
        self._rules = {
            (rule.endpoint, method): rule
            for rule in self.app.url_map.iter_rules()
            for method in rule.methods or ()
            if not rule.defaults
        }

    def close(self) -> None:
        """Let go of everything."""
        saving.stop()
        checking.forget()
        self.kept.close()
        self.watch.close()
        self.app.extensions["gieo_engine"].dispose()

    def restore(self) -> None:
        """Put the database back as it was made."""
        self.kept.backup(self.watch)

    def version(self) -> int:
        """A number that moves when somebody else commits."""
        found: int = self.watch.execute("PRAGMA data_version").fetchone()[0]
        return found

    def tables(self) -> list[str]:
        """The tables of the database."""
        return [row[0] for row in self.watch.execute("SELECT name FROM sqlite_master WHERE type='table' ORDER BY name")]

    def contents(self) -> dict[str, str]:
        """A digest of what each table holds."""
        return {
            name: sha256(repr(sorted(map(repr, self.watch.execute(f'SELECT * FROM "{name}"')))).encode()).hexdigest()
            for name in self.tables()
        }

    def client(self, who: str) -> FlaskClient:
        """A browser of its own in which the person is signed in."""
        client = self.app.test_client()
        if who in self.cookies:
            client.set_cookie(self.app.config["SESSION_COOKIE_NAME"], self.cookies[who])
        client.set_cookie("gieo-device", DEVICE)
        return client

    def path(self, method: str, endpoint: str, of: Values) -> str:
        """The address of an object."""
        rule = self._rules[endpoint, method]
        with self.app.test_request_context():
            return url_for(
                endpoint,
                **{name: int(of[name]) if name == "slot" else of[name] for name in rule.arguments},
                **(QUERIES[endpoint](of) if endpoint in QUERIES else {}),
            )

    def values(self, row: Row) -> Values:
        """What the object of a row gives."""
        return self.made.objects.get(row.object, {})

    def ask(self, row: Row, who: str, of: Values | None = None, **more: Any) -> TestResponse:
        """Send what the row says as this person; *of* other values than its object's, *more* fields of the form."""
        ratelimit.configure()  # nobody is slowed down by the questions of those before
        of = self.values(row) if of is None else of
        path = self.path(row.method, row.endpoint, of)
        client = self.client(who)
        if row.endpoint == "quizzes.pulse_of":
            return client.get(path, headers={tokens.HEADER: self._token(who, of)})
        if row.method == "GET":
            address = {"REMOTE_ADDR": "203.0.113.9"} if row.object == "from_elsewhere" else {}
            return client.get(path, environ_overrides=address)
        if row.endpoint in {"quizzes.events", "quizzes.finish"}:
            body = {"json": answers()} if row.endpoint == "quizzes.events" else {}
            return client.post(path, headers={tokens.HEADER: self._token(who, of)}, **body)
        data = {**FORMS[row.endpoint](self.made.world, of), **more}
        kind = "multipart/form-data" if row.endpoint in UPLOADS else "application/x-www-form-urlencoded"
        return client.post(path, data=data, content_type=kind)

    def letter(self, row: Row, who: str, **more: Any) -> tuple[str, TestResponse, bool]:
        """What the row answers to this person, and whether that changed anything; changes are put back."""
        before = self.version()
        response = self.ask(row, who, **more)
        changed = self.version() != before
        if changed:
            self.restore()
        return letter_of(response, changed=changed), response, changed

    def _token(self, who: str, of: Values) -> str:
        """The pupil's own; for others one that is good for another attempt."""
        ticket = tokens.Ticket(*(int(part) for part in of["ticket"].split()), DEVICE)
        return tokens.issue("test-secret", of["uid"] if who == "pupil" else "0" * 36, ticket)


def people_of(made: RouteWorld) -> dict[str, Any]:
    """Everybody who signs in, by the heading of the table; and those whom `populate` adds."""
    people = {who: getattr(made.world, name) for who, name in PEOPLE.items()}
    beside = {name: getattr(made.world, name) for name in ("stranger", "unconfirmed")}
    return {**people, **beside}


def build(folder: Path) -> RouteWorld:
    """Make the populated school in a folder, and keep a copy of its database."""
    settings = Settings(data_dir=folder, secret_key="test-secret", environment="test", mail_url="file:")
    app = create_app(settings)
    engine = app.extensions["gieo_engine"]
    db.Base.metadata.create_all(engine)
    at = clock.now()
    with db.transaction() as session:
        world = factories.make_world(session)
    with app.app_context(), db.transaction() as session:
        made = populate(session, world, at)
        for who, user in people_of(made).items():
            session.add(
                SignInSession(
                    school_id=user.school_id,
                    user_id=user.id,
                    token_hash=accounts.hash_token(f"token-{who}"),
                    epoch=0,
                    created_at=at,
                    expires_at=at + timedelta(hours=12),
                )
            )
    engine.dispose()
    with sqlite3.connect(folder / "gieo.db") as live, sqlite3.connect(folder / "kept.db") as kept:
        live.backup(kept)
    return made


def opened(folder: Path, made: RouteWorld) -> Iterator[School]:
    """The school, open for a module of tests."""
    school = School(folder, made)
    school.restore()
    yield school
    school.close()
