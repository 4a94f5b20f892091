"""The composition root: settings, extensions, blueprints. Imported by wsgi, the command line and tests only."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

from flask import Flask
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from lms.base import config, db, i18n, logs, web
from lms.base.config import Settings

FEATURES = (
    "lms.base.style_page",
    "lms.base.maths_view",
    "lms.base.health",
    "lms.base.metrics",
    "lms.accounts.views",
    "lms.school.views",
    "lms.school.roster_views",
    "lms.courses.views",
    "lms.courses.lesson_views",
    "lms.gradebook.views",
    "lms.gradebook.workbook_views",
    "lms.gradebook.own_views",
    "lms.quizzes.views",
    "lms.reports.home_views",
    "lms.reports.views",
    "question_bank.competencies.views",
    "question_bank.items.views",
    "question_bank.exports.views",
    "question_bank.imports.views",
    "question_bank.assembly.views",
    "question_bank.analysis.views",
    "materials.catalogue.views",
    "materials.review.views",
    "materials.search.views",
)
MODELS = (
    "lms.base.users",
    "lms.base.subjects",
    "lms.base.audit",
    "lms.base.storage",
    "lms.base.mail",
    "lms.base.jobs",
    "lms.accounts.models",
    "lms.school.models",
    "lms.courses.models",
    "lms.gradebook.models",
    "lms.quizzes.models",
    "question_bank.competencies.models",
    "question_bank.items.models",
    "question_bank.items.search.models",
    "question_bank.imports.models",
    "question_bank.analysis.models",
    "question_bank.assembly.models",
    "materials.catalogue.models",
    "materials.review.models",
)


def load_models() -> None:
    """Import every mapped table, so that the metadata is whole."""
    for name in MODELS:
        importlib.import_module(name)


class _Plain(Flask):
    """No view of ours is a coroutine, so none of a request's many functions needs to be looked at for that."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


def create_app(settings: Settings | None = None) -> Flask:
    """Make the application for these settings (those of the environment by default)."""
    settings = settings or config.from_environment()
    app = _Plain("lms", root_path=str(config.ROOT), template_folder="templates", static_folder=None)
    app.config.update(
        GIEO=settings,
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="__Host-gieo" if settings.secure_cookies else "gieo",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,  # a test may last hours; the token lives as long as the session
        MAX_CONTENT_LENGTH=2 * 1024 * 1024,  # ordinary forms; upload routes stream and set their own limits
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        MAX_FORM_PARTS=2000,
        PROPAGATE_BUGS=settings.testing,
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    load_models()
    app.extensions["gieo_engine"] = db.connect(settings.database)
    logs.init_app(app)  # first, so that a refused request has its id and its line too
    web.init_app(app)
    i18n.init_app(app)
    for name in EXTENSIONS:
        importlib.import_module(name).init_app(app)
    for name in FEATURES:
        views = importlib.import_module(name)
        for blueprint in getattr(views, "blueprints", None) or (views.bp,):
            app.register_blueprint(blueprint)
    if settings.trusted_proxies:  # last, so that every layer sees the browser's address and not the proxy's
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app


EXTENSIONS = (
    "lms.base.compression",
    "lms.base.assets",
    "lms.base.frame",
    "lms.base.uploads",
    "lms.base.ratelimit",
    "lms.base.mail",
    "lms.base.jobs",
    "lms.accounts.sessions",
    "materials.search.index",
    "question_bank.items.search.index",
    "lms.quizzes.hot.shortcut",
)
