"""QTI 2.1, 2.2 and 3.0 (IMS / 1EdTech): items in and out.

The rules by which an item is scored are run by an interpreter of QTI's own operators (`processing`); the key that an
item states is taken only when its rules pay for it (`judging`). Packages of items: `formats.packages`.
"""

from question_bank.formats.qti.reading import is_item, read, read_into
from question_bank.formats.qti.writing import write, write_third

__all__ = ["is_item", "read", "read_into", "write", "write_third"]
