"""Tests: quiz → form → attempt → event → score. Does not own questions, which come frozen from the bank."""
