"""What holds for every template: it parses, brings no inline code or dress, and asks no other host for anything."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from jinja2 import Environment

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
PAGES = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html"))
SCRIPTS = sorted((ROOT / "static" / "js").rglob("*.js"))
STYLES = sorted((ROOT / "static" / "css").rglob("*.css"))
ALLOWED_ADDRESSES = {"http://www.w3.org/2000/svg", "http://www.w3.org/1998/Math/MathML"}

COMMENT = re.compile(r"\{#.*?#\}", re.S)
STYLE_ATTRIBUTE = re.compile(r"<[^>]*\sstyle\s*=", re.I)
STYLE_ELEMENT = re.compile(r"<style[\s>]", re.I)
EVENT_ATTRIBUTE = re.compile(r"<[a-z][^>]*\son[a-z]+\s*=\s*[\"'{]", re.I)
INLINE_SCRIPT = re.compile(r"<script(?![^>]*\ssrc=)(?![^>]*\snonce=)(?![^>]*type=\"application/json\")[^>]*>", re.I)
ADDRESS = re.compile(r"https?://[^\s\"'<>)]+")
LOADED = re.compile(
    r"<(?:script|img|link|iframe|source|video|audio)[^>]*\s(?:src|href)\s*=\s*[\"']\s*(?:https?:)?//", re.I
)
POST_FORM = re.compile(r"<form[^>]*method=\"post\".*?</form>", re.I | re.S)
ICON = re.compile(r"\b(?:icon|draw)\(\s*\"([a-z0-9-]+)\"|\bicon=\"([a-z0-9-]+)\"")


CODE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.S)
CIRCULAR_22 = re.compile(r"\bĐ(?:ĐG|TB)\w*")  # ĐĐGtx, ĐTBmhk: symbols of the circular, the same in every language
VIETNAMESE = re.compile(r"[^<>\n]*[ăâđêôơưàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ][^<>\n]*", re.I)


def source(name: str) -> str:
    return COMMENT.sub("", (TEMPLATES / name).read_text())


@pytest.mark.parametrize("name", PAGES)
def test_it_parses(name: str) -> None:
    Environment(autoescape=True, extensions=["jinja2.ext.i18n"]).parse(source(name))


@pytest.mark.parametrize("name", PAGES)
def test_no_inline_script_or_style(name: str) -> None:
    text = source(name)
    for forbidden in (STYLE_ATTRIBUTE, STYLE_ELEMENT, EVENT_ATTRIBUTE, INLINE_SCRIPT):
        found = forbidden.search(text)
        assert found is None, f"{name}: {found[0]}" if found else ""


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_loaded_from_another_host(name: str) -> None:
    found = LOADED.search(source(name))
    assert found is None, f"{name}: {found[0]}" if found else ""


@pytest.mark.parametrize("path", SCRIPTS + STYLES, ids=lambda path: path.name)
def test_scripts_and_styles_name_no_host(path: Path) -> None:
    assert set(ADDRESS.findall(path.read_text())) <= ALLOWED_ADDRESSES


@pytest.mark.parametrize("name", [name for name in PAGES if not name.startswith("style/")])
def test_every_form_that_writes_carries_the_token(name: str) -> None:
    for form in POST_FORM.findall(source(name)):
        assert re.search(r"csrf|hidden_tag\(", form), f"{name}: {form[:120]}"


@pytest.mark.parametrize("name", [name for name in PAGES if not name.startswith("style/")])
def test_every_word_can_be_translated(name: str) -> None:
    """Words stand in `_()`, not bare between the tags; the style page's samples are content, not words of ours."""
    found = VIETNAMESE.search(CIRCULAR_22.sub("", CODE.sub("", source(name))))
    assert found is None, f"{name}: {found[0].strip()}" if found else ""


def test_every_icon_is_in_the_sprite() -> None:
    known = set((ROOT / "static" / "icons.txt").read_text().split())
    used = {first or second: name for name in PAGES for first, second in ICON.findall(source(name))}
    assert {icon: name for icon, name in used.items() if icon not in known} == {}


def test_the_sprite_is_sorted_and_holds_each_icon_once() -> None:
    names = (ROOT / "static" / "icons.txt").read_text().split()
    assert names == sorted(set(names))


@pytest.mark.parametrize("name", PAGES)
def test_pages_stand_in_a_layout(name: str) -> None:
    """A page extends a layout; partials start with an underscore; mails and macros stand alone."""
    if name.split("/")[0] in {"layout", "macros", "mail"} or Path(name).name.startswith("_"):
        return
    assert re.match(r"\s*\{%-?\s*extends ", source(name)), name
