"""What a page costs: compressed bytes and requests with a cold cache, and the wait until a test takes an answer.

The server is started with the demo school as `./run demo` does. Each page is opened in a browser context that has a
cookie and nothing else; counted is what Chromium received for it (headers and compressed bodies, by the debugging
protocol) until the network is quiet, and every request to another host. The full run opens each page on a telephone
and on a desktop, twice, and keeps the most; `--quick` opens each once on a telephone.

Then pupils come to a test by a slow line on a slow machine (`bench.usable`): how long until its first question takes an
answer that is kept. Medians of five pupils; `--quick` sends one.
"""

from __future__ import annotations

import argparse
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, sync_playwright

from bench import processes, usable
from bench.outcome import Outcome
from lms.demo.people import PASSWORD

GOALS = (
    "first page <= 100 KB, test page <= 60 KB (90 with formulas), 0 requests to other hosts; 1 KB = 1000 bytes; "
    "test usable <= 3 s at 400 ms, 50 KB/s, CPU slowed 6 times"
)
LIMITS = {"sign_in": 100_000, "test": 60_000, "test_with_formulas": 90_000}
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-dev-shm-usage"
).split()
TELEPHONE, DESKTOP = (360, 640), (1280, 800)
TESTS = {"test": "Luyện tập: Bảng tính", "test_with_formulas": "Kiểm tra giữa kì"}
ROUNDS = 5
WAITED_FOR = frozenset({"test_from_waiting_room", "test_cold"})


@dataclass
class Weight:
    """What one opening of a page cost."""

    received: int = 0  # bytes
    requests: int = 0
    elsewhere: list[str] = field(default_factory=list)
    by_kind: dict[str, int] = field(default_factory=dict)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Offer the short run and a server that runs already."""
    parser.add_argument("--quick", action="store_true", help="each page once, on a telephone")
    parser.add_argument("--address", help="measure this running demo instead of starting one, as http://127.0.0.1:8000")
    parser.add_argument("--chromium", default=shutil.which("chromium") or "chromium", help="path of the browser")


@contextmanager
def _serving(address: str | None) -> Iterator[str]:
    if address:
        yield address.rstrip("/")
        return
    with tempfile.TemporaryDirectory(prefix="gieo-weight-") as folder:
        port = processes.free_port()
        environment = {
            "GIEO_DATA_DIR": f"{folder}/data",
            "GIEO_PORT": str(port),
            "GIEO_SECRET_KEY": "page-weight",
        }
        server = processes.start(["-m", "lms.cli", "demo"], environment, Path(folder) / "server.log")
        try:
            processes.wait_for(port, "/healthz", server, seconds=300)
            yield f"http://127.0.0.1:{port}"
        finally:
            processes.stop(server)


def _signed_in(browser: Browser, address: str, name: str) -> tuple[Any, Page]:
    context = browser.new_context(base_url=address, locale="vi-VN")
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto("/sign-in")
    page.locator("input[name=sign_in_name]").fill(name)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("form button.primary, main form button").first.click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
    return context, page


def _begin_test(page: Page, quiz: str) -> str:
    """Begin the test with these words in its title, or go on with it; returns the address of its page."""
    page.goto("/")
    page.get_by_role("link", name=re.compile(quiz)).first.click()
    page.locator("main .acts").get_by_role("button", name="Bắt đầu làm bài").or_(
        page.locator("main .acts").get_by_role("link", name="Làm tiếp")
    ).first.click()
    page.locator("[data-exam]").wait_for()
    return urlsplit(page.url).path


def _addresses(browser: Browser, address: str) -> dict[str, tuple[str, Any]]:
    """Page name → its path and the cookies that open it (None: nobody is signed in)."""
    context, page = _signed_in(browser, address, "8a2.03")
    page.goto("/courses")
    page.get_by_role("link", name="Toán 8A2").first.click()
    page.locator("main").get_by_role("link", name="Bảy hằng đẳng thức").wait_for()
    course = urlsplit(page.url).path
    page.get_by_role("link", name="Bảy hằng đẳng thức").click()
    page.wait_for_url(re.compile("/lessons/"))
    lesson = urlsplit(page.url).path
    with_formulas = _begin_test(page, TESTS["test_with_formulas"])
    plain = _begin_test(page, TESTS["test"])
    pupil = context.storage_state()
    context.close()
    context, page = _signed_in(browser, address, "gv.toan8")
    teacher = context.storage_state()
    context.close()
    return {
        "sign_in": ("/sign-in", None),
        "home": ("/", pupil),
        "course": (course, pupil),
        "lesson": (lesson, pupil),
        "test": (plain, pupil),
        "test_with_formulas": (with_formulas, pupil),
        "library": ("/library", teacher),
        "bank": ("/bank", teacher),
        "gradebooks": ("/gradebook", teacher),
    }


def weigh(browser: Browser, address: str, path: str, cookies: Any, size: tuple[int, int]) -> Weight:
    """Open a page with an empty cache and count what came."""
    context = browser.new_context(
        base_url=address,
        storage_state=cookies,
        locale="vi-VN",
        viewport={"width": size[0], "height": size[1]},
    )
    page = context.new_page()
    found = Weight()
    kinds: dict[str, str] = {}
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.send("Network.setCacheDisabled", {"cacheDisabled": True})

    def asked(event: dict[str, Any]) -> None:
        url = event["request"]["url"]
        if url.startswith(("data:", "blob:")):
            return
        found.requests += 1
        kinds[event["requestId"]] = event.get("type", "Other")
        if not url.startswith(address):
            found.elsewhere.append(url)

    def arrived(event: dict[str, Any]) -> None:
        if event["requestId"] in kinds:
            size_of = int(event["encodedDataLength"])
            kind = kinds[event["requestId"]]
            found.received += size_of
            found.by_kind[kind] = found.by_kind.get(kind, 0) + size_of

    wire.on("Network.requestWillBeSent", asked)
    wire.on("Network.loadingFinished", arrived)
    answer = page.goto(path, wait_until="networkidle")
    if answer is None or answer.status != 200:
        raise RuntimeError(f"{path} answered {answer.status if answer else 'nothing'}")
    context.close()
    return found


def run(options: argparse.Namespace) -> Outcome:
    """Weigh every page and hold the figures against the goals."""
    sizes = (TELEPHONE,) if options.quick else (TELEPHONE, DESKTOP, TELEPHONE, DESKTOP)
    with _serving(options.address) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=options.chromium, args=FLAGS)
        weights: dict[str, Weight] = {}
        for name, (path, cookies) in _addresses(browser, address).items():
            tries = [weigh(browser, address, path, cookies, size) for size in sizes]
            weights[name] = max(tries, key=lambda one: one.received)
            weights[name].elsewhere = [url for one in tries for url in one.elsewhere]
        rounds = 1 if options.quick else ROUNDS
        # Others than the pupil above, who has begun already.
        pupils = [f"8a2.{number:02d}" for number in range(10, 10 + rounds)]
        times = usable.measure(browser, address, _signed_in, {name: (quiz, pupils) for name, quiz in TESTS.items()})
        browser.close()
    figures: dict[str, Any] = {
        name: {"bytes": one.received, "requests": one.requests, "by_kind": one.by_kind} for name, one in weights.items()
    }
    elsewhere = sorted({url for one in weights.values() for url in one.elsewhere})
    figures["requests_to_other_hosts"] = len(elsewhere)
    figures["usable"] = {name: one.figures() for name, one in times.items()}
    waits = [one["median_s"] for name in times for what, one in figures["usable"][name].items() if what in WAITED_FOR]
    ok = (
        not elsewhere
        and max(waits) <= usable.LIMIT_SECONDS
        and all(weights[name].received <= most for name, most in LIMITS.items())
    )
    lines = [f"{'page':<20} {'KB':>7} {'goal':>6} requests  of that"]
    for name, one in weights.items():
        goal = f"{LIMITS[name] / 1000:.0f}" if name in LIMITS else "-"
        parts = ", ".join(f"{kind.lower()} {size / 1000:.1f}" for kind, size in sorted(one.by_kind.items()))
        lines.append(f"{name:<20} {one.received / 1000:>7.1f} {goal:>6} {one.requests:>8}  {parts}")
    lines += [f"another host was asked: {url}" for url in elsewhere]
    lines += [f"usable after, seconds (goal {usable.LIMIT_SECONDS:.0f} for a test), median of {rounds}:"]
    for name, one in figures["usable"].items():
        lines.append(f"{name:<20} " + ", ".join(f"{what} {time['median_s']:.2f}" for what, time in one.items()))
    return Outcome(figures, ok, "\n".join(lines))
