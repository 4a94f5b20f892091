"""Equations of MathType, from the stream that Word embeds, as LaTeX.

`compound` opens the OLE object, `mtef` reads its records (MathType Equation Format, version 5: MathType 4 and later),
`latex` writes what they say. Whatever is not known makes the whole equation unreadable, so that its picture is shown
and flagged: half a formula would be worse.
"""

from question_bank.formats.docx.mathtype.latex import equation

__all__ = ["equation"]
