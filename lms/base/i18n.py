"""Vietnamese first, English second: marking, translating and showing words, dates and numbers."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, g, has_request_context, request
from flask_babel import Babel, get_locale, get_translations, gettext, ngettext, pgettext

from lms.base.errors import Message
from lms.base.i18n_marks import N_

LANGUAGES = {"vi": "Tiếng Việt", "en": "English"}  # each under its own name
WEEKDAYS = (
    N_("Thứ Hai"),
    N_("Thứ Ba"),
    N_("Thứ Tư"),
    N_("Thứ Năm"),
    N_("Thứ Sáu"),
    N_("Thứ Bảy"),
    N_("Chủ nhật"),
)
DEFAULT_ZONE = "Asia/Ho_Chi_Minh"

__all__ = [
    "LANGUAGES",
    "N_",
    "_",
    "init_app",
    "local",
    "ngettext",
    "pgettext",
    "say",
    "show_date",
    "show_number",
    "show_time",
]

_ = gettext


def say(message: Message | str) -> str:
    """Translate a message and put its values in."""
    if isinstance(message, str):
        return str(gettext(message)) if message else ""
    text = str(gettext(message.text))
    return text % dict(message.params) if message.params else text


def chosen_language() -> str:
    """The language of the page: the person's own, else the cookie's, else Vietnamese."""
    if not has_request_context():
        return "vi"
    wanted = g.get("language") or request.cookies.get("lang", "")
    return wanted if wanted in LANGUAGES else "vi"


def zone() -> ZoneInfo:
    """The time zone that people of this school read."""
    return ZoneInfo(g.get("timezone", DEFAULT_ZONE) if has_request_context() else DEFAULT_ZONE)


def local(at: datetime) -> datetime:
    """The same moment on the school's clock."""
    return at.astimezone(zone())


def show_date(value: date | datetime | None) -> str:
    """22/11/2026; nothing for None."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = local(value)
    return f"{value.day}/{value.month}/{value.year}"


def show_time(at: datetime | None) -> str:
    """7:30 22/11/2026 on the school's clock; nothing for None."""
    if at is None:
        return ""
    at = local(at)
    return f"{at.hour}:{at.minute:02d} {show_date(at)}"


def show_number(value: Decimal | Fraction | int | float | None, places: int | None = None) -> str:
    """8,5 in Vietnamese, 8.5 in English; nothing for None. Without *places* as many decimals as needed, at most two."""
    if value is None:
        return ""
    if isinstance(value, Fraction):
        value = Decimal(value.numerator) / Decimal(value.denominator)
    text = f"{value:.{places}f}" if places is not None else f"{value:.2f}".rstrip("0").rstrip(".")
    return text if chosen_language() == "en" else text.replace(".", ",")


def show_paper_mark(text: str) -> str:
    """A mark as it stands on paper, 8,5, with the reader's decimal sign; what is no number stays as it is."""
    return text.replace(",", ".") if chosen_language() == "en" and re.fullmatch(r"\d+,\d+", text) else text


def show_weekday(at: datetime) -> str:
    """Thứ Hai, 23/11/2026: the day on the school's clock."""
    at = local(at)
    return f"{gettext(WEEKDAYS[at.weekday()])}, {show_date(at)}"


def show_size(size: int) -> str:
    """12 KB, 3,4 MB: a file's size for people (1 KB is 1,024 bytes)."""
    value = float(size)
    for unit in ("B", "KB", "MB", "GB"):
        if value < 1024 or unit == "GB":
            break
        value /= 1024
    return f"{show_number(value, 0 if unit in ('B', 'KB') else 1)} {unit}"


def _catalogue() -> Any:
    """The words of the locale in force."""
    locale = get_locale()
    kept = g.get("catalogue")
    if kept is None or kept[0] is not locale:
        kept = g.catalogue = (locale, get_translations())
    return kept[1]


def init_app(app: Flask) -> None:
    """Let templates speak: `_`, filters `say`, `date`, `time`, `number`, `paper_mark`, `size`, `weekday`."""
    app.config["BABEL_DEFAULT_LOCALE"] = "vi"
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = "translations"
    Babel(app, locale_selector=chosen_language)
    # As flask-babel does it, but a page of some hundred words looks for its catalogue once a locale, not at each word.
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # of jinja's own extension
        gettext=lambda text: _catalogue().ugettext(text),
        ngettext=lambda one, many, count: _catalogue().ungettext(one, many, count),
        newstyle=True,
        pgettext=lambda context, text: _catalogue().upgettext(context, text),
        npgettext=lambda context, one, many, count: _catalogue().unpgettext(context, one, many, count),
    )
    app.jinja_env.filters.update(
        say=say,
        date=show_date,
        time=show_time,
        number=show_number,
        paper_mark=show_paper_mark,
        size=show_size,
        weekday=show_weekday,
    )
    app.jinja_env.globals.update(language=chosen_language, language_names=LANGUAGES)
