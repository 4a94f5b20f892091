"""Drafts → a package of QTI 2.2 or 3.0: a file an item, the pictures, and a manifest.

The manifest keeps keywords, level, source and the like as LOM keywords and the category as a LOM classification; the
reader of packages takes them up again.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping

from lxml import etree

from question_bank.formats import fragments, tag_words
from question_bank.formats.qti.marks import UNNAMED
from question_bank.formats.qti.writing_items import V2, V3, Version, is_writable, item
from question_bank.formats.qti.xhtml import Picture
from question_bank.formats.reading import Asset
from question_bank.items.domain import ItemDraft

LOM = "http://ltsc.ieee.org/xsd/LOM"
_ENDINGS = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/svg+xml": "svg",
}
_PACKAGES = {
    "2.2": ("http://www.imsglobal.org/xsd/imscp_v1p1", "QTIv2.2 Package", "1.0.0", "imsqti_item_xmlv2p2"),
    "3.0": ("http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1", "QTI Package", "3.0.0", "imsqti_item_xmlv3p0"),
}


def write(drafts: Iterable[ItemDraft], assets: Mapping[str, Asset] | None = None) -> bytes:
    """Return the questions as a package of QTI 2.2; those without a key that an item can say are left out."""
    return _package(drafts, assets or {}, V2)


def write_third(drafts: Iterable[ItemDraft], assets: Mapping[str, Asset] | None = None) -> bytes:
    """Return the questions as a package of QTI 3.0; those without a key that an item can say are left out."""
    return _package(drafts, assets or {}, V3)


def _package(drafts: Iterable[ItemDraft], assets: Mapping[str, Asset], version: Version) -> bytes:
    namespace, schema, number, kind = _PACKAGES[version.name]
    manifest = etree.Element("manifest", identifier="questions")
    about = etree.SubElement(manifest, "metadata")
    etree.SubElement(about, "schema").text = schema
    etree.SubElement(about, "schemaversion").text = number
    etree.SubElement(manifest, "organizations")
    resources = etree.SubElement(manifest, "resources")
    files: dict[str, bytes] = {}
    for place, draft in enumerate((one for one in drafts if is_writable(one)), 1):
        used: dict[str, str] = {}
        root = item(draft, draft.external_id or f"{UNNAMED}{place}", picture_names(assets, used, "../images/"), version)
        name = f"items/q{place:05}.xml"
        files[name] = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
        resource = etree.SubElement(resources, "resource", identifier=f"r{place}", type=kind, href=name)
        describe(resource, draft)
        etree.SubElement(resource, "file", href=name)
        for sha256, picture in used.items():
            files[f"images/{picture}"] = assets[sha256].data
            etree.SubElement(resource, "file", href=f"images/{picture}")
    return packed(manifest, namespace, files)


def picture_names(assets: Mapping[str, Asset], used: dict[str, str], folder: str) -> Picture:
    """Return what names the file of a picture below a folder, and notes that it is used."""

    def named(sha256: str) -> str:
        asset = assets.get(sha256)
        if asset is None:
            return f"asset:{sha256}"
        used[sha256] = f"{sha256[:16]}.{_ENDINGS.get(asset.media_type, 'bin')}"
        return folder + used[sha256]

    return named


def describe(resource: etree._Element, draft: ItemDraft) -> None:
    """Say in the metadata of a resource what is said of a question beside it."""
    tags = tag_words.tags_of(draft)
    if not tags and not draft.category:
        return
    lom = etree.SubElement(etree.SubElement(resource, "metadata"), f"{{{LOM}}}lom")
    if tags:
        general = etree.SubElement(lom, f"{{{LOM}}}general")
        for tag in tags:
            words = etree.SubElement(etree.SubElement(general, f"{{{LOM}}}keyword"), f"{{{LOM}}}string")
            words.text = fragments.tidy(tag)
    if draft.category:
        path = etree.SubElement(etree.SubElement(lom, f"{{{LOM}}}classification"), f"{{{LOM}}}taxonPath")
        for part in draft.category.split("/"):
            taxon = etree.SubElement(etree.SubElement(path, f"{{{LOM}}}taxon"), f"{{{LOM}}}entry")
            etree.SubElement(taxon, f"{{{LOM}}}string").text = fragments.tidy(part)


def packed(manifest: etree._Element, namespace: str, files: Mapping[str, bytes]) -> bytes:
    """Return a package of files behind their manifest; the same questions give the same bytes."""
    for element in manifest.iter():
        if not str(element.tag).startswith("{"):
            element.tag = f"{{{namespace}}}{element.tag}"
    etree.cleanup_namespaces(manifest, top_nsmap={None: namespace, "lom": LOM})  # type: ignore[dict-item]
    etree.indent(manifest)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        head = etree.tostring(manifest, encoding="UTF-8", xml_declaration=True)
        for name, data in {"imsmanifest.xml": head, **files}.items():
            package.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()
