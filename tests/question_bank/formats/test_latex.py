r"""Files of the class ex_test."""

from __future__ import annotations

import pytest

from lms.base.errors import Invalid
from question_bank.formats.detect import read_any
from question_bank.formats.latex import read
from question_bank.items.domain import ChoiceKey, ItemDraft, ItemType, NumberKey, TextKey, TruthKey

EXAM = r"""
\documentclass{article}\usepackage[loigiai]{ex_test}
\begin{document}
% \begin{ex} not this one \end{ex}
\begin{ex}%[Đề thử 2026]%[2D1H1-2]
	Hàm số $y=\dfrac{x+1}{x-1}$ \textbf{nghịch biến} trên % giải thích {
	khoảng nào, biết \[ \heva{&x>0\\&y>0} \]
	\choice
	{$(0;1)$}
	{\True $(1;+\infty)$}
	{50\% số điểm}
	{Cả A và B}
	\loigiai{Ta có $y'<0$.

	Chọn B.}
\end{ex}
\begin{ex}
	Cho hàm số. \choiceTF[t]{\True Đồng biến}{Nghịch biến}{\True Liên tục}{Có $2$ cực trị}
\end{ex}
\begin{ex}
	Tính $x$. \shortans[oly]{$2{,}5$}
	\loigiai{Dễ.}
\end{ex}
\begin{ex}
	\immini{Trong hình bên có gì?
	\choice{Một}{\True Hai}{Ba}{Bốn}}
	{\begin{tikzpicture}\draw (0,0)--(1,1);\end{tikzpicture}}
\end{ex}
\begin{bt}
	Giải phương trình:
	\begin{enumerate}
	\item $x^2=1$ \item Chứng minh \lalala{điều} sau.
	\end{enumerate}
\end{bt}
\begin{ex}
	Xem \includegraphics[width=3cm]{hinh1.png}
	\begin{tabular}{|c|c|}\hline a & b \\ \hline 1 & 2 \\ \hline\end{tabular}
	\choice{\True A}{\True B}{C}{}
\end{ex}
\end{document}
"""


def codes(draft: ItemDraft) -> list[str]:
    return [problem.code for problem in draft.problems]


def test_an_exam() -> None:
    reading = read_any(EXAM.encode(), "de.tex")
    assert (reading.format, reading.found) == ("latex", 6)
    choice, cluster, short, beside, essay, faulty = reading.drafts
    assert choice.key == ChoiceKey({"b": 1})
    assert choice.body.prompt == (
        '<p>Hàm số <span class="tex">y=\\dfrac{x+1}{x-1}</span> <b>nghịch biến</b> trên khoảng nào, biết '
        '<span class="tex">\\left\\{\\begin{aligned}&amp;x&gt;0\\\\&amp;y&gt;0\\end{aligned}\\right.</span></p>'
    )
    assert choice.body.options[1].html == '<span class="tex">(1;+\\infty)</span>'
    assert choice.body.options[2].html == "50% số điểm"
    assert [option.fixed for option in choice.body.options] == [False, False, False, True]
    assert choice.notes.solution == '<p>Ta có <span class="tex">y\'&lt;0</span>.</p><p>Chọn B.</p>'
    assert (choice.level, choice.codes, choice.number, choice.problems) == ("TH", ("2D1H1-2",), "Câu 1", ())
    assert cluster.key == TruthKey({"a": True, "b": False, "c": True, "d": False})
    assert isinstance(short.key, NumberKey)
    assert short.key.accepted[0].value == "2.5"
    assert beside.key == ChoiceKey({"b": 1})
    assert "<pre>\\begin{tikzpicture}" in beside.body.prompt
    assert codes(beside) == ["drawing_source"]
    assert essay.body.type is ItemType.ESSAY
    assert "<ol><li>" in essay.body.prompt
    assert "điều sau" in essay.body.prompt
    assert codes(essay) == ["latex_commands"]
    assert "<td>1</td>" in faulty.body.prompt
    assert faulty.key is None
    assert codes(faulty) == ["several_keys", "empty_option", "missing_file"]


def one(body: str) -> ItemDraft:
    (draft,) = read(f"\\begin{{ex}}{body}\\end{{ex}}".encode()).drafts
    return draft


def test_no_key_is_never_guessed() -> None:
    assert codes(one(r"Hỏi? \choice{a}{b}{c}{d}")) == ["no_key"]
    assert codes(one(r"Xét: \choiceTF{a}{b}{c}{d}")) == ["no_key"]
    assert codes(one(r"Tính. \shortans{}")) == ["no_key"]
    assert codes(one(r"Tính. \shortans{1.200}")) == ["ambiguous_number"]
    assert isinstance(one(r"Ai? \shortans{Tố Hữu}").key, TextKey)


@pytest.mark.parametrize(
    "body",
    [
        r"Hỏi? \choice{a}{\True b",
        r"Hỏi? \loigiai{không hết",
        "{" * 5000,
        r"\textbf{" * 3000,
        r"\begin{tabular}{c" + r"a & b \\" * 500,
        "$" * 999 + "x",
        r"\heva{" * 300,
        "\\",
        r"\begin{itemize}" * 200,
        "\ue0000\ue001 \ue002",
    ],
)
def test_broken_and_hostile_questions_are_answered(body: str) -> None:
    after = r"\begin{ex} Sau \choice{a}{\True b} \end{ex}"
    reading = read(f"\\begin{{ex}} Câu này {body}\n\\end{{ex}}\n{after}".encode())
    assert reading.found == 2
    assert reading.drafts[1].key == ChoiceKey({"b": 1})


def test_an_end_that_is_missing_is_said() -> None:
    reading = read(b"\\begin{ex} Mot \\choice{a}{\\True b}\n\\begin{ex} Hai \\choice{a}{\\True b}\\end{ex}")
    assert [codes(draft) for draft in reading.drafts] == [["broken"], []]
    assert reading.drafts[0].key is None
    with pytest.raises(Invalid):
        read(b"\\documentclass{article}")
