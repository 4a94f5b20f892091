"""The wires between those who queue jobs and those who do them: huey over SQLite or Redis, and its worker threads.

Messages carry a job's uid only and are JSON, so that whoever can write to the queue cannot make us run code.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from huey import Huey, RedisHuey, SqliteHuey
from huey.consumer import Consumer
from huey.registry import Message
from huey.serializer import Serializer

from lms.base.clock import now
from lms.base.config import Settings

QUEUE = "gieo"


class _Json(Serializer):  # type: ignore[misc]  # huey ships no types
    """Messages as JSON: huey's own serializer would unpickle them."""

    def _serialize(self, data: Any) -> bytes:
        message = data._asdict() if isinstance(data, Message) else {"value": data}
        if isinstance(message.get("eta"), datetime):
            message["eta"] = message["eta"].isoformat()
        return json.dumps({name: value for name, value in message.items() if value is not None}).encode()

    def _deserialize(self, data: bytes) -> Any:
        message = json.loads(data)
        if "value" in message:
            return message["value"]
        if "eta" in message:
            message["eta"] = datetime.fromisoformat(message["eta"])
        message["args"] = tuple(message.get("args", ()))
        return Message(**{name: message.get(name) for name in Message._fields})


class _Threads(Consumer):  # type: ignore[misc]  # as above
    """Worker threads inside a process whose signals belong to somebody else."""

    def _set_signal_handlers(self) -> None:
        return


class Queue:
    """Sends jobs to the workers, and is the workers of this process once `start` was called."""

    def __init__(self, huey: Huey, run: Callable[[str], None], run_periodic: Callable[[str], None]) -> None:
        self._huey = huey
        self._run = huey.task(name="run")(run)
        self._run_periodic = huey.task(name="run_periodic")(run_periodic)
        self._consumer: _Threads | None = None
        self._ticker: threading.Thread | None = None
        self._stop = threading.Event()

    def send(self, uid: str, due_at: datetime) -> None:
        """Tell the workers about a job."""
        wait = (due_at - now()).total_seconds()
        if wait > 0:
            self._run.schedule((uid,), delay=wait)
        else:
            self._run(uid)

    def pending(self) -> int:
        """Count the messages that no worker has taken yet; those for later do not count."""
        return int(self._huey.storage.queue_size())

    def start(self, workers: int, periods: dict[str, float]) -> None:
        """Begin to work with so many threads, and to run each periodic job every so many seconds."""
        self._consumer = _Threads(self._huey, workers=workers, periodic=False, max_delay=0.5, scheduler_interval=1)
        self._consumer.start()
        self._ticker = threading.Thread(target=self._tick, args=(periods,), name="periodic", daemon=True)
        self._ticker.start()

    def alive(self) -> bool:
        """Say whether this process's workers are at work."""
        return self._ticker is not None and self._ticker.is_alive()

    def stop(self) -> None:
        """Finish the jobs at hand and stop."""
        self._stop.set()
        if self._ticker is not None:
            self._ticker.join(timeout=5)
        if self._consumer is not None:
            self._consumer.stop(graceful=True)
            self._consumer = None

    def close(self) -> None:
        """Stop, and close what is open."""
        self.stop()
        self._huey.storage.close()

    def _tick(self, periods: dict[str, float]) -> None:
        next_at = dict.fromkeys(periods, time.monotonic())
        while not self._stop.wait(0.5):
            for name, due in next_at.items():
                if due <= time.monotonic():
                    next_at[name] = time.monotonic() + periods[name]
                    try:
                        self._run_periodic(name)
                    except Exception:
                        logging.getLogger(__name__).exception("a periodic job could not be sent")


def open_queue(settings: Settings, run: Callable[[str], None], run_periodic: Callable[[str], None]) -> Queue:
    """Open the queue that the settings name: Redis by its URL, else a SQLite file of its own, synced."""
    options: dict[str, Any] = {"name": QUEUE, "results": False, "serializer": _Json()}
    if settings.redis_url:
        return Queue(RedisHuey(url=settings.redis_url, **options), run, run_periodic)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    path = str(settings.data_dir.resolve() / "jobs.db")
    return Queue(SqliteHuey(filename=path, fsync=True, timeout=30, **options), run, run_periodic)
