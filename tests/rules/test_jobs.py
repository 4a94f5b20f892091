"""Every periodic job runs the way the worker calls it."""

from __future__ import annotations

from flask import Flask

from lms.base import jobs
from tests.factories import World


def test_every_periodic_job_runs_as_the_worker_calls_it(app: Flask, world: World) -> None:
    found = jobs.periodic_jobs()
    assert {"lms.quizzes.jobs.close_due", "lms.quizzes.jobs.take_late"} <= {one.name for one in found}
    for one in found:
        jobs.run_periodic(one.name)  # in tests a failure is raised
