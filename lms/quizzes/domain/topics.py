"""What to practise again: the results of one round by topic, the weakest first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

ENOUGH = Fraction(4, 5)  # of the points of a topic; below it is worth another round


@dataclass(frozen=True, slots=True)
class TopicResult:
    """What was earned in one topic; the name is empty where questions have none."""

    topic: str
    questions: int
    points: Fraction
    worth: Fraction

    @property
    def share(self) -> Fraction:
        return self.points / self.worth

    @property
    def is_weak(self) -> bool:
        """Whether the topic should be practised again."""
        return self.share < ENOUGH


def by_topic(results: Iterable[tuple[str, Fraction, Fraction]]) -> list[TopicResult]:
    """Add up `(topic, points, worth)` of each question; the weakest topic first, equal ones by name.

    Questions that are worth nothing are left out.

    >>> [(one.topic, one.share) for one in by_topic([("A", Fraction(1), Fraction(1)), ("B", Fraction(0), Fraction(1))])]
    [('B', Fraction(0, 1)), ('A', Fraction(1, 1))]
    """
    sums: dict[str, tuple[int, Fraction, Fraction]] = {}
    for topic, points, worth in results:
        if worth:
            count, earned, there = sums.get(topic, (0, Fraction(0), Fraction(0)))
            sums[topic] = (count + 1, earned + points, there + worth)
    found = [TopicResult(topic, *figures) for topic, figures in sums.items()]
    return sorted(found, key=lambda one: (one.share, one.topic))
