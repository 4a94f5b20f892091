"""What features of the school are tested with: who asked the database how often."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import event


@pytest.fixture
def queries(app: Flask) -> Iterator[list[str]]:
    """The SELECTs since the list was last cleared."""
    seen: list[str] = []

    def note(_c: object, _k: object, statement: str, *_more: object) -> None:
        if statement.startswith("SELECT"):
            seen.append(statement)

    engine = app.extensions["gieo_engine"]
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)
