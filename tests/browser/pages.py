"""Pages in a real browser: how one leads to the next, and what each of them must be.

A browser goes to the next page in its own time. Whatever leads there is therefore done by `follow` or inside
`arriving`, which go on once that page stands whole with its scripts at work; everything else waits for what it wants
to see. Nothing here waits for time to pass, so nothing depends on how fast the machine is.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from playwright.sync_api import BrowserContext, Locator, Page, expect

from lms.base.users import User
from tests import conftest

PATIENCE = 120_000  # milliseconds; reached only when something is wrong
DESKTOP, TELEPHONE = {"width": 1280, "height": 800}, {"width": 360, "height": 740}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

expect.set_options(timeout=PATIENCE)


def sign_in(context: BrowserContext, app: Flask, user: User) -> None:
    """Let a browser have a session of *user* in the application served on this machine."""
    cookie = conftest.sign_in(app, user).get_cookie("gieo")
    assert cookie is not None
    context.add_cookies([{"name": "gieo", "value": cookie.value, "domain": "127.0.0.1", "path": "/"}])


@contextmanager
def arriving(page: Page) -> Iterator[None]:
    """Go on once the page that the act inside leads to is loaded: its document, styles, pictures and scripts."""
    with page.expect_navigation(wait_until="load"):
        yield


def follow(target: Locator) -> None:
    """Click what leads to another page, and go on once that is loaded."""
    with arriving(target.page):
        target.click()


def settle(page: Page) -> None:
    """Go on once the page is laid out with the fonts that it asks for."""
    page.wait_for_load_state("load")
    page.evaluate("document.fonts.ready.then(() => null)")


def resize(page: Page, size: dict[str, int]) -> None:
    """Give the page another size, and go on once it has taken it."""
    page.set_viewport_size(size)  # type: ignore[arg-type]  # a TypedDict in the stubs
    page.wait_for_function("width => innerWidth === width", arg=size["width"])


def check_width(page: Page) -> None:
    """Nothing sticks out sideways."""
    settle(page)
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert over == 0, f"{page.url} is {over} px too wide"


def check(page: Page, axe: str) -> None:
    """Nothing sticks out sideways, and axe finds nothing."""
    check_width(page)
    page.evaluate(axe)
    found: list[dict[str, Any]] = page.evaluate("rules => axe.run({runOnly: rules})", RULES)["violations"]
    assert [(rule["id"], [node["html"][:120] for node in rule["nodes"]]) for rule in found] == [], page.url
