"""Health pages, numbers and the log: true, harmless, and one line an event."""

import json
import logging

import pytest
import structlog
from flask import Flask

from lms.base import db, health, i18n, jobs, logs, metrics, storage, web
from lms.base.config import Settings


def serve(tmp_path, **changed):
    settings = Settings(data_dir=tmp_path, secret_key="k" * 32, **changed)
    app = Flask("bare")
    app.config.update(GIEO=settings, SECRET_KEY=settings.secret_key, PROPAGATE_BUGS=True)
    engine = db.connect(settings.database)
    storage.configure(tmp_path)
    jobs.configure(Settings(environment="test"))
    for part in (web, i18n):
        part.init_app(app)
    app.before_request(logs._begin)
    app.after_request(logs._end)
    app.register_blueprint(health.bp)
    app.register_blueprint(metrics.bp)
    app.extensions["engine"] = engine
    return app


@pytest.fixture
def app(tmp_path):
    app = serve(tmp_path)
    yield app
    app.extensions["engine"].dispose()


@pytest.fixture
def _logging():
    root = logging.getLogger()
    before = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = before
    structlog.reset_defaults()


JSON = {"Accept": "application/json"}


def test_it_says_that_it_lives_and_is_ready(app):
    assert app.test_client().get("/healthz").json == {"status": "ok"}
    ready = app.test_client().get("/readyz")
    assert (ready.status_code, ready.json["database"]) == (200, "ok")


def test_it_says_when_the_database_is_gone_and_nothing_else(app, monkeypatch):
    def gone(**_options):
        raise ConnectionError("postgresql://gieo:secret@db/gieo")

    monkeypatch.setattr(health, "open_session", gone)
    monkeypatch.setattr(health.log, "exception", lambda *_words: None)
    ready = app.test_client().get("/readyz")
    assert (ready.status_code, ready.json["database"]) == (503, "failing")
    assert "secret" not in ready.text


def test_numbers_are_for_the_machine_itself(app):
    client = app.test_client()
    client.get("/healthz")
    metrics.exam_save("stored")
    text = client.get("/metrics").text
    assert 'gieo_requests_total{endpoint="health.alive",method="GET",status="200"}' in text
    assert 'gieo_exam_saves_total{outcome="stored"}' in text
    assert client.get("/metrics", headers=JSON, environ_base={"REMOTE_ADDR": "203.0.113.7"}).status_code == 404
    assert client.get("/metrics", headers={**JSON, "X-Forwarded-For": "203.0.113.7"}).status_code == 404


def test_numbers_are_for_whoever_has_the_token(tmp_path):
    app = serve(tmp_path, metrics_token="t0ken")
    far = {"REMOTE_ADDR": "203.0.113.7"}
    client = app.test_client()
    assert client.get("/metrics", headers={"Authorization": "Bearer t0ken"}, environ_base=far).status_code == 200
    assert client.get("/metrics", headers={**JSON, "Authorization": "Bearer no"}, environ_base=far).status_code == 404
    assert client.get("/metrics", headers=JSON).status_code == 404
    app.extensions["engine"].dispose()


def test_the_request_id_of_a_proxy_is_kept_and_a_strange_one_replaced(app):
    client = app.test_client()
    assert client.get("/healthz", headers={"X-Request-ID": "abc-12345"}).headers["X-Request-ID"] == "abc-12345"
    for strange in ("short", "x" * 65, "a b c d e f g h", '"><script>', "ngày-tháng"):
        assert logs.request_id(strange) != strange
    assert len(client.get("/healthz").headers["X-Request-ID"]) == 36


@pytest.mark.usefixtures("_logging")
@pytest.mark.parametrize("kind", ["json", "console"])
def test_an_event_is_one_line_whatever_it_holds(tmp_path, capsys, kind):
    logs.configure(Settings(data_dir=tmp_path, log_format=kind))
    evil = "x\r\n2026-11-22 info forged\u2028line\x1b[31m\u202e"
    structlog.get_logger().info("tried " + evil, name=evil, password="hoaphuong", csrf_token="t")
    logging.getLogger("library").warning("said %s", evil)
    lines = capsys.readouterr().err.split("\n")
    assert len(lines) == 3
    assert "hoaphuong" not in str(lines)
    assert "\x1b" not in str(lines).replace("\\x1b", "") or kind == "json"
    assert "\r" not in "".join(lines)
    if kind == "json":
        assert json.loads(lines[0])["level"] == "info"


@pytest.mark.usefixtures("_logging")
@pytest.mark.parametrize("kind", ["json", "console"])
def test_a_trace_cannot_pass_for_a_line_of_ours(tmp_path, capsys, kind):
    logs.configure(Settings(data_dir=tmp_path, log_format=kind))
    try:
        raise ValueError("x\n12:00:00 info    forged")
    except ValueError:
        structlog.get_logger().exception("bug")
    lines = capsys.readouterr().err.strip("\n").split("\n")
    assert all(line.startswith("    | ") for line in lines[1:])
    assert kind != "json" or len(lines) == 1
