"""A mixed-integer programme, put together row by row and handed to HiGHS."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

_INFINITE = float("inf")


@dataclass(slots=True)
class Programme:
    """Variables with their bounds and costs, and rows low ≤ Σ coefficient · variable ≤ high."""

    costs: list[float] = field(default_factory=list)
    whole: list[bool] = field(default_factory=list)
    highest: list[float] = field(default_factory=list)
    _rows: list[int] = field(default_factory=list)
    _columns: list[int] = field(default_factory=list)
    _values: list[float] = field(default_factory=list)
    _low: list[float] = field(default_factory=list)
    _high: list[float] = field(default_factory=list)

    def choice(self, cost: float) -> int:
        """Add a variable that is 0 or 1; return its number."""
        return self._add(cost, whole=True, highest=1)

    def count(self, cost: float) -> int:
        """Add a variable that is a whole number from 0 on."""
        return self._add(cost, whole=True, highest=_INFINITE)

    def amount(self, cost: float) -> int:
        """Add a variable that is any number from 0 on."""
        return self._add(cost, whole=False, highest=_INFINITE)

    def _add(self, cost: float, *, whole: bool, highest: float) -> int:
        self.costs.append(cost)
        self.whole.append(whole)
        self.highest.append(highest)
        return len(self.costs) - 1

    def hold(self, terms: Iterable[tuple[int, float]], low: float = -_INFINITE, high: float = _INFINITE) -> None:
        """Hold a sum of variables between two bounds."""
        row = len(self._low)
        for column, value in terms:
            self._rows.append(row)
            self._columns.append(column)
            self._values.append(value)
        self._low.append(low)
        self._high.append(high)

    def solve(self, *, seconds: float, gap: float) -> list[float] | None:
        """Return the values of a solution no more than *gap* (relative) dearer than the best; None when none is found.

        SciPy and NumPy are large, so that they are loaded when first needed.
        """
        import numpy
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import csr_array

        shape = (len(self._low), len(self.costs))
        matrix = csr_array((self._values, (self._rows, self._columns)), shape=shape)
        found = milp(
            numpy.array(self.costs),
            integrality=numpy.array(self.whole, dtype=int),
            bounds=Bounds(0, numpy.array(self.highest)),
            constraints=LinearConstraint(matrix, numpy.array(self._low), numpy.array(self._high)),
            options={"time_limit": seconds, "mip_rel_gap": gap},
        )
        return None if found.x is None else [float(value) for value in found.x]
