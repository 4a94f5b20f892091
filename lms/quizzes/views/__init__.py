"""Pages and endpoints of quizzes, one blueprint in modules by who uses them."""

from lms.quizzes import jobs
from lms.quizzes.views import (
    admission,
    building,
    deliveries,
    flow,
    going,
    invigilating,
    marking,
    rescue,
    results,
    resuming,
    taking,
    watching,
)
from lms.quizzes.views.blueprint import bp

__all__ = [
    "admission",
    "bp",
    "building",
    "deliveries",
    "flow",
    "going",
    "invigilating",
    "jobs",
    "marking",
    "rescue",
    "results",
    "resuming",
    "taking",
    "watching",
]
