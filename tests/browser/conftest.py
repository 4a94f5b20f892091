"""A real Chromium and a served application for the tests that need eyes and hands."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from werkzeug.serving import ThreadedWSGIServer, make_server

from lms.base import assets, clock, db
from lms.base.users import User
from lms.quizzes.hot import checking, saving
from tests.browser import pages
from tests.factories import World
from tests.lms.quizzes import factories

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "static" / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


def find_chromium() -> str | None:
    """Find the machine's own browser; none is ever downloaded."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((found for found in map(shutil.which, names) if found), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium for the whole run."""
    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium on this machine")
    if not assets.manifest():
        pytest.skip("the assets are not built")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS, timeout=pages.PATIENCE)
        yield browser
        browser.close()


@pytest.fixture
def serve() -> Iterator[Callable[[Flask], str]]:
    """Serve an application on a free port of this machine; give its address."""
    running = []

    def start(app: Flask) -> str:
        server = make_server("127.0.0.1", 0, app, threaded=True)
        assert isinstance(server, ThreadedWSGIServer)
        server.daemon_threads = False  # so that closing waits for the requests at hand: they use this test's database
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        running.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server, thread in running:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def address(app: Flask, serve: Callable[[Flask], str]) -> str:
    """The address of the application with the small school."""
    return serve(app)


@pytest.fixture
def new_context(browser: Browser, serve: Callable[[Flask], str]) -> Iterator[Callable[..., BrowserContext]]:
    """Open browsers that know nothing of each other; a fault in a script of any page fails the test.

    They are closed before what was served (hence the argument), so that no request is left without a server.
    """
    made: list[BrowserContext] = []
    faults: list[str] = []

    def make(**options: Any) -> BrowserContext:
        usual = {"viewport": pages.DESKTOP, "locale": "vi-VN", "timezone_id": "Asia/Ho_Chi_Minh"}
        context = browser.new_context(**usual | {"reduced_motion": "reduce"} | options)
        context.set_default_timeout(pages.PATIENCE)
        context.on("weberror", lambda fault: faults.append(f"{fault.page and fault.page.url}: {fault.error}"))
        made.append(context)
        return context

    yield make
    for context in made:
        for page in context.pages:
            page.unroute_all(behavior="ignoreErrors")
        context.close()
    assert faults == []


@pytest.fixture
def visit(app: Flask, address: str, new_context: Callable[..., BrowserContext]) -> Callable[..., Page]:
    """Open an empty page in somebody's own browser, in which *user* (or nobody) is signed in."""

    def open_page(user: User | None = None, width: int = 1280, **options: Any) -> Page:
        size = {"width": width, "height": 800 if width > 500 else 740}
        context = new_context(**{"base_url": address, "viewport": size} | options)
        if user is not None:
            pages.sign_in(context, app, user)
        return context.new_page()

    return open_page


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core."""
    if not AXE.is_file():
        pytest.skip("axe-core is not installed")
    return AXE.read_text()


@pytest.fixture
def answers_are_written(app: Flask) -> Iterator[None]:
    """Answers go into this test's database. Ask for it by `usefixtures`, so that it outlives whoever can send some."""
    checking.forget()
    yield
    saving.stop()


@pytest.fixture
def quiz(app: Flask, world: World) -> str:
    """The path of a test that the class can take."""
    with db.transaction() as session:
        return f"/quizzes/{factories.published(session, world, at=clock.now()).uid}"
