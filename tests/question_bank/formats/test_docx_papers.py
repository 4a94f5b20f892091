"""Made-up papers come back whole, each layout and each mark once (`python -m bench word_papers` reads 1,000)."""

from __future__ import annotations

import pytest

from bench.papers.layouts import LAYOUTS
from bench.word_papers import Tally, measure, plan

SEED = 20_261_125
PLAN = plan(len(LAYOUTS) + 1)


@pytest.mark.parametrize("place", range(len(PLAN)))
def test_a_made_up_paper(place: int) -> None:
    tally = Tally(all=True)
    measure(SEED + place, *PLAN[place], place, tally, questions=20)
    assert not tally.words
    assert tally.items == tally.keys == tally.questions == 20
