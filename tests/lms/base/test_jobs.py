"""Jobs are done once what asked for them is stored, again when they fail or their process dies, and then no more."""

import json
import os
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base import db, jobs
from lms.base.clock import now
from lms.base.config import Settings
from lms.base.errors import NotFound
from lms.base.jobs import JobRow, enqueue_after_commit, job, periodic
from lms.base.storage import Blob

done: list[object] = []


@job
def note(session: Session, uid: str, number: int) -> None:
    done.append((uid, number))
    session.add(Blob(sha256=uid, size=number, media_type="text/plain", created_at=now()))


@job(tries=3)
def stumble(session: Session, uid: str) -> None:
    session.add(Blob(sha256=uid, size=1, media_type="text/plain", created_at=now()))
    session.flush()
    done.append(uid)
    raise ConnectionError


@job
def seek(session: Session, uid: str) -> None:
    raise NotFound


@job(long=True)
def slow(uid: str) -> None:
    done.append(uid)


@periodic(3600)
def tidy(session: Session) -> None:
    done.append(session.scalar(select(1)))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def settings(request, tmp_path):
    done.clear()
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else ""
    settings = Settings(data_dir=tmp_path, environment="test", database_url=url)
    engine = db.connect(settings.database)
    db.Base.metadata.create_all(engine, tables=[JobRow.__table__, Blob.__table__])
    jobs.configure(settings)
    yield settings
    jobs.close()
    engine.dispose()


@pytest.fixture
def queued(settings):
    """Jobs go to the queue, and nobody works yet."""
    jobs.configure(replace(settings, environment="production"))


def ask(call, *ids, **options):
    with db.transaction() as session:
        return enqueue_after_commit(session, call, *ids, **options)


def rows():
    with db.transaction() as session:
        return session.scalars(select(JobRow)).all()


def kept():
    with db.transaction() as session:
        return session.scalars(select(Blob.sha256)).all()


@pytest.mark.usefixtures("settings")
def test_a_job_is_done_right_after_the_commit():
    with db.transaction() as session:
        enqueue_after_commit(session, note, "a", 1)
        assert done == []
    assert done == [("a", 1)]
    assert kept() == ["a"]
    assert rows() == []


@pytest.mark.usefixtures("settings")
def test_nothing_is_done_when_the_work_is_not_stored():
    def work():
        with db.transaction() as session:
            enqueue_after_commit(session, note, "a", 1)
            raise KeyError

    with pytest.raises(KeyError):
        work()
    assert done == []
    assert rows() == []


@pytest.mark.usefixtures("settings")
def test_a_job_for_later_waits():
    ask(slow, "later", due_at=now() + timedelta(hours=1))
    assert jobs.run_due() == 0
    assert [row.name for row in rows()] == [f"{__name__}.slow"]


@pytest.mark.usefixtures("settings")
def test_a_failing_job_stores_nothing_and_tests_hear_of_it():
    with pytest.raises(ConnectionError):
        ask(stumble, "b")
    assert kept() == []
    assert rows()[0].problem == "ConnectionError"


@pytest.mark.usefixtures("queued")
def test_a_failing_job_is_tried_again_later_and_given_up_in_the_end():
    uid = ask(stumble, "b")
    for tries in (1, 2, 3):
        before = now()
        jobs.run(uid)
        (row,) = rows()
        assert row.tries == tries
        assert row.due_at > before + timedelta(seconds=4) * 4 ** (tries - 1)
        jobs.run(uid)
        assert rows()[0].tries == tries, "not before it is due"
        with db.transaction() as session:
            session.scalars(select(JobRow)).one().due_at = now()
    assert rows()[0].failed_at is not None
    jobs.run(uid)
    assert len(done) == 3
    assert kept() == []


@pytest.mark.usefixtures("queued")
def test_a_job_sent_twice_is_done_once():
    uid = ask(note, "c", 3)
    jobs.run(uid)
    jobs.run(uid)
    assert done == [("c", 3)]


@pytest.mark.usefixtures("queued")
def test_two_workers_do_not_do_the_same_job():
    uid = ask(note, "c", 3)
    with jobs._claim(uid) as mine, jobs._claim(uid) as again:
        assert (mine, again) == (True, False)
        jobs.run(uid)
    assert done == []


@pytest.mark.usefixtures("queued")
def test_a_job_about_something_gone_is_dropped():
    jobs.run(ask(seek, "x"))
    assert rows() == []


@pytest.mark.usefixtures("queued")
def test_a_job_nobody_knows_any_more_is_set_aside():
    uid = ask(note, "d", 4)
    with db.transaction() as session:
        session.scalars(select(JobRow)).one().name = "gone.job"
    jobs.run(uid)
    assert rows()[0].problem == "unknown"


@pytest.mark.usefixtures("queued")
def test_a_job_that_kills_its_process_is_given_up_some_day():
    uid = ask(slow, "e")
    with db.transaction() as session:
        session.scalars(select(JobRow)).one().tries = jobs.TRIES
    jobs.run(uid)
    assert done == []
    assert rows()[0].failed_at is not None


@pytest.mark.usefixtures("settings")
def test_a_periodic_job_runs_in_a_transaction():
    jobs.run_periodic(f"{__name__}.tidy")
    assert done == [1]
    assert f"{__name__}.tidy" in {found.name for found in jobs.periodic_jobs()}


@pytest.mark.usefixtures("queued")
def test_worker_threads_do_what_is_queued_and_what_was_lost():
    lost = ask(note, "lost", 0)
    queue = jobs._running.queue
    queue._huey.storage.flush_queue()  # as after a kill between the commit and the queue
    for number in range(5):
        ask(note, f"n{number}", number)
    ask(slow, "soon", due_at=now() + timedelta(seconds=1.2))
    finished = threading.Event()
    done_all = {"lost", "soon", *(f"n{number}" for number in range(5))}

    class Heard(list):
        def append(self, value):
            super().append(value)
            if {entry[0] if isinstance(entry, tuple) else entry for entry in self} >= done_all:
                finished.set()

    globals()["done"] = Heard()
    try:
        assert jobs.recover(everything=True) == 7
        queue.start(2, {})
        assert queue.alive()
        assert finished.wait(120)
        queue.stop()
        assert len(done) == 7
        assert lost
    finally:
        globals()["done"] = []
    assert rows() == []


def test_messages_are_json_and_carry_only_the_uid(queued, settings):
    uid = ask(note, "secret-id", 1)
    (message,) = jobs._running.queue._huey.storage.enqueued_items()
    content = json.loads(bytes(message))
    assert content["args"] == [uid]
    assert "secret-id" not in str(content)


KILLED = """
import sys, os, threading
from pathlib import Path
sys.path[:0] = [sys.argv[2]]
from lms.base import db, jobs
from lms.base.config import Settings
from tests.lms.base import test_jobs as here
settings = Settings(data_dir=Path(sys.argv[1]), environment="production", database_url=sys.argv[3])
db.connect(settings.database)
jobs.configure(settings)
original = here.note.__code__

def stuck(session, uid, number):
    session.add(here.Blob(sha256=uid, size=1, media_type="x", created_at=here.now()))
    session.flush()
    print("running", flush=True)
    threading.Event().wait()

name = jobs._name(here.note)
jobs._jobs[name] = jobs.Job(name, stuck)
jobs._running.queue.start(1, {})
sys.stdin.read()  # ends when the test is no more
os._exit(1)
"""


def test_a_job_whose_process_was_killed_runs_again(settings, queued):
    ask(note, "k", 9)
    jobs.close()
    root = str(jobs.__file__).removesuffix("/lms/base/jobs.py")
    child = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(settings.data_dir), root, settings.database_url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert child.stdout.readline().strip() == "running"
    finally:
        os.kill(child.pid, signal.SIGKILL)
        child.communicate()
    assert kept() == []
    jobs.configure(replace(settings, environment="production"))
    assert jobs._running.queue.pending() == 0, "huey itself lost it"
    assert jobs.recover(everything=True) == 1
    jobs.run_due()
    assert kept() == ["k"]
    assert done == [("k", 9)]
