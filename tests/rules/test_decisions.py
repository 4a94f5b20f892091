"""Decision pages are counted: a number names one page, and the page says it."""

from __future__ import annotations

from tests.conftest import ROOT

PAGES = sorted(path for path in (ROOT / "docs" / "decisions").glob("*.md"))


def test_a_number_names_one_page_and_stands_at_its_head() -> None:
    numbers = [int(path.name[:4]) for path in PAGES]
    assert numbers == sorted(set(numbers))
    heads = [path.read_text(encoding="utf-8").partition("\n")[0] for path in PAGES]
    assert [head for number, head in zip(numbers, heads, strict=True) if not head.startswith(f"# {number}. ")] == []
