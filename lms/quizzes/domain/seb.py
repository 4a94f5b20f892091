"""Safe Exam Browser: the settings of a test, their Config Key, and the hashes by which a browser proves them.

After SEB's developer documentation, "Config Key" (safeexambrowser.org/developer/seb-config-key.html) and "Browser Exam
Key". A key is 64 hexadecimal digits; with each request SEB sends SHA-256 of the address, without fragment, and the key.
The name that a browser gives itself is never asked.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import plistlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from lms.base.errors import Invalid
from lms.base.i18n_marks import N_
from lms.base.text import nfc

MOST_KEYS = 20
_KEY = re.compile(r"[0-9a-f]{64}")

SCHOOL_DEFAULTS: Mapping[str, Any] = MappingProxyType(
    {
        "allowBrowsingBackForward": False,
        "allowDictation": False,
        "allowDictionaryLookup": False,
        "allowPreferencesWindow": False,
        "allowQuit": True,
        "allowSpellCheck": False,
        "allowSwitchToApplications": False,
        "allowVirtualMachine": False,
        "browserWindowAllowReload": True,
        "browserWindowWebView": 3,  # the modern web view, whose page asks for the keys by script
        # The same desktop without its shell: UniKey, by which Vietnamese is typed, goes on working there.
        "createNewDesktop": False,
        "enablePrintScreen": False,
        "enableRightMouse": False,
        # After a crash the page finds what it had not sent yet; the next pupil finds nothing of this one.
        "examSessionClearCookiesOnEnd": True,
        "examSessionClearCookiesOnStart": False,
        "killExplorerShell": True,
        "quitURLConfirm": False,
        "sebConfigPurpose": 0,  # for one test; configures no machine
        "sendBrowserExamKey": True,
        "showInputLanguage": True,
        "showReloadButton": True,
        "showTaskBar": True,
        "showTime": True,
        "URLFilterEnable": True,
        "URLFilterEnableContentFilter": False,
    }
)
"""What suits a test in a Vietnamese school; what is not named has SEB's own default, which is the safer one."""


def exam_settings(base: str, quiz_uid: str, quit_password: str = "") -> dict[str, Any]:
    """The settings for one test on the site at *base*, "https://truong.edu.vn"."""
    settings = dict(SCHOOL_DEFAULTS)
    settings["startURL"] = f"{base}/quizzes/{quiz_uid}"
    settings["quitURL"] = f"{base}/seb/quit"
    settings["URLFilterRules"] = [{"action": 1, "active": True, "expression": urlsplit(base).netloc, "regex": False}]
    if quit_password:
        settings["hashedQuitPassword"] = hashlib.sha256(nfc(quit_password).encode()).hexdigest()
    return settings


def seb_file(settings: Mapping[str, Any]) -> bytes:
    """The settings as a `.seb` file: a property list in plain XML."""
    return plistlib.dumps(dict(settings), sort_keys=True)


def seb_json(value: Any) -> str:
    r"""Write settings in the one form that is hashed: keys in order whatever their case, no blanks, nothing escaped.

    Raises:
        TypeError: a value is of a type that settings do not hold.

    >>> seb_json({"b": [1, True], "A": "a\\b", "empty": {}})
    '{"A":"a\\b","b":[1,true]}'
    """
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case str():
            return f'"{value}"'
        case bytes():
            return f'"{base64.b64encode(value).decode()}"'
        case datetime():
            return f'"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"'
        case list() | tuple():
            return "[" + ",".join(seb_json(one) for one in value) + "]"
        case dict():
            kept = ((key, one) for key, one in sorted(value.items(), key=_whatever_case) if one != {})
            return "{" + ",".join(f'"{key}":{seb_json(one)}' for key, one in kept) + "}"
        case _:
            raise TypeError(f"Settings of SEB hold no {type(value).__name__}.")


def _whatever_case(entry: tuple[str, Any]) -> tuple[str, str]:
    key = entry[0]
    return key.lower(), key


def config_key(settings: Mapping[str, Any]) -> str:
    """The Config Key of settings: it changes with them and not with SEB's version or system."""
    counted = {key: value for key, value in settings.items() if key != "originatorVersion"}
    return hashlib.sha256(seb_json(counted).encode()).hexdigest()


@lru_cache(maxsize=1024)
def own_config_key(base: str, quiz_uid: str, quit_password: str) -> str:
    """The Config Key of the file that a quiz gives out."""
    return config_key(exam_settings(base, quiz_uid, quit_password))


def request_hash(url: str, key: str) -> str:
    """What SEB sends for an address and a key."""
    return hashlib.sha256((url.partition("#")[0] + key).encode()).hexdigest()


def read_keys(text: str, field: str) -> list[str]:
    """Return the keys that stand in *text*, in lower case and each once.

    Raises:
        Invalid: one is no key, or there are too many.
    """
    words = text.replace(",", " ").replace(";", " ").lower().split()
    if len(words) > MOST_KEYS:
        raise Invalid.at(field, N_("Tối đa %(most)s khoá."), most=MOST_KEYS)
    for word in words:
        if not _KEY.fullmatch(word):
            raise Invalid.at(
                field, N_("“%(key)s” không phải khoá. Một khoá có 64 chữ số và chữ a–f, chép từ SEB."), key=word[:20]
            )
    return list(dict.fromkeys(words))


@dataclass(frozen=True, slots=True)
class Proof:
    """What SEB says about an address: its hashes with the Config Key and with the Browser Exam Key."""

    url: str
    config: str = ""
    exam: str = ""


@dataclass(frozen=True, slots=True)
class SebRule:
    """Which settings and which copies of SEB a quiz takes. No exam keys: every copy."""

    quiz_uid: str
    own: bool = True  # the settings of the file that the quiz gives out
    quit_password: str = ""
    config_keys: tuple[str, ...] = ()
    exam_keys: tuple[str, ...] = ()

    def proven_by(self, base: str, proofs: Iterable[Proof]) -> bool:
        """Whether one of the proofs holds for a browser that reached the site at *base*."""
        configs = self.config_keys
        if self.own:
            configs = (*configs, own_config_key(base, self.quiz_uid, self.quit_password))
        return any(
            (not configs or _made_with(proof.config, proof.url, configs))
            and (not self.exam_keys or _made_with(proof.exam, proof.url, self.exam_keys))
            for proof in proofs
        )


def _made_with(given: str, url: str, keys: Iterable[str]) -> bool:
    told = given.strip().lower().encode()
    return any(hmac.compare_digest(told, request_hash(url, key).encode()) for key in keys)
