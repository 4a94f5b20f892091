"""Questions in a spreadsheet, a row each: the template, reading .xlsx, .xls and .csv, writing .xlsx and .csv.

A row holds what the form of a question holds (`question_bank.items.forms`), so whoever knows the one knows the other.
Reading finds the columns by their headings, wherever they stand, and says of a cell what is wrong with it. Formulas,
macros and links to other files are never run: of a formula the value that its program worked out is taken, with a word.
"""

from question_bank.formats.sheet.reading import is_workbook, read
from question_bank.formats.sheet.template import template
from question_bank.formats.sheet.writing import write_csv, write_xlsx

__all__ = ["is_workbook", "read", "template", "write_csv", "write_xlsx"]
