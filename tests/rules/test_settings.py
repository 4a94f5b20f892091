"""The page about settings says what the code does, and wrong settings are named."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from lms.base.config import PREFIX, Settings, from_environment
from tests.conftest import ROOT

ROW = re.compile(r"^\| `(GIEO_\w+)` \| (?:`([^`]*)`)? ?\| (.+) \|$", re.M)


def test_the_page_names_every_setting_with_its_default() -> None:
    page = (ROOT / "docs" / "settings.md").read_text()
    told = {name: default for name, default, _meaning in ROW.findall(page)}
    real = {}
    for field in fields(Settings):
        value = field.default
        real[PREFIX + field.name.upper()] = str(value).lower() if isinstance(value, bool) else str(value)
    assert told == real


@pytest.mark.parametrize(
    "environ", [{"GIEO_PORT": "tám"}, {"GIEO_SECURE_COOKIES": "perhaps"}, {"GIEO_DATABSE_URL": "sqlite:///x"}]
)
def test_wrong_settings_are_named(environ: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=next(iter(environ))):
        from_environment({"GIEO_DATA_DIR": str(tmp_path), **environ})


def test_the_secret_is_made_once_and_kept_to_its_owner(tmp_path: Path) -> None:
    first = from_environment({"GIEO_DATA_DIR": str(tmp_path)}).secret_key
    assert first == from_environment({"GIEO_DATA_DIR": str(tmp_path)}).secret_key
    assert (tmp_path / "secret").stat().st_mode & 0o077 == 0
