"""From what people type to the vocabulary."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.base.richtext import clean, from_author, from_plain, tex_in, to_plain


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("", ""),
        ("  \n ", ""),
        ("a\nb\n\n\nc", "<p>a<br>b</p><p>c</p>"),
        ("a\r\nb\r\n\r\nc", "<p>a<br>b</p><p>c</p>"),
        ("<b>&amp;", "<p>&lt;b&gt;&amp;amp;</p>"),
        (r"Cho \(x<1\).", '<p>Cho <span class="tex">x&lt;1</span>.</p>'),
        (r"$x$ và $ y $", '<p><span class="tex">x</span> và <span class="tex">y</span></p>'),
        ("giá 5$ và 10$", "<p>giá 5$ và 10$</p>"),
        ("từ $5 đến $10", "<p>từ $5 đến $10</p>"),
        (r"\$5 và $x$", '<p>$5 và <span class="tex">x</span></p>'),
        (r"$a\$b$", r'<p><span class="tex">a\$b</span></p>'),
        (r"a \[x\] b", '<p>a</p><div class="tex">x</div><p>b</p>'),
        ("a\n$$x$$\nb", '<p>a</p><div class="tex">x</div><p>b</p>'),
        (r"\(x", r"<p>\(x</p>"),
        ("$x\n\ny$", "<p>$x</p><p>y$</p>"),
        ("$$", "<p>$$</p>"),
        (r"\(\)", r"<p>\(\)</p>"),
        ("a\\\\b", "<p>a\\\\b</p>"),
    ],
)
def test_plain_text(typed, kept):
    assert from_plain(typed) == kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (r"Tính \(x\)", '<p>Tính <span class="tex">x</span></p>'),
        (r"<p>Tính \(x\), $y$</p>", '<p>Tính <span class="tex">x</span>, <span class="tex">y</span></p>'),
        (r"<p>\(a<b\) và \(c&lt;d\)</p>",
         '<p><span class="tex">a&lt;b</span> và <span class="tex">c&lt;d</span></p>'),
        (r"<p>a \[x\] <b>b</b> c</p>", '<p>a </p><div class="tex">x</div><p> <b>b</b> c</p>'),
        (r"<p>$$x$$</p>", '<div class="tex">x</div>'),
        (r"<p><b>\[x\]</b></p>", r'<p><b><span class="tex">\displaystyle x</span></b></p>'),
        (r"<code>\(x\)</code><pre>$y$</pre>", r"<code>\(x\)</code><pre>$y$</pre>"),
        (r'<p><span class="tex">\text{$x$}</span></p>', r'<p><span class="tex">\text{$x$}</span></p>'),
        (r"<ul><li>\[x\]</li></ul>", '<ul><li><div class="tex">x</div></li></ul>'),
        ("a &lt; b", "a &lt; b"),
        ("x < y > z", "<p>x &lt; y &gt; z</p>"),
    ],
)  # fmt: skip
def test_author_text(typed, kept):
    assert from_author(typed) == kept
    assert from_author(kept) == kept


@given(st.text(alphabet="ab$\\()[]\n <>&5", max_size=60))
def test_nothing_typed_is_lost_and_the_outcome_is_clean(text):
    kept = from_plain(text)
    assert clean(kept) == kept
    marks = str.maketrans("", "", "$\\()[] \n\xa0")
    assert to_plain(kept).translate(marks) == text.translate(marks)


def test_many_openings_without_an_end():
    assert tex_in(from_plain(r"\(" * 20_000 + "$" * 20_001)) == ()
