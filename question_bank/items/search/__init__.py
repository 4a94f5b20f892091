"""Finding questions: what may be asked, what is known of each version, the index, and what it does not know yet.

An index is made from the database and may be thrown away at any time. Whatever changes a version leaves a mark in the
database (triggers see to it). An index knows up to which mark it was told; what was marked later is looked at in the
database and left out of the index's answer, so that lists and counts are exact in every transaction, also while the
index is behind and while there is none.
"""
