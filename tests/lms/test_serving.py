"""The real server: it starts, stops when asked, and comes back however it dies."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from bench.processes import free_port
from lms import serving
from lms.base.config import Settings

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120  # seconds; reached only when something is wrong


class Installation:
    """A data folder, a port, and the server processes started on them."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port, self.processes = folder, free_port(), []

    def start(self, command: str = "serve", **settings: str) -> subprocess.Popen:
        environ = {name: value for name, value in os.environ.items() if not name.startswith("GIEO_")}
        environ |= {"GIEO_DATA_DIR": str(self.folder), "GIEO_PORT": str(self.port), "GIEO_THREADS": "2"}
        environ |= {f"GIEO_{name.upper()}": value for name, value in settings.items()}
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "lms.cli", command], cwd=ROOT, env=environ, stdout=log, stderr=log
            )
        self.processes.append(process)
        return process

    def ready(self) -> dict:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as answer:
                    return json.load(answer)
            except OSError:
                if time.monotonic() > until:
                    raise RuntimeError((self.folder / "log").read_text()) from None
                time.sleep(0.1)

    def worker_of(self, process: subprocess.Popen) -> int:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        return int(children[0])

    def end(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            process.wait(PATIENCE)


@pytest.fixture
def installation(tmp_path):
    installation = Installation(tmp_path)
    yield installation
    installation.end()


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_it_comes_back_after_every_kind_of_death_and_stops_when_asked(installation):
    server = installation.start()
    assert installation.ready()["status"] == "ok"
    for _ in range(3):
        os.kill(installation.worker_of(server), signal.SIGKILL)
        assert installation.ready()["jobs"] == "ok"
    second = installation.start()
    assert second.wait(PATIENCE) == 1
    assert "Another server already works in" in (installation.folder / "log").read_text()
    worker = installation.worker_of(server)
    server.kill()
    server.wait(PATIENCE)
    server = installation.start()
    assert installation.ready()["status"] == "ok"
    assert not Path(f"/proc/{worker}").exists() or installation.worker_of(server) != worker
    server.terminate()
    assert server.wait(PATIENCE) == 0
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"http://127.0.0.1:{installation.port}/healthz", timeout=PATIENCE)


@pytest.mark.postgres
@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_several_workers_and_a_process_for_jobs_on_postgresql(installation, postgres_url):
    settings = {"database_url": postgres_url, "workers": "2"}
    server = installation.start(**settings)
    assert installation.ready()["database"] == "ok"
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    assert len(children) == 2
    with urllib.request.urlopen(f"http://127.0.0.1:{installation.port}/metrics", timeout=PATIENCE) as answer:
        assert b"gieo_requests_total" in answer.read()
    worker = installation.start("jobs", **settings)
    until = time.monotonic() + PATIENCE
    while "jobs.started" not in (installation.folder / "log").read_text() and time.monotonic() < until:
        time.sleep(0.1)
    worker.terminate()
    assert worker.wait(PATIENCE) == 0
    assert "jobs.stopped" in (installation.folder / "log").read_text()
    server.terminate()
    assert server.wait(PATIENCE) == 0


def test_several_workers_on_sqlite_are_refused(tmp_path):
    with pytest.raises(ValueError, match="SQLite takes one worker"):
        serving.serve(Settings(data_dir=tmp_path, workers=2), announce=print)


def test_who_does_the_jobs(tmp_path):
    assert serving.jobs_inside(Settings(data_dir=tmp_path))
    assert not serving.jobs_inside(Settings(data_dir=tmp_path, redis_url="redis://localhost"))
    assert not serving.jobs_inside(Settings(data_dir=tmp_path, workers=4, database_url="postgresql://x"))


def test_a_server_that_cannot_stay_up_gives_up_in_the_end(monkeypatch):
    monkeypatch.setattr(serving, "_RESTARTS", (3, 60.0))
    starts = []

    def dies():
        starts.append(1)
        raise SystemExit(1)

    with pytest.raises(SystemExit):
        serving._watch(dies)
    assert len(starts) == 3
