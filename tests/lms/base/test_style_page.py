"""The style page shows every component, and is not there in production."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from lms.base.config import Settings


@pytest.mark.parametrize("path", ["/style", "/style/pupil", "/style/exam", "/style/plain"])
def test_every_layout_is_shown(app: Flask, path: str) -> None:
    answer = app.test_client().get(path)
    assert answer.status_code == 200
    assert answer.text.count("<h1") == 1
    assert ("maths" in answer.text) is ("<math" in answer.text)


def test_without_fonts_where_data_is_saved(app: Flask) -> None:
    answer = app.test_client().get("/style", headers={"Save-Data": "on"})
    assert "/static/plain" in answer.text
    assert "/static/maths" not in answer.text


def test_no_such_page(app: Flask) -> None:
    assert app.test_client().get("/style/other").status_code == 404


def test_not_in_production(app: Flask, settings: Settings) -> None:
    app.config["GIEO"] = replace(settings, environment="production")
    assert app.test_client().get("/style").status_code == 404
