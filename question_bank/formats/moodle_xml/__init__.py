"""Moodle XML: the question types that map to ours, with categories, tags, files and feedback.

The format is the one of Moodle's `qformat_xml` (docs.moodle.org, "Moodle XML format"). Types that hold a program
(calculated questions) or belong to plugins are listed as not carried, never half-read.
"""

from question_bank.formats.moodle_xml.reading import read
from question_bank.formats.moodle_xml.writing import write

__all__ = ["read", "write"]
