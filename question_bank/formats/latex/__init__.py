r"""Exams in LaTeX of the class `ex_test`, which mathematics teachers use → drafts.

`\begin{ex} … \choice{…}{\True …}{…}{…} \loigiai{…} \end{ex}`, `\choiceTF`, `\shortans`, `\immini`; essays are `ex` or
`bt` without any of them. Nothing here runs TeX: `prose` turns the few commands of running text into fragments, formulas
stay LaTeX, drawings stay source and are flagged.
"""

from question_bank.formats.latex.reading import is_exam, read

__all__ = ["is_exam", "read"]
