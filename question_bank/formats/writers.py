"""The formats that questions leave in: one list, asked by the export page and by the tests of what comes back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from question_bank.formats import aiken, gift, moodle_xml, qti, sheet
from question_bank.formats.reading import Asset
from question_bank.items.domain import ItemDraft


@dataclass(frozen=True, slots=True)
class Writer:
    """A format to write, and how its files are called and sent.

    `reader` is the name that its reader has in `detect.READERS` where that is not its own.
    """

    name: str
    title: str
    ending: str
    media_type: str
    write: Callable[[Sequence[ItemDraft], Mapping[str, Asset]], bytes]
    reader: str = ""


_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

WRITERS: Mapping[str, Writer] = MappingProxyType(
    {
        writer.name: writer
        for writer in (
            Writer("moodle_xml", "Moodle XML", "xml", "application/xml", moodle_xml.write),
            Writer("gift", "GIFT", "gift", "text/plain; charset=utf-8", gift.write),
            Writer("qti22", "QTI 2.2", "zip", "application/zip", qti.write, "package"),
            Writer("qti30", "QTI 3.0", "zip", "application/zip", qti.write_third, "package"),
            Writer("xlsx", "Excel", "xlsx", _XLSX, sheet.write_xlsx),
            Writer("csv", "CSV", "csv", "text/csv; charset=utf-8", sheet.write_csv),
            Writer("aiken", "Aiken", "txt", "text/plain; charset=utf-8", aiken.write),
        )
    }
)
