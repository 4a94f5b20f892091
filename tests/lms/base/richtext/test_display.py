"""How stored text is shown and read."""

from markupsafe import Markup

from lms.base.maths import MathsLimit
from lms.base.richtext import assets_in, clean, display, has_maths, render, tex_in, to_plain

ONE, TWO = "1" * 64, "2" * 64


def address(sha):
    return f"/tep/{sha[:4]}?a=1&b=2"


def test_formulas_are_drawn():
    shown = render('<p>Cho <span class="tex">x^2</span></p><div class="tex">y</div>', address)
    assert isinstance(shown, Markup)
    assert "<p>Cho <math><msup>" in shown
    assert '<div class="tex"><math display="block">' in shown
    assert has_maths(shown)
    assert not has_maths(render("<p>x</p>", address))


def test_a_formula_that_cannot_be_drawn_shows_its_source():
    shown = render('<p><span class="tex">\\sai &lt; &amp;amp;</span></p>', address)
    assert shown == '<p><code class="tex-bad">\\sai &lt; &amp;amp;</code></p>'


def test_pictures_get_their_address():
    text = clean(f'<p><img alt="a > b" width="30" src="asset:{ONE}"><img src="asset:{TWO}"></p>')
    assert render(text, address) == (
        '<p><img src="/tep/1111?a=1&amp;b=2" loading="lazy" alt="a &gt; b" width="30">'
        '<img src="/tep/2222?a=1&amp;b=2" loading="lazy"></p>'
    )
    assert assets_in(text) == {ONE, TWO}


def test_the_same_text_is_shown_with_the_addresses_of_the_moment():
    text = f'<img src="asset:{ONE}">'
    assert render(text, lambda sha: "/a") != render(text, lambda sha: "/b")


def test_words_that_look_like_an_asset_stay_words():
    text = clean(f'<p>src="asset:{ONE}" asset:{ONE}</p>')
    assert render(text, address) == Markup(text)
    assert assets_in(clean(f"<p>asset:{ONE}</p>")) == frozenset()


def test_gaps_take_what_stands_in_them():
    text = clean('<p>a <span class="gap" data-gap="g1"></span> b</p>')
    assert render(text, address) == text
    assert render(text, address, gap=lambda gap: Markup('<input name="{}">').format(gap)) == (
        '<p>a <input name="g1"> b</p>'
    )
    assert render(text, address, gap=lambda gap: "<x>") == "<p>a &lt;x&gt; b</p>"


def test_text_that_was_never_cleaned_is_harmless():
    assert render("<p onclick=x>a<script>b</script></p>", address) == "<p>a</p>"


def test_nothing_is_escaped_twice():
    assert render(clean("a &lt; b &amp; c"), address) == "a &lt; b &amp; c"


def test_a_text_of_costly_formulas_gives_up_after_a_few(monkeypatch):
    tried = []

    def costly(latex, display):
        tried.append(latex)
        raise MathsLimit(latex, "too long")

    monkeypatch.setattr(display, "to_mathml", costly)
    shown = display._with_formulas('<span class="tex">x</span>' * 50)
    assert len(tried) == 3
    assert shown.count('<code class="tex-bad">') == 50


def test_formulas_are_listed_in_order():
    assert tex_in('<p><span class="tex">a&lt;b</span></p><div class="tex">c</div>') == ("a<b", "c")


def test_plain_text_of_a_table_a_picture_and_a_gap():
    text = (
        f'<p>A <img src="asset:{ONE}" alt="Đồ thị"> B</p><table><tbody><tr><td>1</td><td>2</td></tr></tbody></table>'
        '<p>c <span class="gap" data-gap="g1"></span> d</p>'
    )
    assert to_plain(text) == "A Đồ thị B\n1\n2\nc … d"


def test_long_texts_are_shown_too():
    text = "<p>" + "chữ " * 20_000 + "</p>"
    assert render(text, address) == text
