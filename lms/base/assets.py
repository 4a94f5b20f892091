"""The built style sheets, scripts, fonts and pictures: their addresses and their delivery.

`static/build.py` writes each file under a name that holds its hash, a manifest from plain to built names, and
compressed copies. A built name never changes its bytes, so browsers may keep it for ever.
"""

from __future__ import annotations

import mimetypes
from functools import lru_cache
from pathlib import Path

import msgspec
from flask import Blueprint, Flask, Response, request
from flask.typing import ResponseReturnValue
from werkzeug.security import safe_join

from lms.base.errors import NotFound
from lms.base.web import public

BUILT = Path(__file__).resolve().parents[2] / "static" / "built"
FOREVER = "public, max-age=31536000, immutable"
_COMPRESSED = (("br", ".br"), ("gzip", ".gz"))
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2"}

bp = Blueprint("assets", __name__, url_prefix="/static")
_named: set[str] = set()  # the built names that pages of this process may bear, be they of the build before


@lru_cache(maxsize=4)
def _read_manifest(path: Path, _changed_ns: int) -> dict[str, str]:
    names = msgspec.json.decode(path.read_bytes(), type=dict[str, str])
    _named.update(names.values())
    return names


def built_at() -> int:
    """When the assets were built, in nanoseconds; 0 before the first build. What names assets is good for one build."""
    try:
        return (BUILT / "manifest.json").stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def manifest() -> dict[str, str]:
    """Map plain names ("app.css") to built ones ("app-3F2A.css"); empty before the first build."""
    changed = built_at()
    return _read_manifest(BUILT / "manifest.json", changed) if changed else {}


def asset_url(name: str) -> str:
    """The address of an asset by its plain name; one that is not built answers 404 but breaks no page."""
    return f"/static/{manifest().get(name, name)}"


@bp.get("/<name>")
@public
def deliver(name: str) -> ResponseReturnValue:
    """Send a built file, compressed where a copy is there and the browser takes it."""
    found = safe_join(str(BUILT), name)
    if found is None or not (name in manifest().values() or name in _named) or not Path(found).is_file():
        raise NotFound
    return with_best_encoding(Path(found))


def with_best_encoding(path: Path) -> Response:
    """Answer with the file, or with its compressed copy, to be kept for ever."""
    encoding, sent = "", path
    for name, ending in _COMPRESSED:
        copy = path.with_name(path.name + ending)
        if request.accept_encodings[name] > 0 and copy.is_file():
            encoding, sent = name, copy
            break
    kind = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    response = Response(sent.read_bytes(), mimetype=kind)  # a built file is small, and fetched once a browser
    response.headers["Cache-Control"] = FOREVER
    response.headers["Vary"] = "Accept-Encoding"
    if encoding:
        response.headers["Content-Encoding"] = encoding
    response.add_etag()
    response.make_conditional(request)
    return response


def init_app(app: Flask) -> None:
    """Serve the assets and let templates name them."""
    app.register_blueprint(bp)
    app.jinja_env.globals.update(asset_url=asset_url)
