"""How questions worked: figures of tests, questions and options, and what can be said of them in plain words.

Owns the mathematics (`domain`), the uses of each question with their figures, and what was estimated from the answers.
Does not own answers and points: those who gave a test hand in what it came to.
"""
