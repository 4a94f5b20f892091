"""A tantivy index in a folder: opened once, written by one at a time, read at its newest commit.

tantivy keeps an index as immutable segments and swaps the list of them atomically: a killed writer leaves the last
commit, and the system takes its lock back.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import tantivy

from lms.base.errors import Unavailable

HEAP = 30_000_000  # bytes a writer may hold before it spills a segment
WAIT_FOR_WRITER = 30.0  # seconds
MOST_VALUES = 10_000  # distinct values of a field up to which their counts are exact


def total_of(result: tantivy.SearchResult) -> int:
    """Say how many documents matched in all."""
    return int(result.count)  # type: ignore[attr-defined]  # the package's stub leaves it out


class IndexFolder:
    """An index on disk; one of another shape found there is put aside and begun anew, empty."""

    def __init__(self, folder: Path, schema: tantivy.Schema) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._lock = threading.Lock()
        self.schema = schema
        self._index = self._open()
        self._index.config_reader(reload_policy="manual")  # `searcher` looks itself; no thread watches
        self._seen: tuple[int, int] | None = None

    def _open(self) -> tantivy.Index:
        try:
            return tantivy.Index(self.schema, path=str(self._folder), reuse=True)
        except ValueError:  # "schema does not match": an older shape, which whoever fills the index fills anew
            for path in self._folder.iterdir():
                path.unlink()
            return tantivy.Index(self.schema, path=str(self._folder), reuse=True)

    @contextmanager
    def writing(self) -> Iterator[tantivy.IndexWriter]:
        """Change the index in one atomic step; an exception, or a killed process, leaves the old one."""
        with self._lock:
            writer = self._writer()
            try:
                yield writer
            except BaseException:
                writer.rollback()
                raise
            else:
                writer.commit()
            finally:
                writer.wait_merging_threads()

    def _writer(self) -> tantivy.IndexWriter:
        """Wait for the one writer's place; the lock is the system's, so a killed writer leaves it."""
        until = time.monotonic() + WAIT_FOR_WRITER
        while True:
            try:
                return self._index.writer(heap_size=HEAP, num_threads=1)
            except ValueError as problem:
                if "lock" not in str(problem).lower():
                    raise
                if time.monotonic() > until:
                    raise Unavailable from problem
                time.sleep(0.05)

    def searcher(self) -> tantivy.Searcher:
        """Look at the newest commit, whoever made it."""
        state = (self._folder / "meta.json").stat()
        seen = (state.st_ino, state.st_mtime_ns)
        if seen != self._seen:
            self._index.reload()
            self._seen = seen
        return self._index.searcher()
