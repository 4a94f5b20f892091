"""Verbs of specifications and of choosing questions by them."""
