"""Competency frameworks (CASE), their trees of outcomes, and level schemes.

Owns what a requirement of the curriculum is called and where it stands. Does not own which item or material it
is attached to.
"""
