"""A page of a longer list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
S = TypeVar("S")

SIZE = 25


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows of a list: `number` counts from 1, `total` is the length of the whole list."""

    rows: tuple[T, ...]
    number: int
    size: int
    total: int

    @property
    def pages(self) -> int:
        """How many pages the list has; an empty list has one."""
        return max(1, -(-self.total // self.size))

    @property
    def first(self) -> int:
        """The place of the first row in the whole list, from 1; 0 when the page is empty."""
        return (self.number - 1) * self.size + 1 if self.rows else 0

    def map(self, call: Callable[[T], S]) -> Page[S]:
        """Return the same page with each row made into something else."""
        return Page(tuple(call(row) for row in self.rows), self.number, self.size, self.total)


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page is asked for; a number below one means the first."""

    number: int = 1
    size: int = SIZE

    @property
    def offset(self) -> int:
        """How many rows stand before the page."""
        return (max(1, self.number) - 1) * self.size
