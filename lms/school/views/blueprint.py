"""The blueprints of the school's pages."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("school", __name__, url_prefix="/school")
set_up_bp = Blueprint("set_up", __name__, url_prefix="/setup")
