"""Which engine this installation uses, and where its index lies."""

from __future__ import annotations

from pathlib import Path
from threading import Lock

from flask import Flask

from lms.base.config import Settings
from materials.search.engine import SearchEngine

ENGINES = ("tantivy", "whoosh")
_open: dict[tuple[str, Path], SearchEngine] = {}
_opening = Lock()
_place: dict[str, tuple[str, Path]] = {}


def init_app(app: Flask) -> None:
    """Use the engine that the settings name, in the folder of this installation's data."""
    settings: Settings = app.config["GIEO"]
    configure(settings)


def configure(settings: Settings) -> None:
    """Keep the index where the settings say; it is opened when it is first asked.

    Raises:
        ValueError: no engine has the name in the settings.
    """
    _known(settings.search_engine)
    _place["index"] = (settings.search_engine, settings.data_dir / "search")


def current() -> SearchEngine:
    """The index of the running installation."""
    return open_engine(*_place["index"])


def open_engine(name: str, folder: Path) -> SearchEngine:
    """Open the index that the engine `name` keeps in its own folder below `folder`; the same one each time.

    Raises:
        ValueError: no engine has that name.
    """
    _known(name)
    place = (name, folder.resolve())
    with _opening:
        if place not in _open:
            _open[place] = _new(name, folder / name)
        return _open[place]


def _new(name: str, folder: Path) -> SearchEngine:
    if name == "whoosh":  # each engine is loaded only where it is used
        from materials.search.whoosh_engine import WhooshEngine

        return WhooshEngine(folder)
    from materials.search.tantivy_engine import TantivyEngine

    return TantivyEngine(folder)


def _known(name: str) -> None:
    if name not in ENGINES:
        raise ValueError(f"The search engine must be one of {', '.join(ENGINES)}, not {name!r}.")
