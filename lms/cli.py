"""The command line: `python -m lms.cli COMMAND`. Features bring their own commands; here they come together."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from copy import copy
from dataclasses import replace
from functools import wraps
from typing import Any

import click
from sqlalchemy import Engine, select
from sqlalchemy.exc import OperationalError

from lms import serving
from lms.app import create_app
from lms.base import audit, clock, config, db, jobs, storage
from lms.base.config import Settings
from lms.base.errors import AppError
from lms.base.users import School
from lms.migrations import upgrade as upgrade_schema
from lms.migrations import write_revision
from materials import api as materials

FEATURES = (
    "lms.accounts.commands",
    "lms.quizzes.commands",
)
"""Modules whose `commands` (a sequence of click commands) join in; each runs `in_app`."""


@click.group(help="Gieo: quản lí học tập, ngân hàng câu hỏi và kho học liệu. Settings: docs/settings.md")
def main() -> None:
    """Gather all commands."""


def in_app(command: Callable[..., None]) -> Callable[..., None]:
    """Run a command inside the application, on a database of the present shape; say plainly what went wrong."""

    @wraps(command)
    def within(*args: Any, **kwargs: Any) -> None:
        app = create_app(_settings())
        engine: Engine = app.extensions["gieo_engine"]
        try:
            upgrade_schema(engine)
            with app.app_context():
                command(*args, **kwargs)
        except AppError as problem:
            raise click.ClickException(str(problem)) from None
        except OperationalError as problem:
            raise click.ClickException(f"The database does not answer: {problem.orig}") from None
        finally:
            jobs.close()
            engine.dispose()

    return within


@main.command()
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=int, help="Port to listen on.")
def serve(host: str | None, port: int | None) -> None:
    """Bring the database up to date and serve; this is what ./run does."""
    _serve(_settings(host=host, port=port))


@main.command()
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=int, help="Port to listen on.")
@click.option("--no-serve", is_flag=True, help="Only make the school.")
def demo(host: str | None, port: int | None, no_serve: bool) -> None:
    """Make the demo school in an empty database, print one sign-in per role, and serve."""
    settings = _settings(host=host, port=port)
    app = create_app(settings)
    engine: Engine = app.extensions["gieo_engine"]
    upgrade_schema(engine)
    with app.app_context():
        _make_demo()
    jobs.close()
    engine.dispose()
    if not no_serve:
        _serve(settings)


@main.command("jobs")
@click.option("--workers", default=4, show_default=True, help="Threads that do jobs.")
def jobs_command(workers: int) -> None:
    """Do background jobs in a process of its own (several server workers, or Redis)."""
    serving.do_jobs(_settings(), workers)


@main.command()
@in_app
def upgrade() -> None:
    """Bring the database to the present shape."""
    click.echo("The database has the present shape.")


@main.command("write-revision", hidden=True)
@click.argument("message")
@in_app
def write_revision_command(message: str) -> None:
    """For developers: write a migration from what changed in the tables."""
    with db.open_session(writes=False) as session:
        write_revision(session.get_bind().engine, message)


@main.command("verify-audit")
@in_app
def verify_audit() -> None:
    """Follow every school's audit chain and say whether it holds; exit status 1 when one does not."""
    broken = False
    with db.open_session(writes=False) as session:
        for school in session.scalars(select(School).order_by(School.id)):
            verdict = audit.verify(session, school.id)
            broken |= not verdict.holds
            words = "holds" if verdict.holds else f"BROKEN at entry {verdict.broken_at}"
            click.echo(f"{school.code}: {verdict.entries} entries, the chain {words}")
    if broken:
        raise SystemExit(1)


@main.command("verify-files")
@in_app
def verify_files() -> None:
    """Read every stored file again and compare it with its hash; exit status 1 when one is missing or damaged."""
    bad = 0
    with db.open_session(writes=False) as session:
        hashes = session.scalars(select(storage.Blob.sha256).order_by(storage.Blob.sha256)).all()
    for sha256 in hashes:
        if not storage.exists(sha256) or not storage.verify(sha256):
            bad += 1
            click.echo(f"missing or damaged: {sha256}")
    click.echo(json.dumps({"files": len(hashes), "bad": bad}))
    if bad:
        raise SystemExit(1)


@main.command()
@in_app
def reindex() -> None:
    """Make the library's search index anew from the database; the old one answers until the new one is whole."""
    with db.open_session(writes=False) as session:
        click.echo(json.dumps({"documents": materials.rebuild(session)}))


def _make_demo() -> None:
    from lms.demo.build import build, sign_ins  # only here: an ordinary server never loads the invented people

    made = build(at=clock.now())
    click.echo("Trường THCS Hoa Phượng đã sẵn sàng." if made else "Đã có dữ liệu, không tạo lại trường mẫu.")
    for entry in sign_ins():
        click.echo(f"  {entry.who:<36} {entry.name:<14} {entry.password}")


def _serve(settings: Settings) -> None:
    serving.console(settings)
    try:
        serving.serve(settings, announce=lambda address: click.echo(f"Gieo: {address}"))
    except (serving.AlreadyRunning, ValueError) as problem:
        kind = "Another server already works in" if isinstance(problem, serving.AlreadyRunning) else ""
        raise click.ClickException(f"{kind} {problem}".strip()) from None


def _settings(**given: Any) -> Settings:
    try:
        settings = config.from_environment()
    except ValueError as problem:
        raise click.ClickException(str(problem)) from None
    return replace(settings, **{name: value for name, value in given.items() if value is not None})


for _name in FEATURES:
    for _command in importlib.import_module(_name).commands:
        _joined = copy(_command)  # the feature's own command stays as it is, for its tests
        _joined.callback = in_app(_command.callback)
        main.add_command(_joined)

if __name__ == "__main__":
    main()
