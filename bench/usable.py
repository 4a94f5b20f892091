"""How long a pupil waits until a page takes an answer, on a slow line and a slow machine, in Chromium.

The line has 400 ms latency and 50 KB/s each way, the processor is slowed 6 times (both by the debugging protocol, which
delays every request by the latency; connections are not charged). A probe in the page clicks the first control that can
be seen as soon as it is painted, and looks for the moment at which the page says that the answer is kept on this device
or on the server. Times count from the press that leads to the page, redirects included.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

LATENCY_MS, BYTES_A_SECOND, SLOWED = 400, 50_000, 6
LIMIT_SECONDS = 3.0
TELEPHONE = {"width": 360, "height": 640}
# Watches from before the first script of the page; frames come only once the styles are there.
PROBE = """
(() => {
  const probe = (window.gieoProbe = {});
  const seen = (one) => one && one.getClientRects().length > 0;
  let cell = null;
  function look() {
    if (!cell) {
      const open = [...document.querySelectorAll("[data-cell]:not(.done)")];
      for (const one of open) {
        const control = document.querySelector(`#q${one.dataset.cell} [data-part]:is([type=radio], [type=checkbox])`);
        if (!seen(control)) continue;
        probe.shown = performance.now();
        control.click();
        cell = one.dataset.cell;
        break;
      }
    }
    const now = cell && document.querySelector(`[data-cell="${cell}"]`);
    if (now && (now.classList.contains("held") || now.classList.contains("done"))) {
      probe.kept = performance.now();
      return;
    }
    const act = document.querySelector("main .acts :is(button.primary, a.button.primary)");
    if (seen(act) && !probe.act) probe.act = performance.now();
    requestAnimationFrame(look);
  }
  requestAnimationFrame(look);
})();
"""


@dataclass
class Times:
    """Seconds of each round by what was opened, and the requests that a cold test page makes one after the other."""

    waiting_room: list[float] = field(default_factory=list)
    from_waiting_room: list[float] = field(default_factory=list)
    cold: list[float] = field(default_factory=list)
    shown: list[float] = field(default_factory=list)  # of the cold page: when the control could be seen

    def figures(self) -> dict[str, Any]:
        """The medians, and every round for whoever doubts them."""
        every = {
            "waiting_room": self.waiting_room,
            "test_from_waiting_room": self.from_waiting_room,
            "test_cold": self.cold,
            "test_cold_shown": self.shown,
        }
        return {
            name: {"median_s": round(median(rounds), 2), "rounds_s": [round(one, 2) for one in rounds]}
            for name, rounds in every.items()
        }


def slow_page(context: BrowserContext) -> Page:
    """A page on the slow line and the slow machine, with the probe in it."""
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.add_init_script(PROBE)
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": LATENCY_MS,
            "downloadThroughput": BYTES_A_SECOND,
            "uploadThroughput": BYTES_A_SECOND,
        },
    )
    wire.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
    return page


def _moment(page: Page, name: str) -> float:
    """The seconds at which the probe saw something."""
    page.wait_for_function("name => window.gieoProbe && window.gieoProbe[name]", arg=name)
    return float(page.evaluate("name => window.gieoProbe[name]", name)) / 1000


def time_test(browser: Browser, address: str, cookies: Sequence[Any], quiz: str) -> Times:
    """Wait for the test with these words in its title as each of these pupils, begin it, and open it again cold."""
    times = Times()
    for pupil in cookies:

        def opened(state: Any = pupil) -> tuple[BrowserContext, Page]:
            context = browser.new_context(base_url=address, storage_state=state, locale="vi-VN", viewport=TELEPHONE)  # type: ignore[arg-type]  # a TypedDict in the stubs
            return context, slow_page(context)

        path = _path_of(browser, address, pupil, quiz)
        context, page = opened()
        page.goto(path, wait_until="commit")
        times.waiting_room.append(_moment(page, "act"))
        page.wait_for_function("() => 'preloaded' in document.documentElement.dataset")
        page.locator("main .acts :is(button.primary, a.button.primary)").click(no_wait_after=True)
        page.wait_for_url(re.compile("/exam/"), wait_until="commit")
        times.from_waiting_room.append(_moment(page, "kept"))
        exam, state = page.url, context.storage_state()
        context.close()
        context, page = opened(state)
        page.goto(exam, wait_until="commit")
        times.cold.append(_moment(page, "kept"))
        times.shown.append(_moment(page, "shown"))
        context.close()
    return times


def _path_of(browser: Browser, address: str, state: Any, quiz: str) -> str:
    """The address of a test, found as a pupil finds it, with nothing slowed."""
    context = browser.new_context(base_url=address, storage_state=state, locale="vi-VN")
    page = context.new_page()
    page.goto("/")
    found = page.get_by_role("link", name=re.compile(quiz)).first.get_attribute("href")
    context.close()
    return found or ""


def measure(
    browser: Browser,
    address: str,
    signed_in: Callable[[Browser, str, str], tuple[Any, Page]],
    tests: dict[str, tuple[str, Sequence[str]]],
) -> dict[str, Times]:
    """Time each test, named with the words of its title and the sign-in names of its pupils."""
    found = {}
    for name, (quiz, pupils) in tests.items():
        states = []
        for pupil in pupils:
            context, _page = signed_in(browser, address, pupil)
            states.append(context.storage_state())
            context.close()
        found[name] = time_test(browser, address, states, quiz)
    return found
