"""The verbs of the bank: read, write, review, draw."""
