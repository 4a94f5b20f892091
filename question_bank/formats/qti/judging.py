"""A key held against the rules of its item: what the rules pay must be what the key says, or the key is not taken."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from lxml import etree

from question_bank.formats import problems
from question_bank.formats.qti import processing, values
from question_bank.formats.qti.looking_up import mapped
from question_bank.formats.qti.values import Declaration, Scalar, Unprocessable, Value, scalar
from question_bank.items.domain import Problem


class Judge:
    """Scores responses by the rules of one item; `silent` when the item has no rules and only states an answer."""

    def __init__(self, item: etree._Element) -> None:
        """Read the declarations.

        Raises:
            Unprocessable: a declared value is not of its type.
        """
        self.item = item
        found = [values.declaration(one) for one in item.iterchildren("responseDeclaration", "outcomeDeclaration")]
        self.declared: Mapping[str, Declaration] = {one.identifier: one for one in found}
        rules = item.find("responseProcessing")
        self.silent = rules is None or not (len(rules) or rules.get("template"))

    def response(self, identifier: str) -> Declaration:
        """Return the declaration of a response variable.

        Raises:
            Unprocessable: there is none.
        """
        if identifier not in self.declared:
            raise Unprocessable(identifier)
        return self.declared[identifier]

    def score(self, given: Mapping[str, Iterable[Scalar]]) -> Fraction:
        """Return what a response earns; nothing given for a variable is NULL.

        Raises:
            Unprocessable: the rules cannot be run.
        """
        values = {
            name: Value(items, self.response(name).cardinality == "ordered")
            for name, one in given.items()
            if (items := tuple(one))
        }
        return processing.score(self.item, self.declared, values)


def stated(declared: Declaration) -> tuple[Scalar, ...]:
    """Return the stated answer, else the values that the mapping pays for."""
    if declared.correct is not None:
        return declared.correct.items
    if declared.mapping is None:
        return ()
    keys = [Value((key_of_entry(entry, declared),)) for entry in declared.mapping.iterchildren("mapEntry")]
    return tuple(one.items[0] for one in keys if mapped(declared, one) > 0)


def key_of_entry(entry: etree._Element, declared: Declaration) -> Scalar:
    return scalar((entry.get("mapKey") or "").strip(), declared.base)


def trusted(
    judge: Judge, said: list[Problem], name: str, right: tuple[Scalar, ...], others: list[tuple[Scalar, ...]]
) -> bool:
    """Tell whether the rules pay for the stated answer, and for none of the others more; say so where they do not."""
    if judge.silent:
        return True
    try:
        best = judge.score({name: right})
        if best <= 0 or any(judge.score({name: other}) >= best for other in others):
            said.append(problems.rules_disagree())
            return False
    except Unprocessable:
        said.append(problems.rules_unknown())
        return False
    return True


def note_whole(judge: Judge, said: list[Problem], name: str, right: tuple[Scalar, ...]) -> None:
    """Note it where the rules pay nothing for a part of the answer."""
    if not judge.silent and len(right) > 1 and all(judge.score({name: (one,)}) <= 0 for one in right):
        said.append(problems.all_or_nothing())


def candidates(declared: Declaration) -> tuple[Scalar, ...]:
    """Return the answers that a declaration names: the stated one, then those that its mapping pays for."""
    entries = declared.mapping.iterchildren("mapEntry") if declared.mapping is not None else ()
    mapped_ones = [key_of_entry(entry, declared) for entry in entries]
    return tuple(dict.fromkeys((*(declared.correct.items if declared.correct else ()), *mapped_ones)))


def near(share: Fraction) -> Fraction:
    """Return a share without what twelve decimals cut off: 0.999999999999 of three thirds is all of it."""
    plain = share.limit_denominator(1000)
    return plain if abs(plain - share) < Fraction(1, 10**9) else share
