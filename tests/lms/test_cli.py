"""The command line answers plainly."""

import pytest
from click.testing import CliRunner

from lms import cli
from lms.base import db, storage
from lms.base.clock import now
from lms.base.storage import Blob


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("GIEO_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("GIEO_ENVIRONMENT", "test")
    return lambda *words: CliRunner().invoke(cli.main, list(words))


def test_the_database_is_brought_up_to_date_twice_without_harm(run, tmp_path):
    for _ in range(2):
        done = run("upgrade")
        assert done.exit_code == 0, done.output
    assert (tmp_path / "gieo.db").exists()


def test_an_empty_installation_has_a_whole_audit_chain(run):
    assert run("verify-audit").exit_code == 0


def test_missing_and_damaged_files_are_found(run):
    assert run("upgrade").exit_code == 0
    stored = storage.put_bytes(b"right")
    with db.transaction() as session:
        storage.keep(session, stored)
        session.add(Blob(sha256="0" * 64, size=1, media_type="x", created_at=now()))
    found = run("verify-files")
    assert found.exit_code == 1
    assert '{"files": 2, "bad": 1}' in found.output


def test_a_wrong_setting_is_named(run, monkeypatch):
    monkeypatch.setenv("GIEO_PROT", "8080")
    answer = run("upgrade")
    assert answer.exit_code == 1
    assert "GIEO_PROT" in answer.output


def test_a_database_that_does_not_answer_is_said(run, monkeypatch, tmp_path):
    monkeypatch.setenv("GIEO_DATABASE_URL", f"postgresql+psycopg://gieo@/gieo?host={tmp_path}")
    answer = run("upgrade")
    assert answer.exit_code == 1
    assert "does not answer" in answer.output
    assert "Traceback" not in answer.output


def test_every_command_has_a_word_of_help(run):
    for name, command in cli.main.commands.items():
        assert command.help, name
        assert run(name, "--help").exit_code == 0
