"""What every page fetches stays light."""

from __future__ import annotations

import pytest

from lms.base import assets

KB = 1024
LIMITS = {
    "app.css.gz": 12 * KB,
    "plain.css.gz": 12 * KB,
    "app.js.gz": 10 * KB,
    "sprite.svg.gz": 5 * KB,
    "be-vietnam-pro-400.woff2": 12 * KB,
    "be-vietnam-pro-600.woff2": 12 * KB,
    "gieo-maths.woff2": 40 * KB,
}


@pytest.mark.parametrize("name", LIMITS)
def test_each_part_keeps_its_limit(name: str) -> None:
    names = assets.manifest()
    if not names:
        pytest.skip("the assets are not built")
    plain = name.removesuffix(".gz")
    built = assets.BUILT / (names[plain] + name.removeprefix(plain))
    assert built.stat().st_size <= LIMITS[name]


def test_a_first_page_without_formulas_brings_at_most_50_kb_of_assets() -> None:
    names = assets.manifest()
    if not names:
        pytest.skip("the assets are not built")
    packed = ("app.css", "app.js", "sprite.svg", "mark.svg")
    fonts = ("be-vietnam-pro-400.woff2", "be-vietnam-pro-600.woff2")
    total = sum((assets.BUILT / (names[name] + ".br")).stat().st_size for name in packed)
    total += sum((assets.BUILT / names[name]).stat().st_size for name in fonts)
    assert total <= 50 * KB
