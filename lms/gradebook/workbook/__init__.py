"""Fill the very workbook that a portal gave out, in place, and change nothing else in it.

`detect` finds what the columns are, `plan` says what would be written where and why not, `fill` writes it. Templates
differ and change, so none is known by heart: headings are found by their words, pupils by who they are, never by row.
"""

from lms.gradebook.workbook.filling import fill
from lms.gradebook.workbook.layout import Layout, PortalRow, detect
from lms.gradebook.workbook.matching import By, Match, PupilMarks
from lms.gradebook.workbook.planning import CellPlan, Plan, Verdict, plan

__all__ = ["By", "CellPlan", "Layout", "Match", "Plan", "PortalRow", "PupilMarks", "Verdict", "detect", "fill", "plan"]
