"""Is it alive, is it ready: two pages for whoever watches the installation."""

from __future__ import annotations

import os

import structlog
from flask import Blueprint, Response, jsonify
from sqlalchemy import text

from lms.base import jobs, storage
from lms.base.db import open_session
from lms.base.web import public

log = structlog.get_logger()
bp = Blueprint("health", __name__)


@bp.get("/healthz")
@public
def alive() -> Response:
    """Answer as long as the process answers at all."""
    return jsonify(status="ok")


@bp.get("/readyz")
@public
def ready() -> tuple[Response, int]:
    """Say whether people can be served: the database answers, files can be kept, jobs are being done."""
    parts = {"database": _database(), "files": _files(), "jobs": jobs.at_work()}
    fit = all(parts.values())
    words = {name: "ok" if good else "failing" for name, good in parts.items()}
    return jsonify(status="ok" if fit else "failing", **words), 200 if fit else 503


def _database() -> bool:
    try:
        with open_session(writes=False) as session:
            return bool(session.scalar(text("SELECT 1")) == 1)
    except Exception:
        log.exception("health.database")
        return False


def _files() -> bool:
    try:
        return os.access(storage.path_of("0" * 64).parents[2] / "incoming", os.W_OK)
    except RuntimeError:
        return False
