"""Fixtures that every test may ask for: a school in a fresh database, the application, people signed in."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings as hypothesis_settings
from sqlalchemy.orm import Session

from lms.accounts import service as accounts
from lms.accounts.models import SignInSession
from lms.app import create_app, load_models
from lms.base import clock, db
from lms.base.config import Settings
from lms.base.users import User
from lms.quizzes.hot import presence
from tests import factories
from tests.factories import World
from tests.postgres import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]  # fixtures that live in their own module

hypothesis_settings.load_profile("ci")  # the same examples at every run, and no deadline for any of them
ROOT = Path(__file__).resolve().parents[1]
INPUTS = ROOT.parent / "shared" / "inputs"


@pytest.fixture(scope="session")
def school_file(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, World]:
    """A SQLite file with the small school, made once and copied for each test."""
    path = tmp_path_factory.mktemp("template") / "school.db"
    load_models()
    engine = db.connect(f"sqlite:///{path}")
    db.Base.metadata.create_all(engine)
    with db.transaction() as session:
        world = factories.make_world(session)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path, world


@pytest.fixture(scope="session", autouse=True)
def _no_looking_by_the_clock() -> None:
    """Who fell silent is looked for when a test says so, not meanwhile."""
    presence.EVERY_SECONDS = 86_400.0


@pytest.fixture
def on_a_school_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock of this process runs on from the world's noon; for what depends on the running semester."""
    ahead = factories.NOON - datetime.now(UTC)

    class OnASchoolDay(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]  # as `datetime` gives it
            return datetime.now(tz) + ahead

    monkeypatch.setattr(clock, "datetime", OnASchoolDay)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a test: everything in its own folder."""
    return Settings(data_dir=tmp_path, secret_key="test-secret", environment="test", mail_url="file:")


@pytest.fixture
def app(settings: Settings, school_file: tuple[Path, World]) -> Iterator[Flask]:
    """The application on a fresh copy of the small school; forms need no token here."""
    shutil.copyfile(school_file[0], settings.data_dir / "gieo.db")
    app = create_app(settings)
    app.config["WTF_CSRF_ENABLED"] = False
    app.testing = True
    yield app
    app.extensions["gieo_engine"].dispose()


@pytest.fixture
def world(app: Flask, school_file: tuple[Path, World]) -> World:
    """The people and things of the small school."""
    return school_file[1]


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """A writing session; what it did is rolled back unless the test commits. Close it before using a client."""
    with db.open_session(writes=True) as session:
        yield session
        session.rollback()


def sign_in(app: Flask, user: User) -> FlaskClient:
    """A client in which *user* is signed in."""
    at = clock.now()
    with db.transaction() as session:
        token = f"token-{user.uid}-{at.timestamp()}"
        session.add(
            SignInSession(
                school_id=user.school_id,
                user_id=user.id,
                token_hash=accounts.hash_token(token),
                epoch=user.session_epoch,
                created_at=at,
                expires_at=at + timedelta(hours=1),
            )
        )
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = token
        cookie["_fresh"] = True
    return client


@pytest.fixture
def signed_in(app: Flask, world: World) -> Callable[[str], FlaskClient]:
    """Give a client signed in as a persona: `signed_in("teacher")`."""

    def give(persona: str) -> FlaskClient:
        return sign_in(app, getattr(world, persona))

    return give


@pytest.fixture(scope="session")
def inputs() -> Path:
    """The folder of real files; a test that needs it is skipped, with a word, where it is not there."""
    if not INPUTS.is_dir():
        pytest.skip("the folder of real files (../shared/inputs) is not there")
    return INPUTS
