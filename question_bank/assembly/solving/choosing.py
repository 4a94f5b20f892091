"""Ask for forms, first within the wish; where there are none, find out what is missing."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from question_bank.assembly.domain.pool import (
    Candidate,
    Chosen,
    Figures,
    Outcome,
    Shortage,
    Supply,
    Task,
    figures_of,
    spread_of,
    supply_of,
)
from question_bank.assembly.domain.specification import Place
from question_bank.assembly.solving.programme import Programme

AT_LEAST, FOR_EACH = 30, 6  # candidates of a cell that are looked at: so many, or so many for each question wanted
_SECONDS = 6.0  # for one search; what is found in time is right, and may differ from machine to machine
_GOOD = 0.3  # as soon as a solution costs no more than this over the best, it will do: any within the rules is right
_EXACT = 1e-4
_TRIES = ((0.25, 1.5), (1.0, _SECONDS))  # parts of the tolerance: forms that are more equal mostly cost no time


def choose(task: Task) -> Outcome:
    """Choose the questions of all forms.

    A cell with many questions is looked at through a sample of them, drawn by the seed; where that has no answer, all
    are looked at before anything is said to be missing.
    """
    supply = supply_of(task)
    for looked_at in _looks(task, supply):
        for tightness, seconds in _TRIES:
            forms = _Model(task, supply, looked_at).forms(tightness, seconds)
            if forms:
                return Outcome(forms=forms)
    return _why_not(task, supply)


def _looks(task: Task, supply: Supply) -> list[list[Candidate]]:
    """The candidates to look at: a sample of each cell first, then all."""
    everything = [one for one in task.pool if supply.places[one.key]]
    # A sample must be the same for the same seed, not secret.
    rng = random.Random(task.wish.seed)  # noqa: S311
    kept: set[str] = set()
    for place, wanted in task.specification.wanted().items():
        found = list(supply.of_place[place])
        rng.shuffle(found)
        found.sort(key=lambda one: one.rest is not None)  # what was never used first
        kept |= {one.key for one in found[: max(AT_LEAST, FOR_EACH * wanted * task.wish.forms)]}
    passages = {one.passage for one in everything if one.key in kept and one.passage}
    sample = [one for one in everything if one.key in kept or one.passage in passages]
    return [sample] if len(sample) == len(everything) else [sample, everything]


@dataclass(slots=True)
class _Model:
    """The programme of a task over some candidates. With `elastic`, cells may stay short, at a price."""

    task: Task
    supply: Supply
    candidates: Sequence[Candidate]
    elastic: bool = False
    programme: Programme = field(default_factory=Programme)
    taken: dict[tuple[str, Place, int], int] = field(default_factory=dict)  # question, cell, form → variable
    shared: dict[tuple[str, Place], int] = field(default_factory=dict)
    missing: dict[tuple[Place, int], int] = field(default_factory=dict)

    def forms(self, tightness: float, seconds: float) -> tuple[tuple[Chosen, ...], ...]:
        """Forms within a part of the tolerance, none when there are none or time is up."""
        self._build()
        self._keep_equal(self.task.wish.points * tightness, self.task.wish.minutes * tightness)
        values = self.programme.solve(seconds=seconds, gap=_GOOD)
        return self._read(values) if values else ()

    def shortages(self) -> tuple[Shortage, ...]:
        """The fewest questions that would have to be written, by cell, if the forms need not be equal."""
        self.elastic = True
        self._build()
        values = self.programme.solve(seconds=_SECONDS, gap=_EXACT)
        if values is None:
            return ()
        wanted = self.task.specification.wanted()
        lacking: dict[Place, int] = defaultdict(int)
        for (place, _form), variable in self.missing.items():
            lacking[place] += round(values[variable])
        return tuple(
            Shortage(place, count, wanted[place] * self.task.wish.forms) for place, count in lacking.items() if count
        )

    def nearest(self) -> tuple[tuple[Chosen, ...], ...]:
        """The most equal forms that are found in time."""
        self._build(cheap=True)
        self._keep_equal(float("inf"), float("inf"), price=1)
        values = self.programme.solve(seconds=_SECONDS, gap=_EXACT)
        return self._read(values) if values else ()

    def _build(self, *, cheap: bool = False) -> None:
        rng = random.Random(self.task.wish.seed)  # noqa: S311 - as above
        forms = range(self.task.wish.forms)
        anchored = self.task.wish.anchor > 0
        for one in self.candidates:
            # Between 1 and 2, so that chance decides among the unused, and what was used costs a little more.
            cost = 0.0 if cheap or self.elastic else 1 + rng.random() / 2 + (0.5 if one.rest is not None else 0)
            for place in self.supply.places[one.key]:
                for form in forms:
                    self.taken[one.key, place, form] = self.programme.choice(cost)
                if anchored:
                    self.shared[one.key, place] = self.programme.choice(cost * len(forms))
        self._fill_cells()
        self._meet_once()
        self._share_so_many()
        self._keep_passages()
        self._keep_twins_apart()

    def _held(self, one: Candidate, form: int) -> list[tuple[int, float]]:
        """The terms that add up to 1 when a form holds a question."""
        places = self.supply.places[one.key]
        own = [(self.taken[one.key, place, form], 1.0) for place in places]
        return own + [(self.shared[one.key, place], 1.0) for place in places if (one.key, place) in self.shared]

    def _fill_cells(self) -> None:
        by_place: dict[Place, list[str]] = defaultdict(list)
        for one in self.candidates:
            for place in self.supply.places[one.key]:
                by_place[place].append(one.key)
        for place, count in self.task.specification.wanted().items():
            common = [(self.shared[key, place], 1.0) for key in by_place[place] if (key, place) in self.shared]
            for form in range(self.task.wish.forms):
                terms = [(self.taken[key, place, form], 1.0) for key in by_place[place]] + common
                if self.elastic:
                    self.missing[place, form] = self.programme.count(1)
                    terms.append((self.missing[place, form], 1.0))
                self.programme.hold(terms, count, count)

    def _meet_once(self) -> None:
        """A question stands in one cell of one form, or in one cell of all."""
        for one in self.candidates:
            places = self.supply.places[one.key]
            terms = [
                (self.taken[one.key, place, form], 1.0) for place in places for form in range(self.task.wish.forms)
            ]
            terms += [(self.shared[one.key, place], 1.0) for place in places if (one.key, place) in self.shared]
            self.programme.hold(terms, high=1)

    def _share_so_many(self) -> None:
        if self.shared:
            anchor = self.task.wish.anchor
            low = 0 if self.elastic else anchor
            self.programme.hold(((variable, 1.0) for variable in self.shared.values()), low, anchor)

    def _keep_passages(self) -> None:
        """All questions of a passage stand in the same forms, and all of them alone or in common."""
        groups: dict[str, list[Candidate]] = defaultdict(list)
        for one in self.candidates:
            if one.passage:
                groups[one.passage].append(one)
        for members in groups.values():
            for first, second in pairwise(members):
                for form in range(self.task.wish.forms):
                    self._equal(
                        [self.taken[first.key, place, form] for place in self.supply.places[first.key]],
                        [self.taken[second.key, place, form] for place in self.supply.places[second.key]],
                    )
                if self.shared:
                    self._equal(
                        [self.shared[first.key, place] for place in self.supply.places[first.key]],
                        [self.shared[second.key, place] for place in self.supply.places[second.key]],
                    )

    def _equal(self, first: Sequence[int], second: Sequence[int]) -> None:
        self.programme.hold([*((one, 1.0) for one in first), *((one, -1.0) for one in second)], 0, 0)

    def _keep_twins_apart(self) -> None:
        groups: dict[str, list[Candidate]] = defaultdict(list)
        for one in self.candidates:
            if one.twin:
                groups[one.twin].append(one)
        for members in groups.values():
            if len(members) > 1:
                for form in range(self.task.wish.forms):
                    self.programme.hold((term for one in members for term in self._held(one, form)), high=1)

    def _keep_equal(self, points: float, minutes: float, price: float = 0) -> None:
        """Hold the expected marks and times of all forms within two bounds; common questions count for all alike."""
        worths = {place: float(self.task.specification.worth_at(place)) for place in self.supply.of_place}
        by_key = {one.key: one for one in self.candidates}
        marks = {name: worths[name[1]] * by_key[name[0]].share for name in self.taken}
        times = {name: by_key[name[0]].minutes for name in self.taken}
        # An hour apart weighs as ten points: in the search for the nearest forms marks come first.
        for widest, cost, weights in ((points, price, marks), (minutes, price / 6, times)):
            low, width = self.programme.amount(0), self.programme.amount(cost)
            if widest != float("inf"):
                self.programme.hold([(width, 1.0)], high=widest)
            terms: dict[int, list[tuple[int, float]]] = defaultdict(list)
            for name, variable in self.taken.items():
                terms[name[2]].append((variable, weights[name]))
            for form in range(self.task.wish.forms):
                self.programme.hold([*terms[form], (low, -1.0)], low=0)
                self.programme.hold([*terms[form], (low, -1.0), (width, -1.0)], high=0)

    def _read(self, values: Sequence[float]) -> tuple[tuple[Chosen, ...], ...]:
        forms: list[list[Chosen]] = [[] for _ in range(self.task.wish.forms)]
        for (key, place, form), variable in self.taken.items():
            if values[variable] > 0.5:
                forms[form].append(Chosen(key, place))
        for (key, place), variable in self.shared.items():
            if values[variable] > 0.5:
                for chosen in forms:
                    chosen.append(Chosen(key, place, shared=True))
        order = {place: number for number, place in enumerate(self.task.specification.wanted())}
        return tuple(tuple(sorted(form, key=lambda one: (order[one.place], not one.shared))) for form in forms)


def _why_not(task: Task, supply: Supply) -> Outcome:
    """Name what is missing; where nothing is, the most equal forms may do after all, or say how far apart they lie."""
    everything = [one for one in task.pool if supply.places[one.key]]
    short = _Model(task, supply, everything).shortages()
    if short:
        return Outcome(shortages=short)
    candidates = _looks(task, supply)[0]
    forms = _Model(task, supply, candidates).nearest()
    if not forms:
        return Outcome()
    apart = spread(task, forms)
    if apart.points <= task.wish.points and apart.minutes <= task.wish.minutes:
        return Outcome(forms=forms)
    return Outcome(spread=apart)


def spread(task: Task, forms: Sequence[Sequence[Chosen]]) -> Figures:
    """How far forms lie apart in what is expected of them."""
    by_key: Mapping[str, Candidate] = {one.key: one for one in task.pool}
    return spread_of([figures_of(task, form, by_key) for form in forms])
