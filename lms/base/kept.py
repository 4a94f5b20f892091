"""What a process remembers of the database because it never changes there: frozen forms, pages made from them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Engine

from lms.base import db

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
PATIENCE_SECONDS = 5.0


class Kept(Generic[K, V]):
    """A bounded memory, apart for each open database; what came first goes first.

    Only for what is immutable once it is stored, or for keys that name everything a value depends on: other processes
    are not told of changes.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._making = threading.RLock()
        self._by_database: WeakKeyDictionary[Engine, dict[K, V]] = WeakKeyDictionary()

    def get(self, key: K, make: Callable[[], V]) -> V:
        """The value of *key*, made when it is not there.

        One thread makes at a time, so that a grade that opens the same page at once has it made once; nobody waits
        longer than `PATIENCE_SECONDS` for another.
        """
        engine = db.engine_for(writes=False)
        known = self._known(engine, key)
        if known is not None:
            return known
        mine = self._making.acquire(timeout=PATIENCE_SECONDS)
        try:
            known = self._known(engine, key)
            if known is not None:
                return known
            made = make()
            self._keep(engine, key, made)
            return made
        finally:
            if mine:
                self._making.release()

    def _known(self, engine: Engine, key: K) -> V | None:
        kept = self._by_database.get(engine)
        return kept.get(key) if kept is not None else None

    def _keep(self, engine: Engine, key: K, value: V) -> None:
        with self._lock:
            kept = self._by_database.setdefault(engine, {})
            while len(kept) >= self._most:
                kept.pop(next(iter(kept)))
            kept[key] = value
