"""What stays of user HTML."""

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.base.richtext import clean, display, reading, render, simple, to_plain, typed, vocabulary
from lms.base.richtext.vocabulary import TAGS, parse
from tests.lms.base.richtext.hostile import HOSTILE, SHA


def assert_harmless(markup):
    for element in parse(markup).iterdescendants():
        assert element.tag in TAGS or element.tag in {"math"} or str(element.tag).startswith("m"), element.tag
        for name, value in element.attrib.items():
            assert not name.startswith("on")
            assert name not in {"style", "srcset", "srcdoc", "action", "formaction", "id", "name", "target"}
            if name in {"href", "src"}:
                assert value.startswith(("http:", "https:", "mailto:", "asset:", "/assets/")), value


@pytest.mark.parametrize("markup", HOSTILE)
def test_hostile_html_is_harmless_when_kept_and_when_shown(markup):
    kept = clean(markup)
    assert_harmless(kept)
    assert clean(kept) == kept
    assert_harmless(render(kept, lambda sha: f"/assets/{sha}"))
    assert_harmless(render(markup, lambda sha: f"/assets/{sha}"))
    assert_harmless(typed.from_author(markup))
    assert_harmless(typed.from_plain(markup))


@pytest.mark.parametrize("module", [vocabulary, typed, reading, display])
def test_the_examples_in_the_docstrings_hold(module):
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(
    ("given_html", "kept"),
    [
        ("a < b", "a &lt; b"),
        ("a &amp; b", "a &amp; b"),
        ("&amp;lt;", "&amp;lt;"),
        ("<h1>A</h1>", "<h2>A</h2>"),
        ("<div>một dòng</div>", "<p>một dòng</p>"),
        ("<div><p>a</p><div>b</div></div>", "<p>a</p><p>b</p>"),
        ("<span style='color:red'>a</span>", "a"),
        ("<p class=MsoNormal lang=VI>a</p>", "<p>a</p>"),
        ("<p>x<sup>2</sup> H<sub>2</sub>O</p>", "<p>x<sup>2</sup> H<sub>2</sub>O</p>"),
        ("<img src='https://elsewhere.example/a.png' alt='hình'>", ""),
        (
            f"<img src='asset:{SHA}' alt='Đồ thị' width=300 height=abc>",
            f'<img src="asset:{SHA}" alt="Đồ thị" width="300">',
        ),
        ("<td colspan=2>", ""),
        (
            "<table><tr><td colspan=2 rowspan=0>a</td></tr></table>",
            '<table><tbody><tr><td colspan="2">a</td></tr></tbody></table>',
        ),
        ('<span class="x tex">a<br>b</span>', '<span class="tex">a b</span>'),
        ('<span class="tex">a &lt; b &amp; c</span>', '<span class="tex">a &lt; b &amp; c</span>'),
        ('<span class="tex"> </span>', " "),
        ('<span data-gap="g1" class="gap">điền</span>', '<span class="gap" data-gap="g1"></span>'),
        ('<span class="gap">x</span>', "x"),
        ('<div class="tex">x</div>', '<div class="tex">x</div>'),
        ("Toa\u0301n", "Toán"),
        ("<p>Toa&#x301;n</p>", "<p>Toán</p>"),
        ("<ol start=3><li>a</li></ol>", '<ol start="3"><li>a</li></ol>'),
        (
            "<a href='https://a.vn/?x=1&y=2'>a</a>",
            '<a href="https://a.vn/?x=1&amp;y=2" rel="noopener noreferrer">a</a>',
        ),
        ("", ""),
    ],
)
def test_what_is_kept(given_html, kept):
    assert clean(given_html) == kept


@pytest.mark.parametrize("nest", ["<ul><li>", "<b>", "<div>", "<blockquote>", "<table><tr><td>", '<span class="tex">'])
def test_nesting_deeper_than_any_text_does_no_harm(nest):
    assert to_plain(clean(nest * 90 + "chữ")) == "chữ"
    deep = nest * 3000 + "x"
    assert_harmless(clean(deep))
    assert_harmless(typed.from_author(deep))
    assert_harmless(render(deep, str))


@given(
    st.lists(
        st.sampled_from(
            ["<p>", "</p>", "<div>", "</div>", "<b>", "</i>", "<i>", "x", " & ", "<", '<span class="tex">', "</span>",
             "<table>", "<td>", "<li>", "<ul>", "</ul>", '<div class="tex">', "&lt;", "<pre>\n", "<a href=http://x>",
             "<code>", "\\(x\\)", "$y$", "&nbsp;", "<hr>", "<br>", "<figure>", "<h1>", "<caption>", "</table>"]
        ),
        max_size=12,
    )
)  # fmt: skip
def test_cleaning_twice_changes_nothing(pieces):
    once = clean("".join(pieces))
    assert clean(once) == once
    assert_harmless(once)
    authored = typed.from_author("".join(pieces))
    assert clean(authored) == authored


@given(
    st.lists(
        st.sampled_from(
            ["<p>", "</p>", "</p><p>", "<b>", "</b>", "<sub>", "</sub>", "x", " ", "\n", "\t", "\r", "\u00a0", "ế",
             "e\u0301", "𝒳", "\u2028", "\u200b", "\x85", "\ufdd0", "<br>", '<span class="tex">', "</span>",
             '<span class="tex">a_1</span>', "&lt;", "&amp;", "&gt;", "&nbsp;", '"', "'", "<u>đ</u>", "<i>", "</i>",
             '<span class="gap" data-gap="g1"></span>']
        )
        | st.characters(exclude_categories=["Cs"]),
        max_size=10,
    )
)  # fmt: skip
def test_the_short_way_for_simple_texts_is_the_long_one(pieces):
    for markup in ("".join(pieces), f"<p>{''.join(pieces)}</p>"):
        markup = vocabulary.nfc(markup)
        if simple.is_simple(markup):
            assert vocabulary._fitted(markup) == markup
            long = "".join(reading._pieces(parse(markup)))
            assert simple.words_of(markup).split() == long.split()
            assert [line.split() for line in simple.words_of(markup).split("\n") if line.strip()] == [
                line.split() for line in long.split("\n") if line.strip()
            ]
