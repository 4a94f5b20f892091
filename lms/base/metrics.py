"""Numbers for whoever runs the installation, in Prometheus' text format at /metrics.

Only the machine itself may read them, or who shows the token of the settings. No label holds a person.
"""

from __future__ import annotations

import hmac
import os
import time

from flask import Blueprint, Flask, Response, g, request
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from lms.base.errors import NotFound
from lms.base.web import public, settings

bp = Blueprint("metrics", __name__)

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_requests = Counter("gieo_requests_total", "Answers given", ["endpoint", "method", "status"])
_seconds = Histogram("gieo_request_seconds", "Time to an answer", ["endpoint"], buckets=_BUCKETS)
_jobs = Counter("gieo_jobs_total", "Background jobs by how they ended", ["job", "outcome"])
_job_seconds = Histogram("gieo_job_seconds", "Time of a background job", ["job"], buckets=_BUCKETS)
_saves = Counter("gieo_exam_saves_total", "Answers acknowledged during tests", ["outcome"])


def exam_save(outcome: str, count: int = 1) -> None:
    """Count answers of a test: `stored`, `repeated`, `late`."""
    _saves.labels(outcome).inc(count)


def job_done(job: str, outcome: str, seconds: float) -> None:
    """Count a background job: `done`, `failed`, `pointless`."""
    _jobs.labels(job, outcome).inc()
    _job_seconds.labels(job).observe(seconds)


@bp.record_once
def _observe(state: object) -> None:
    app: Flask = state.app  # type: ignore[attr-defined]  # flask's BlueprintSetupState
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    g.began = time.perf_counter()


def _end(response: Response) -> Response:
    endpoint = request.endpoint or "none"
    _requests.labels(endpoint, request.method, response.status_code).inc()
    _seconds.labels(endpoint).observe(time.perf_counter() - g.get("began", time.perf_counter()))
    return response


@bp.get("/metrics")
@public
def metrics() -> Response:
    """Answer with all numbers; to anybody else this page does not exist."""
    if not _may_read():
        raise NotFound
    registry = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:  # several worker processes: the library's own protocol
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library's
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _may_read() -> bool:
    token = settings().metrics_token
    if token:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), token.encode())
    # Behind a reverse proxy on the same machine everybody comes from loopback: then a token is needed.
    return request.remote_addr in {"127.0.0.1", "::1"} and "X-Forwarded-For" not in request.headers
