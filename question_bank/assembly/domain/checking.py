"""Hold forms against every rule that they were asked to keep.

It shares no reckoning with the solver: it reads the forms as a person with the matrix beside them would, and is asked
before forms are handed out as well as by the bench.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations

from question_bank.assembly.domain.pool import Candidate, Chosen, Task, places_of
from question_bank.assembly.domain.specification import Place

_HAIR = 1e-6  # of a point or a minute: what the solver calls equal


def faults(task: Task, forms: Sequence[Sequence[Chosen]]) -> list[str]:
    """Name each rule that the forms break; nothing for good ones."""
    by_key = {one.key: one for one in task.pool}
    return [
        *_number(task, forms),
        *_cells(task, forms, by_key),
        *_meetings(task, forms),
        *_neighbours(task, forms, by_key),
        *_equality(task, forms, by_key),
    ]


def _number(task: Task, forms: Sequence[Sequence[Chosen]]) -> Iterator[str]:
    if len(forms) != task.wish.forms:
        yield f"{len(forms)} forms instead of {task.wish.forms}"


def _cells(task: Task, forms: Sequence[Sequence[Chosen]], by_key: dict[str, Candidate]) -> Iterator[str]:
    """Each cell has its count, each question belongs where it stands and has rested."""
    every: list[Place] = list(task.specification.places())
    for number, form in enumerate(forms, start=1):
        counts = Counter(one.place for one in form)
        for place in every:
            if counts[place] != task.specification.count_at(place):
                yield f"form {number}: {counts[place]} questions at {place}"
        for one in form:
            candidate = by_key[one.key]
            if one.place not in places_of(candidate, task.specification, every):
                yield f"form {number}: {one.key} does not belong to {one.place}"
            if candidate.rest is not None and candidate.rest < task.wish.rest:
                yield f"form {number}: {one.key} was used {candidate.rest} days ago"


def _meetings(task: Task, forms: Sequence[Sequence[Chosen]]) -> Iterator[str]:
    """No question twice in a form; between forms only the common ones, and as many of them as wished."""
    for number, form in enumerate(forms, start=1):
        for key, count in Counter(one.key for one in form).items():
            if count > 1:
                yield f"form {number}: {key} {count} times"
    if len(forms) < 2:
        return
    kept = [{one.key for one in form} for form in forms]
    common = set.intersection(*kept)
    if len(common) != task.wish.anchor:
        yield f"{len(common)} questions in common instead of {task.wish.anchor}"
    for (first, one), (second, other) in combinations(enumerate(kept, start=1), 2):
        if one & other != common:
            yield f"forms {first} and {second} share {sorted((one & other) - common)}"


def _neighbours(task: Task, forms: Sequence[Sequence[Chosen]], by_key: dict[str, Candidate]) -> Iterator[str]:
    """Passages are whole, twins apart."""
    members = Counter(one.passage for one in task.pool if one.passage)
    for number, form in enumerate(forms, start=1):
        held = [by_key[one.key] for one in form]
        for passage, count in Counter(one.passage for one in held if one.passage).items():
            if count != members[passage]:
                yield f"form {number}: {count} of {members[passage]} questions on {passage}"
        for twin, count in Counter(one.twin for one in held if one.twin).items():
            if count > 1:
                yield f"form {number}: {count} questions alike ({twin})"


def _equality(task: Task, forms: Sequence[Sequence[Chosen]], by_key: dict[str, Candidate]) -> Iterator[str]:
    marks = [
        sum(float(task.specification.worth_at(one.place)) * by_key[one.key].share for one in form) for form in forms
    ]
    times = [sum(by_key[one.key].minutes for one in form) for form in forms]
    if forms and max(marks) - min(marks) > task.wish.points + _HAIR:
        yield f"expected marks lie {max(marks) - min(marks):.3f} apart"
    if forms and max(times) - min(times) > task.wish.minutes + _HAIR:
        yield f"expected times lie {max(times) - min(times):.1f} minutes apart"
