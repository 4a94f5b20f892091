"""QTI 1.2 (IMS, Canvas, Common Cartridge, Blackboard): items of `questestinterop` in and out.

The rules by which an item is scored are run (`rules`); a key is taken only from what they pay for.
"""

from question_bank.formats.qti12.reading import is_interop, read, read_into

__all__ = ["is_interop", "read", "read_into"]
