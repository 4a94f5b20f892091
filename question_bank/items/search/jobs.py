"""Work on the index of questions that is done beside the answers."""

from __future__ import annotations

from lms.base.jobs import periodic
from question_bank.items.search import service

SECONDS = 20  # lists are exact meanwhile: what the index does not know yet is looked at in the database


@periodic(SECONDS, long=True)
def follow_bank() -> None:
    """Bring the index up to date with the database."""
    service.catch_up()
