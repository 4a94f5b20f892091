"""GIFT, Moodle's plain-text format of questions: grammar, reading, writing.

The grammar is the one of Moodle's import filter (docs.moodle.org, "GIFT format"), read a little more kindly: `=` and
`#` inside an HTML tag or entity need no escape, and a blank line inside braces does not end a question.
"""

from question_bank.formats.gift.reading import read
from question_bank.formats.gift.writing import write

__all__ = ["read", "write"]
