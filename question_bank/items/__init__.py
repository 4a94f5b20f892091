"""Banks, items and their immutable versions, and the way from draft to approved.

Owns what a question *is*. Does not own how it is marked (`scoring`) nor how it is read from a file (`formats`).
"""
