"""Papers as PDF with a text layer → drafts, as well as that can be done; every question says where it comes from.

Looks (an underlined key) and formulas do not live in a text layer; a scan has none and is refused with the way out. The
file goes through native code, and so through a process of its own (`child`) that may crash or be stopped without harm.
"""

from question_bank.formats.pdf.reading import read

__all__ = ["read"]
