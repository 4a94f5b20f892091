"""Open a rescue file: what a page could not send, sealed so that only the school's server reads it.

The private key of a school is derived from the installation's secret (HKDF, RFC 5869) and stored nowhere; pages get
the public key. A file is JSON: `box` holds the answers, encrypted by NaCl's crypto_box (X25519, XSalsa20, Poly1305)
from a key made for this one file (`sender`) to that of the `school`. The nonce follows from both keys, as in a sealed
box.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from functools import lru_cache
from hashlib import sha512
from typing import Any, Literal

import msgspec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from nacl.exceptions import CryptoError
from nacl.public import Box, PrivateKey, PublicKey

from lms.base.errors import Invalid
from lms.base.i18n_marks import N_

MOST_BYTES = 4 << 20
MOST_EVENTS = 5_000
TORN = N_("Tệp bị hỏng hoặc chưa chép hết. Hãy chép lại tệp từ máy của học sinh.")
OTHER_SCHOOL = N_("Tệp này được niêm phong cho trường khác.")
CHANGED = N_("Tệp đã bị sửa sau khi lưu, không dùng được.")


class _File(msgspec.Struct, forbid_unknown_fields=True):
    gieo: Literal["rescue-1"]
    school: str
    sender: str
    box: str


class RescuedEvent(msgspec.Struct, forbid_unknown_fields=True):
    """A change as the page kept it, with the name of the tab that made it."""

    tab: str
    seq: int
    slot: int | None = None
    response: Any = None
    mono: int = 0
    kind: str = "answer"


class Contents(msgspec.Struct, forbid_unknown_fields=True):
    """What a page put into its file: whose attempt, by which ticket, and what waits."""

    attempt: str
    token: str
    events: list[RescuedEvent]


@lru_cache(maxsize=64)
def _private_key(secret: str, school_id: int) -> PrivateKey:
    info = b"gieo rescue file 1|%d" % school_id
    return PrivateKey(HKDF(SHA256(), length=32, salt=None, info=info).derive(secret.encode()))


@lru_cache(maxsize=64)
def public_key(secret: str, school_id: int) -> str:
    """The key to which pages of this school seal, in base 64."""
    return b64encode(bytes(_private_key(secret, school_id).public_key)).decode()


def open_file(secret: str, school_id: int, data: bytes) -> Contents:
    """Read a rescue file of this school.

    Raises:
        Invalid: it is torn or no such file, another school's, or changed since it was sealed.
    """
    if len(data) > MOST_BYTES:
        raise Invalid.at("file", TORN)
    try:
        file = msgspec.json.decode(data, type=_File)
        sender = b64decode(file.sender, validate=True)
        box = b64decode(file.box, validate=True)
    except (msgspec.DecodeError, ValueError, RecursionError):
        raise Invalid.at("file", TORN) from None
    private = _private_key(secret, school_id)
    ours = bytes(private.public_key)
    if file.school != b64encode(ours).decode():
        raise Invalid.at("file", OTHER_SCHOOL)
    try:
        nonce = sha512(sender + ours).digest()[: Box.NONCE_SIZE]
        text = Box(private, PublicKey(sender)).decrypt(box, nonce)
    except (CryptoError, ValueError, TypeError):
        raise Invalid.at("file", CHANGED) from None
    try:
        contents = msgspec.json.decode(text, type=Contents)
    except (msgspec.DecodeError, RecursionError):
        raise Invalid.at("file", TORN) from None
    if len(contents.events) > MOST_EVENTS:
        raise Invalid.at("file", TORN)
    return contents
