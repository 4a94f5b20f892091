"""Pages of school years."""

from __future__ import annotations

from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.base import clock
from lms.base.errors import Invalid
from lms.base.forms import problems_of
from lms.base.i18n import N_, _
from lms.base.web import current_actor, current_session, shows_again
from lms.school import service
from lms.school.views.blueprint import bp

FIELDS = ("starts_1", "ends_1", "starts_2", "ends_2")


@bp.get("/years")
def years() -> ResponseReturnValue:
    """List the school's years, with the form for the next one."""
    session, actor = current_session(), current_actor()
    listed = service.list_years(session, actor)
    coming = service.next_year(session, actor, at=clock.now())
    return render_template(
        "lms/school/years.html",
        years=listed,
        coming=coming,
        typed=_typed([day for days in coming.semesters for day in days]),
        may_arrange=service.may_arrange(actor),
        problems={name: problems_of(name) for name in ("", *FIELDS)},
    )


@bp.post("/years")
@shows_again(years)
def plan_year() -> ResponseReturnValue:
    """Add a year."""
    year = service.plan_year(current_session(), current_actor(), _days())
    flash(_("Đã thêm năm học %(name)s.", name=year.name))
    return redirect(url_for("school.years"), code=303)


@bp.get("/years/<uid>")
def year(uid: str) -> ResponseReturnValue:
    """Show the form of a year's days."""
    session, actor = current_session(), current_actor()
    service.may_see_people_or_refuse(actor)
    found = service.get_year(session, actor, uid)
    return render_template(
        "lms/school/year.html",
        year=found,
        typed=_typed([day for one in found.semesters for day in (one.starts_on, one.ends_on)]),
        may_arrange=service.may_arrange(actor),
        problems={name: problems_of(name) for name in ("", *FIELDS)},
    )


@bp.post("/years/<uid>")
@shows_again(year)
def change_days(uid: str) -> ResponseReturnValue:
    """Write a year's days."""
    found = service.change_days(current_session(), current_actor(), uid, _days())
    flash(_("Đã lưu năm học %(name)s.", name=found.name))
    return redirect(url_for("school.years"), code=303)


@bp.post("/years/<uid>/begin")
def begin_year(uid: str) -> ResponseReturnValue:
    """Let a year run."""
    found = service.begin_year(current_session(), current_actor(), uid)
    flash(_("Trường đang ở năm học %(name)s.", name=found.name))
    return redirect(url_for("school.years"), code=303)


def _typed(usual: list[date]) -> dict[str, str]:
    return {name: request.form.get(name, day.isoformat()) for name, day in zip(FIELDS, usual, strict=True)}


def _days() -> list[tuple[date, date]]:
    days: dict[str, date] = {}
    for name in FIELDS:
        try:
            days[name] = date.fromisoformat(request.form.get(name, ""))
        except ValueError:
            raise Invalid.at(name, N_("Hãy chọn một ngày.")) from None
    return [(days["starts_1"], days["ends_1"]), (days["starts_2"], days["ends_2"])]
