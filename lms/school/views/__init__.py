"""Pages of the school's order and people, in modules by what they keep."""

from lms.school.views import assignments, classes, groups, overview, parents, people, rooms, setting_up, years
from lms.school.views.blueprint import bp, set_up_bp

blueprints = (bp, set_up_bp)

__all__ = [
    "assignments",
    "blueprints",
    "bp",
    "classes",
    "groups",
    "overview",
    "parents",
    "people",
    "rooms",
    "set_up_bp",
    "setting_up",
    "years",
]
