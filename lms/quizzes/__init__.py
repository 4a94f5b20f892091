"""Tests given to a class: quiz → form → attempt → event → score.

A quiz points at immutable question versions; publishing freezes its forms (mã đề). A pupil's attempt is a list of
events that only grows; what the pupil answered, when it counts and what it is worth are all computed from it.

Does not own: questions and how they are marked (`question_bank.api`), the columns of the gradebook.
"""
