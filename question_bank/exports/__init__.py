"""From the bank to a file: which questions, in which format, and what that format would not bring back.

Owns the page and its verbs; the formats themselves are `formats.writers`.
"""
