"""Everyone's first page: what is due, what goes on, what waits."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from lms.base import clock
from lms.base.web import current_actor, current_session
from lms.reports import today as report
from lms.reports.staff_day import staff_day
from lms.school.views.first_steps import first_steps

bp = Blueprint("home", __name__)


@bp.get("/")
def today() -> ResponseReturnValue:
    """Show the day of the person who is signed in."""
    session, actor = current_session(), current_actor()
    if actor.is_staff:
        day = staff_day(session, actor, at=clock.now())
        steps = first_steps(day.office.overview) if day.office else []
        return render_template("lms/reports/today_staff.html", day=day, steps=steps)
    if actor.is_parent and not actor.is_pupil:
        return render_template("lms/reports/today_parent.html", day=report.parent_day(session, actor, at=clock.now()))
    return render_template("lms/reports/today_pupil.html", day=report.pupil_day(session, actor, at=clock.now()))
