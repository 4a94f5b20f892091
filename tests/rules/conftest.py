"""The populated school, made once, and opened anew for each module."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lms.base import assets
from tests.rules.route_walk import School, build, opened
from tests.rules.route_world import RouteWorld


@pytest.fixture(scope="session")
def populated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RouteWorld]:
    """The folder of the populated school and the names of what is in it."""
    folder = tmp_path_factory.mktemp("populated")
    return folder, build(folder)


@pytest.fixture(scope="module")
def school(populated: tuple[Path, RouteWorld]) -> Iterator[School]:
    """The populated school; whoever changes it puts it back by `restore`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(assets, "BUILT", populated[0] / "built")  # there without a build
        yield from opened(*populated)
