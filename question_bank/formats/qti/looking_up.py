"""What QTI looks up for a value: mappings, areas of a picture, tables."""

from __future__ import annotations

from fractions import Fraction

from lxml import etree

from question_bank.formats.qti.values import Declaration, Scalar, Unprocessable, Value, bounded, figure, one, scalar


def mapped(response: Declaration, given: Value | None, *, floor: bool = True) -> Fraction:
    """Return what a mapping gives for a response: each distinct value counts once, then the bounds hold.

    Without `floor` the lower one does not, to see what a value alone takes away.

    Raises:
        Unprocessable: the variable has no mapping.
    """
    if response.mapping is None:
        raise Unprocessable("mapping")
    otherwise = figure(response.mapping.get("defaultValue") or "0")
    total = Fraction(0)
    for item in dict.fromkeys(given.items if given else ()):
        total += next(
            (
                figure(entry.get("mappedValue") or "0")
                for entry in response.mapping.iterchildren("mapEntry")
                if _same(item, entry, response.base)
            ),
            otherwise,
        )
    return _within(total, response.mapping, floor=floor)


def _within(total: Fraction, mapping: etree._Element, *, floor: bool = True) -> Fraction:
    low, high = mapping.get("lowerBound"), mapping.get("upperBound")
    if low and floor:
        total = max(total, figure(low))
    return min(total, figure(high)) if high else total


def _same(item: Scalar, entry: etree._Element, base: str) -> bool:
    key = scalar((entry.get("mapKey") or "").strip(), base)
    # Strings are matched with their case unless the entry says otherwise (QTI 2.1, mapEntry).
    if isinstance(item, str) and isinstance(key, str) and base == "string" and entry.get("caseSensitive") == "false":
        return item.lower() == key.lower()
    return item == key


def mapped_points(response: Declaration, given: Value | None) -> Fraction:
    """Return what the areas of a picture give for points: each area counts once, a point outside all by default.

    Raises:
        Unprocessable: the variable has no areas, or a shape is not known.
    """
    if response.areas is None:
        raise Unprocessable("areaMapping")
    otherwise = figure(response.areas.get("defaultValue") or "0")
    left = list(response.areas.iterchildren("areaMapEntry"))
    total = Fraction(0)
    for item in given.items if given else ():
        inside = [entry for entry in left if within(item, entry.get("shape") or "", entry.get("coords") or "")]
        if inside:
            total += figure(inside[0].get("mappedValue") or "0")
            left.remove(inside[0])
        else:
            total += otherwise
    return _within(total, response.areas)


def within(point: Scalar, shape: str, coords: str) -> bool:
    """Tell whether a point lies in a shape, its edge included.

    Raises:
        Unprocessable: no point, or no known shape.
    """
    if not isinstance(point, tuple) or len(point) != 2:
        raise Unprocessable("point")
    x, y = figure(point[0]), figure(point[1])
    if shape == "default":
        return True
    at = [bounded(figure(part.strip())) for part in coords.split(",")] if coords else []
    match shape, len(at):
        case "rect", 4:
            return min(at[0], at[2]) <= x <= max(at[0], at[2]) and min(at[1], at[3]) <= y <= max(at[1], at[3])
        case "circle", 3:
            return (x - at[0]) ** 2 + (y - at[1]) ** 2 <= at[2] ** 2
        case "ellipse", 4 if at[2] and at[3]:
            return ((x - at[0]) / at[2]) ** 2 + ((y - at[1]) / at[3]) ** 2 <= 1
        case "poly", count if 6 <= count <= 2000 and count % 2 == 0:
            return _in_polygon(x, y, list(zip(at[::2], at[1::2], strict=True)))
    raise Unprocessable("shape")


def _in_polygon(x: Fraction, y: Fraction, corners: list[tuple[Fraction, Fraction]]) -> bool:
    inside = False
    for (ax, ay), (bx, by) in zip(corners, corners[1:] + corners[:1], strict=True):
        cross = (bx - ax) * (y - ay) - (by - ay) * (x - ax)
        if cross == 0 and min(ax, bx) <= x <= max(ax, bx) and min(ay, by) <= y <= max(ay, by):
            return True
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            inside = not inside
    return inside


def looked_up(outcome: Declaration, given: Value | None) -> Value | None:
    """Return what the table of an outcome gives for a number.

    Raises:
        Unprocessable: the outcome has no table, or the value is no number.
    """
    table = outcome.table
    if table is None:
        raise Unprocessable("table")
    default = table.get("defaultValue")
    otherwise = one(scalar(default, outcome.base)) if default else None
    if given is None:
        return otherwise
    source = given.items[0]
    if not isinstance(source, Fraction):
        raise Unprocessable("table")
    for entry in table:
        if not isinstance(entry.tag, str):
            continue
        stated = figure(entry.get("sourceValue") or "")
        if table.tag == "matchTable":
            met = source == stated
        else:
            # Entries fall; the first whose value is reached counts (QTI 2.2, interpolationTable).
            met = source >= stated if entry.get("includeBoundary") != "false" else source > stated
        if met:
            target = entry.get("targetValue") or ""
            return one(scalar(target, outcome.base)) if target else None
    return otherwise
