"""Names and units as the curriculum of 2018 writes them: found in another spelling, with the spelling to use.

Chemical and biological names follow Circular 32/2018 (English names of IUPAC), units the International System.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

_CHEMISTRY = (
    "axit acid, bazơ base, oxi oxygen, ôxi oxygen, hiđro hydrogen, hidro hydrogen, nitơ nitrogen, clo chlorine, "
    "flo fluorine, brom bromine, iot iodine, cacbon carbon, silic silicon, photpho phosphorus, natri sodium, "
    "kali potassium, magie magnesium, canxi calcium, bari barium, crom chromium, mangan manganese, oxit oxide, "
    "hiđroxit hydroxide, clorua chloride, sunfat sulfate, sunfua sulfide, sunfuric sulfuric, nitrat nitrate, "
    "cacbonat carbonate, photphat phosphate, clohiđric hydrochloric, axetic acetic, metan methane, "
    "etan ethane, etilen ethylene, axetilen acetylene, benzen benzene, ancol alcohol, anđehit aldehyde, este ester, "
    "glucozơ glucose, saccarozơ saccharose, xenlulozơ cellulose, polime polymer"
)
_BIOLOGY = (
    "ADN DNA, ARN RNA, mARN mRNA, tARN tRNA, rARN rRNA, prôtêin protein, enzim enzyme, nuclêôtit nucleotide, "
    "alen allele, lipit lipid, cacbohiđrat carbohydrate, hoocmôn hormone, hoocmon hormone, "
    "ôxi oxygen, axit acid, glucozơ glucose, xenlulôzơ cellulose"
)


def _list(words: str) -> Mapping[str, str]:
    pairs = (pair.split() for pair in words.split(", "))
    return MappingProxyType({old: new for old, new in pairs if old != new})


OLD_NAMES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "hoa-hoc": _list(_CHEMISTRY),
        "sinh-hoc": _list(_BIOLOGY),
        "khtn": MappingProxyType({**_list(_BIOLOGY), **_list(_CHEMISTRY)}),
    }
)
"""Old name → name of today, by the code of the subject; other subjects may write as they like."""

_UNITS = (
    (re.compile(r"(?<=\d)\s?(K[mM]|KM)\b"), "km"),
    (re.compile(r"(?<=\d)\s?K[gG]\b"), "kg"),
    (re.compile(r"(?<=\d)\s?(?:K[wW]h|kwh|KWH|kWH)\b"), "kWh"),
    (re.compile(r"(?<=\d)\s?(?:hz|HZ)\b"), "Hz"),
    (re.compile(r"(?<=\d)\s?[oO]C\b"), "°C"),
    (re.compile(r"(?<=\d)\s?(?:lit|Lit|LIT)\b"), "lít"),
    (re.compile(r"(?<=\d)\s?(k|c|d|m)?m2\b"), "m²"),
    (re.compile(r"(?<=\d)\s?(k|c|d|m)?m3\b"), "m³"),
)
_WORD = re.compile(r"[^\W\d_]+")


def misspelt(text: str, subject_code: str) -> Iterator[tuple[str, str]]:
    """Yield each name or unit of a plain text that is written in another way, and how it is written; each once.

    >>> list(misspelt("Axit clohiđric ở 20 oC, 3 cm3", "hoa-hoc"))
    [('Axit', 'acid'), ('clohiđric', 'hydrochloric'), ('oC', '°C'), ('cm3', 'cm³')]
    """
    old = OLD_NAMES.get(subject_code, {})
    seen = set()
    for found in _WORD.findall(text):
        right = old.get(found) or old.get(found.lower())
        if right and found.lower() not in seen:
            seen.add(found.lower())
            yield found, right
    for pattern, right in _UNITS:
        if match := pattern.search(text):
            prefix = match[1] if right in {"m²", "m³"} and match[1] else ""
            yield match[0].strip(), prefix + right
