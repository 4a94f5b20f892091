"""Questions: competencies, items and their versions, scoring, formats.

Other packages enter by `question_bank.api` alone.
"""
