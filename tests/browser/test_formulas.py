"""Sixty school formulas in a real Chromium, and hostile text that must stay text."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest
from markupsafe import Markup

from lms.base.richtext import clean, render
from tests.lms.base.richtext.hostile import HOSTILE

pytestmark = pytest.mark.browser

CHROMIUM = shutil.which("chromium")
formulas = pytest.importorskip("bench.formulas")


@pytest.fixture
def chromium():
    if CHROMIUM is None:
        pytest.skip("chromium is not there")
    return CHROMIUM


def test_every_formula_is_drawn(chromium, tmp_path):
    if not (formulas.BUILT / "manifest.json").is_file():
        pytest.skip("static/built is not there: python static/build.py")
    with ThreadPoolExecutor(1) as apart:  # another test's Playwright may hold this thread's event loop
        finding = apart.submit(formulas.examine, tmp_path / "formulas.png", chromium).result()
    assert finding.faults == []
    assert finding.passed


def test_hostile_text_runs_nothing_even_without_a_content_policy(chromium):
    with ThreadPoolExecutor(1) as apart:
        apart.submit(show_hostile_text, chromium).result()


def show_hostile_text(chromium):
    from playwright.sync_api import sync_playwright

    shown = Markup("").join(
        part
        for text in HOSTILE
        for part in (render(clean(text), "/assets/{}".format), render(text, "/assets/{}".format))
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=formulas.FLAGS)
        page = browser.new_page()
        fetched, opened = [], []
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
        browser.close()
    assert foreign == [], json.dumps(foreign)
    assert opened == []
    assert not [url for url in fetched if "/assets/" not in url and url != "about:blank"]
