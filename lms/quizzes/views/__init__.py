"""Pages and endpoints of quizzes, one blueprint in modules by who uses them."""

from lms.quizzes import jobs
from lms.quizzes.views import (
    admission,
    attendance,
    behaving,
    building,
    deliveries,
    exporting,
    flow,
    going,
    invigilating,
    marking,
    practising,
    receipts,
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
    "attendance",
    "behaving",
    "bp",
    "building",
    "deliveries",
    "exporting",
    "flow",
    "going",
    "invigilating",
    "jobs",
    "marking",
    "practising",
    "receipts",
    "regrading",
    "releases",
    "rescue",
    "results",
    "resuming",
    "taking",
    "watching",
]
