"""Pages and endpoints of quizzes, one blueprint in modules by who uses them."""

from lms.quizzes import jobs
from lms.quizzes.views import (
    admission,
    behaving,
    building,
    deliveries,
    flow,
    going,
    invigilating,
    marking,
    practising,
    regrading,
    releases,
    rescue,
    results,
    resuming,
    taking,
    watching,
)
from lms.quizzes.views.blueprint import bp

__all__ = [
    "admission",
    "behaving",
    "bp",
    "building",
    "deliveries",
    "flow",
    "going",
    "invigilating",
    "jobs",
    "marking",
    "practising",
    "regrading",
    "releases",
    "rescue",
    "results",
    "resuming",
    "taking",
    "watching",
]
