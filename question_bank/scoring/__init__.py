"""Marking: item + response → score, one module a question type; exact arithmetic, no web, no database."""
