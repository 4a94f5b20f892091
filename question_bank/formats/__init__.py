"""Files of questions: one module a format, bytes ⇄ item drafts.

Owns reading and writing GIFT, Moodle XML and Word. Knows nothing of the database; saving is the business of `items`.
"""
