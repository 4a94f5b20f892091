"""Answer with a page that is kept for everybody of a kind and filled in for one person, inside the layout's frame."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from flask import Response, g, make_response, render_template
from flask import session as cookie
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from lms.base.assets import built_at
from lms.base.frame import current_frame, save_data
from lms.base.i18n import chosen_language, zone
from lms.base.kept import Kept
from lms.base.prepared import Prepared, Value, marks, prepare, respond

MOST_PAGES = 256
_pages: Kept[tuple[Hashable, ...], Prepared] = Kept(MOST_PAGES)


def filled_page(template: str, key: Hashable, values: Mapping[str, Value], **shared: Any) -> Response:
    """The page of *template* with the *shared* context, which is kept, and *values* of one person filled in.

    *key* names everything that the page shows of *shared*; language, time zone, assets and the frame are added to it.
    The person in the frame and the token of forms are filled in too. A page that has something to say once is drawn
    for this answer only.
    """
    if "_flashes" in cookie:
        drawn = {name: _joined(value) for name, value in values.items()}
        return make_response(render_template(template, **shared, **drawn))
    frame, token = current_frame(), generate_csrf()
    blank = replace(frame, who="", initials="")
    own: dict[str, Value] = {**values, "who": frame.who, "initials": frame.initials, "form_token": token}

    def make() -> Prepared:
        places = marks(own)
        person = replace(frame, who=places.pop("who"), initials=places.pop("initials"))
        with _form_token(places.pop("form_token")):
            return prepare(render_template(template, frame=person, **shared, **places))

    kind = (template, key, blank, chosen_language(), zone().key, save_data(), built_at())
    return respond(_pages.get(kind, make).filled(own))


def _joined(value: Value) -> Value:
    if not isinstance(value, list):
        return value
    return Markup(b"".join(piece.text for piece in value).decode())  # noqa: S704 - made by our templates


@contextmanager
def _form_token(mark: str) -> Iterator[None]:
    """Let `csrf_token()` give a mark: the token of this request waits where Flask-WTF keeps it."""
    token, g.csrf_token = g.csrf_token, mark
    try:
        yield
    finally:
        g.csrf_token = token
