"""Competency frameworks: their trees of outcomes, level schemes, import and export (CASE JSON, CSV).

Does not own what is tagged with an outcome: questions (`items`) and materials point here by the outcome's uid.
"""
