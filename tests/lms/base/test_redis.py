"""With Redis the queue and the sign-in counters are shared by all processes."""

import shutil
import subprocess
import threading
import time

import pytest
import redis
from sqlalchemy.orm import Session

from bench.processes import free_port
from lms.base import db, jobs, ratelimit
from lms.base.config import Settings
from lms.base.errors import TooMany
from lms.base.jobs import JobRow, enqueue_after_commit, job

PATIENCE = 120  # seconds; reached only when something is wrong
heard = threading.Event()


@job
def hear(session: Session, uid: str) -> None:
    heard.set()


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory):
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed here")
    port = free_port()
    options = ["--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no"]
    process = subprocess.Popen(
        [program, *options, "--dir", str(tmp_path_factory.mktemp("redis"))], stdout=subprocess.DEVNULL
    )
    url = f"redis://127.0.0.1:{port}/0"
    with redis.Redis.from_url(url) as client:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                client.ping()
                break
            except redis.ConnectionError:
                assert time.monotonic() < until
                time.sleep(0.05)
    yield url
    process.terminate()
    process.wait(PATIENCE)


@pytest.fixture
def settings(tmp_path, redis_url):
    settings = Settings(data_dir=tmp_path, environment="production", redis_url=redis_url)
    engine = db.connect(settings.database)
    db.Base.metadata.create_all(engine, tables=[JobRow.__table__])
    jobs.configure(settings)
    yield settings
    jobs.close()
    jobs.configure(Settings(data_dir=tmp_path, environment="test"))
    engine.dispose()


@pytest.mark.usefixtures("settings")
def test_a_job_goes_through_redis():
    heard.clear()
    with db.transaction() as session:
        enqueue_after_commit(session, hear, "x")
    assert jobs._running.queue.pending() == 1
    jobs._running.queue.start(1, {})
    assert heard.wait(PATIENCE)


@pytest.mark.usefixtures("settings")
def test_a_job_that_redis_forgot_is_sent_again(redis_url):
    heard.clear()
    with db.transaction() as session:
        enqueue_after_commit(session, hear, "y")
    with redis.Redis.from_url(redis_url) as client:
        client.flushall()
    jobs._running.queue.start(1, {})
    assert jobs.recover(everything=True) == 1
    assert heard.wait(PATIENCE)


def test_counters_are_shared_through_redis(redis_url):
    try:
        ratelimit.configure(redis_url)
        for _ in range(5):
            ratelimit.check_sign_in("hs1", "", "203.0.113.7")
            ratelimit.note_failure("hs1", "", "203.0.113.7")
        ratelimit.configure(redis_url)  # as another process would
        with pytest.raises(TooMany):
            ratelimit.check_sign_in("hs1", "", "203.0.113.7")
        with redis.Redis.from_url(redis_url) as client:
            assert not any(b"hs1" in key for key in client.scan_iter())
    finally:
        ratelimit.configure()


def test_people_get_in_and_guessing_is_slow_while_redis_is_gone():
    try:
        ratelimit.configure("redis://127.0.0.1:1/0")
        ratelimit.check_sign_in("hs7", "", "203.0.113.7")
        ratelimit.note_success("hs7", "own", "203.0.113.7")
        for _ in range(5):
            ratelimit.note_failure("hs7", "", "203.0.113.7")
        with pytest.raises(TooMany):
            ratelimit.check_sign_in("hs7", "", "203.0.113.7")
    finally:
        ratelimit.configure()


def test_an_answer_does_not_fail_when_redis_is_gone(tmp_path):
    gone = Settings(data_dir=tmp_path, environment="production", redis_url="redis://127.0.0.1:1/0")
    engine = db.connect(gone.database)
    db.Base.metadata.create_all(engine, tables=[JobRow.__table__])
    jobs.configure(gone)
    try:
        with db.transaction() as session:
            enqueue_after_commit(session, hear, "z")
        with db.transaction() as session:
            assert jobs.waiting(session) == 1
    finally:
        jobs.close()
        jobs.configure(Settings(data_dir=tmp_path, environment="test"))
        engine.dispose()
