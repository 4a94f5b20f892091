"""Pages of the school's order and people, in modules by what they keep."""

from lms.school.views import overview, people, setting_up
from lms.school.views.blueprint import bp, set_up_bp

blueprints = (bp, set_up_bp)

__all__ = ["blueprints", "bp", "overview", "people", "set_up_bp", "setting_up"]
