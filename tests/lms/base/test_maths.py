"""Formulas: what is drawn, what is refused, what hostile LaTeX can do (nothing)."""

import threading

import pytest
from lxml import etree

from lms.base import maths
from lms.base.mathml import ForeignMarkup, safe_mathml
from lms.base.maths import MathsError, MathsLimit, to_mathml


def elements(mathml):
    return list(etree.fromstring(mathml.encode()).iter())


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        (r"\sqrt{b^2-4ac}", "<msqrt>"),
        (r"\dfrac{1}{2}", "<mfrac>"),
        (r"\ce{H2SO4}", "SO"),
        (r"\pu{10 m s-2}", "<msup>"),
        (r"\text{Diện tích đáy}", "Diện\u00a0tích\u00a0đáy"),
        (r"\heva{&x+y=1\\&x-y=2}", "<mtable"),
        (r"\hoac{&x=1\\&x=2}", "<mtable"),
        (r"\vv{AB}", "→"),
        (r"\mbox{nếu}", "nếu"),
        (r"\begin{eqnarray}a&=&b\end{eqnarray}", "<mtable"),
        (r"\mathop{\mathrm{ƯCLN}}(a,b)", ">ƯCLN</mo>"),
    ],
)
def test_school_formulas_are_drawn(latex, expected):
    assert expected in to_mathml(latex)


def test_an_environment_for_displays_written_inline_is_drawn_as_a_display():
    assert to_mathml(r"\begin{align}a&=b\end{align}").startswith('<math display="block"')


def test_display_is_an_attribute_and_not_a_style():
    assert to_mathml("x", display=True) == '<math display="block"><mi>x</mi></math>'
    assert to_mathml("x") == "<math><mi>x</mi></math>"


def test_vietnamese_bold_text_keeps_its_letters():
    assert '<mtext class="tex-b">đậm nét</mtext>' in to_mathml(r"\textbf{đậm nét}").replace("\u00a0", " ")
    assert '<mtext class="tex-i">nghiêng</mtext>' in to_mathml(r"\textit{nghiêng}")


def test_bold_letters_of_a_formula_are_letters_of_our_font():
    assert to_mathml(r"\mathbf{u}") == '<math><mi mathvariant="normal" class="tex-b">u</mi></math>'
    assert to_mathml(r"\bm{x}") == '<math><mi class="tex-b">x</mi></math>'
    assert to_mathml(r"\mathbb{R}") == "<math><mi>ℝ</mi></math>"


@pytest.mark.parametrize(
    "latex",
    [
        r"\begin{array}{|c|c|}\hline x & 1\\\hline y & 2\\\hline\end{array}",
        r"\boxed{x}\color{red}{x}\fcolorbox{red}{blue}{x}\raisebox{2pt}{x}",
        r"\ce{^{14}_6C}\underbrace{a}_{b}\overrightarrow{AB}\cancel{x}",
        r"\begin{pmatrix}1&2\\3&4\end{pmatrix}\begin{cases}x\\y\end{cases}",
    ],
)
def test_no_style_attribute_is_left_for_the_csp_to_block(latex):
    assert "style=" not in to_mathml(latex).replace("displaystyle=", "")


def test_styles_are_said_in_classes_and_attributes():
    table = to_mathml(r"\begin{array}{|c|c}\hline x & 1\\\hdashline\end{array}")
    assert {"tex-line-t", "tex-line-l", "tex-line-r", "tex-line-b", "tex-dashed"} <= set(
        table.replace('"', " ").split()
    )
    assert 'mathcolor="#ff0000"' in to_mathml(r"\color{red}{x}")
    assert 'scriptlevel="0"' in to_mathml(r"\overrightarrow{AB}")


@pytest.mark.parametrize(
    "latex",
    [
        r"\href{javascript:alert(1)}{x}",
        r"\url{javascript:alert(1)}",
        r"\includegraphics{http://evil.example/x.png}",
        r"\class{x}{y}",
        r"\style{color:red}{y}",
        r"\id{x}{y}",
        r"\data{onclick=x}{y}",
        r"\ref{a}",
        r"\input{/etc/passwd}",
        r"\write18{ls}",
        r"\unknown",
        r"\frac{1}{",
        "",
        "   ",
    ],
)
def test_what_is_refused(latex):
    with pytest.raises(MathsError):
        to_mathml(latex)


@pytest.mark.parametrize(
    "latex",
    [
        "{" * 1900 + "}" * 1900,
        "x^{" * 900 + "}" * 900,
        r"\begin{matrix}" * 250,
        r"\ce{" + "(" * 1500 + "}",
        "x" * 100_000,
    ],
)
def test_costly_formulas_hit_a_limit_and_the_next_one_is_drawn(latex):
    with pytest.raises(MathsLimit):
        to_mathml(latex)
    assert to_mathml("x+1") == "<math><mrow><mi>x</mi><mo>+</mo><mn>1</mn></mrow></math>"


@pytest.mark.parametrize(
    "latex",
    [
        r"\def\a{\a\a}\a",
        r"\def\a#1{\a{#1#1}}\a{x}",
        r"\def\a{xxxxxxxxxx}\def\b{\a\a\a\a\a\a\a\a\a\a}\def\c{\b\b\b\b\b\b\b\b\b\b}" + r"\c" * 60,
    ],
)
def test_macro_bombs_are_refused(latex):
    with pytest.raises(MathsError):
        to_mathml(latex)


def test_a_refused_formula_stays_refused_and_says_its_source():
    for _ in range(2):
        with pytest.raises(MathsError) as caught:
            to_mathml(r"\unknown")
        assert caught.value.latex == r"\unknown"


def test_macros_do_not_leak_from_one_formula_to_the_next():
    to_mathml(r"\gdef\zz{1}\zz")
    with pytest.raises(MathsError):
        to_mathml(r"\zz")
    to_mathml(r"\gdef\heva#1{2}\heva{3}")
    assert "<mtable" in to_mathml(r"\heva{&a\\&b}")


@pytest.mark.parametrize(
    "latex",
    [
        r"\text{<script>alert(1)</script>}",
        r"\text{<img src=x onerror=alert(1)>}",
        r"</math><script>alert(1)</script>",
        r"\text{</mtext></math><svg onload=x>}",
        r"\color{red\" onclick=\"x}{y}",
        r"\text{&lt;script&gt;}",
        r"\operatorname{<b>}x",
        r"\mathrm{a\"b}",
    ],
)
def test_html_inside_a_formula_is_text(latex):
    try:
        drawn = to_mathml(latex)
    except MathsError:
        return
    for element in elements(drawn):
        assert element.tag.startswith("m")
        assert not any(name.startswith("on") or name in {"href", "src", "style"} for name in element.attrib)


def test_huge_lengths_cannot_push_the_page():
    assert "999" not in to_mathml(r"\hspace{999em}x")
    assert "-" not in to_mathml(r"\hspace{-99em}x")
    assert "height" not in safe_mathml('<math><mspace height="99999em"/></math>')


def test_tokens_hold_text_only():
    assert safe_mathml("<math><mo><mi>A</mi></mo></math>") == "<math><mrow><mi>A</mi></mrow></math>"


@pytest.mark.parametrize("markup", ["", "x", "<p></p>", "<math>", "<!DOCTYPE a [<!ENTITY e 'x'>]><p>&e;</p>"])
def test_markup_that_is_not_mathml(markup):
    with pytest.raises(ForeignMarkup):
        safe_mathml(markup)


def test_foreign_elements_and_attributes_go():
    markup = '<math onclick="x"><a href="javascript:x"><mi style="position:fixed" class="btn tml-vec">x</mi></a></math>'
    assert safe_mathml(markup) == '<math><mrow><mi class="tml-vec">x</mi></mrow></math>'


def test_every_thread_has_its_own_engine():
    seen = []

    def draw(number):
        seen.append(to_mathml(rf"\sqrt{{{number}}}"))

    threads = [threading.Thread(target=draw, args=(number,)) for number in range(900, 906)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(seen)) == 6


def test_without_temml_a_formula_is_an_error_and_not_a_crash(monkeypatch, tmp_path):
    monkeypatch.setattr(maths, "_SOURCES", ((tmp_path / "a.js", tmp_path / "b.js"),))
    monkeypatch.setattr(maths, "_local", threading.local())
    maths._scripts.cache_clear()
    with pytest.raises(MathsError):
        maths._converted("x", display=False)
    maths._scripts.cache_clear()


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        # brackets around something short do not stretch, an invisible one is not there
        (r"\left(S\right)", '<mo fence="true" form="prefix" stretchy="false">(</mo>'),
        (r"\left(\frac{u}{v}\right)", '<mo fence="true" form="prefix" stretchy="true">(</mo>'),
        (r"f'", '<math><mrow><mi>f</mi><mo lspace="0em" rspace="0em" scriptlevel="0">′</mo></mrow></math>'),
        (r"\left(\frac{u}{v}\right)'", '<mpadded voffset="-0.35em" height="0em"><mo'),
        (r"\widehat{ABC}", "\u0302</mo>"),
        (r"\overset{\frown}{AB}", "⏜</mo>"),
        (r"\stackrel\frown{AB}", "⏜</mo>"),
        (r"\overset{a}{b}", "<mover><mi>b</mi><mi>a</mi></mover>"),
        (r"\mathrm{ƯCLN}(a,b)", "<mtext>ƯCLN</mtext>"),
        (r"\mathrm{kg}", "<mi>kg</mi>"),
        (r"\xrightarrow{t^\circ}", '<mspace width="0.9em"></mspace><msup><mi>t</mi>'),
        (r"\underbrace{a+b}", '<mspace width="0.2222em"></mspace><mo lspace="0em" rspace="0em">+</mo>'),
    ],
)
def test_what_browsers_would_draw_badly_is_reshaped(latex, expected):
    assert expected in to_mathml(latex)


def test_an_invisible_bracket_takes_no_room():
    assert to_mathml(r"\left.x\right|").count("<mo") == 1
