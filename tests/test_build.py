"""Builds of the assets take their places one after the other, and under a running server."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable
from pathlib import Path

from static import build


def made(folder: Path, *names: str) -> Path:
    """A build that is ready to be put in place, with these files and their copies."""
    (folder / "server").mkdir(parents=True)
    (folder / "server" / "maths.js").write_text(folder.name)
    for name in names:
        (folder / name).write_text(name)
        (folder / f"{name}.br").write_text(name)
    (folder / "manifest.json").write_text(json.dumps({f"plain-{name}": name for name in names}))
    return folder


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.is_file()}


def with_copies(names: Iterable[str]) -> set[str]:
    return {"manifest.json"} | {f"{name}{ending}" for name in names for ending in ("", ".br")}


def test_the_files_of_the_build_before_stay_and_older_ones_go(tmp_path: Path) -> None:
    built = tmp_path / "built"
    built.mkdir()
    build.put_in_place(made(tmp_path / "first", "same-1.css", "app-1.js"), built)
    (built / "made-from.stamp").write_text("first")
    build.put_in_place(made(tmp_path / "first again", "same-1.css", "app-1.js"), built)
    assert files(built) == with_copies(["same-1.css", "app-1.js"]) | {"made-from.stamp"}
    build.put_in_place(made(tmp_path / "second", "same-1.css", "app-2.js"), built)
    assert files(built) == with_copies(["same-1.css", "app-1.js", "app-2.js"])
    build.put_in_place(made(tmp_path / "third", "same-1.css", "app-3.js"), built)
    assert files(built) == with_copies(["same-1.css", "app-2.js", "app-3.js"])
    assert (built / "server" / "maths.js").read_text() == "third"


def test_builds_at_once_leave_no_name_without_its_file(tmp_path: Path) -> None:
    built = tmp_path / "built"
    built.mkdir()
    waiting = [[made(tmp_path / f"{who}{number}", f"app-{who}.js") for number in range(20)] for who in "abc"]
    together = threading.Barrier(len(waiting), timeout=120)
    missing: list[str] = []

    def work(builds: list[Path]) -> None:
        together.wait()
        for fresh in builds:
            build.put_in_place(fresh, built)
            with build.one_at_a_time(built):
                missing.extend(name for name in build.names_in(built) if not (built / name).is_file())

    threads = [threading.Thread(target=work, args=(builds,)) for builds in waiting]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert missing == []
    assert len(build.names_in(built)) == 1
