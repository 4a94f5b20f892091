"""Marking: question, key and response → score, one module a kind of question; exact arithmetic, no web, no database.

The doors are `responses.check_response` (what a pupil may send), `marking.score` (what it earns), `paper.mark_of` (what
the paper is worth) and `schemes.Scheme` (the named ways of giving part of the worth). Knows what a question is from
`question_bank.items.domain` and nothing else of the bank; does not own attempts, regrading or when a score is shown.
"""
