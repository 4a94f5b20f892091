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


class Kept(Generic[K, V]):
    """A bounded memory, apart for each open database; what came first goes first.

    Only for what is immutable once it is stored, or for keys that name everything a value depends on: other processes
    are not told of changes.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._by_database: WeakKeyDictionary[Engine, dict[K, V]] = WeakKeyDictionary()

    def get(self, key: K, make: Callable[[], V]) -> V:
        """The value of *key*; made when it is not there, by two threads at the same time if need be."""
        engine = db.engine_for(writes=False)
        kept = self._by_database.get(engine)
        if kept is not None:
            known = kept.get(key)
            if known is not None:
                return known
        made = make()
        with self._lock:
            kept = self._by_database.setdefault(engine, {})
            while len(kept) >= self._most:
                kept.pop(next(iter(kept)))
            kept[key] = made
        return made
