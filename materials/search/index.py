"""Which engine this installation uses, and where its index lies."""

from __future__ import annotations

from pathlib import Path
from threading import Lock

from materials.search.engine import SearchEngine

ENGINES = ("tantivy", "whoosh")
_open: dict[tuple[str, Path], SearchEngine] = {}
_opening = Lock()


def open_engine(name: str, folder: Path) -> SearchEngine:
    """Open the index that the engine `name` keeps in its own folder below `folder`; the same one each time.

    Raises:
        ValueError: no engine has that name.
    """
    if name not in ENGINES:
        raise ValueError(f"The search engine must be one of {', '.join(ENGINES)}, not {name!r}.")
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
