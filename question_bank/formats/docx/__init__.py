"""Word papers as Vietnamese teachers write them → drafts.

Three steps: the file becomes **lines** (`package`, `styles`, `numbering`, `omml`, `pictures`, `walk`), lines become
**questions** (`labels`, `grids`, `segments`, `choices`), and what the paper marks as right becomes their **keys**
(`marks`, `answers`, `keys`). A key is never guessed: none, two, or two that disagree leave the question without one and
say so at its place.
"""

from question_bank.formats.docx.reading import read

__all__ = ["read"]
