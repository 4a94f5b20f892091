"""A key held against the rules of its item: what the rules pay must be what the key says, or the key is not taken."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from lxml import etree

from question_bank.formats.qti import processing
from question_bank.formats.qti.processing import Declaration, Scalar, Unprocessable, Value


class Judge:
    """Scores responses by the rules of one item; `silent` when the item has no rules and only states an answer."""

    def __init__(self, item: etree._Element) -> None:
        """Read the declarations.

        Raises:
            Unprocessable: a declared value is not of its type.
        """
        self.item = item
        found = [processing.declaration(one) for one in item.iterchildren("responseDeclaration", "outcomeDeclaration")]
        self.declared: Mapping[str, Declaration] = {one.identifier: one for one in found}
        self.silent = item.find("responseProcessing") is None

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
