"""Sixty school formulas in a real Chromium, and hostile text that must stay text."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from markupsafe import Markup
from playwright.sync_api import Browser, BrowserContext

from lms.base.richtext import clean, render
from tests.lms.base.richtext.hostile import HOSTILE

pytestmark = pytest.mark.browser
formulas = pytest.importorskip("bench.formulas")


def test_every_formula_is_drawn(browser: Browser, tmp_path: Path) -> None:
    finding = formulas.examine(browser, tmp_path / "formulas.png")
    assert finding.faults == []
    assert finding.passed


def test_hostile_text_runs_nothing_even_without_a_content_policy(new_context: Callable[..., BrowserContext]) -> None:
    shown = Markup("").join(
        part
        for text in HOSTILE
        for part in (render(clean(text), "/assets/{}".format), render(text, "/assets/{}".format))
    )
    page = new_context().new_page()
    fetched: list[str] = []
    opened: list[str] = []
    page.route("**/*", lambda route: (fetched.append(route.request.url), route.abort()))
    page.on("dialog", lambda dialog: (opened.append(dialog.message), dialog.dismiss()))
    page.set_content(f"<!doctype html><meta charset=utf-8><body>{shown}</body>")
    foreign = page.evaluate(
        """() => [...document.body.querySelectorAll('*')].flatMap(e =>
          (['script', 'iframe', 'object', 'embed', 'style', 'form', 'input', 'svg', 'base', 'meta', 'link']
            .includes(e.localName) ? [e.localName] : [])
          .concat([...e.attributes].filter(a => /^on|^style$|^srcdoc$|^action$/.test(a.name)
            || /^\\s*(javascript|data|vbscript):/i.test(a.value)).map(a => a.name + '=' + a.value)))"""
    )
    assert foreign == [], json.dumps(foreign)
    assert opened == []
    assert not [url for url in fetched if "/assets/" not in url and url != "about:blank"]
