"""The first page of an empty installation."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lms.accounts import service as accounts
from lms.base import clock
from lms.base.forms import problems_of
from lms.base.i18n import _
from lms.base.web import current_session, leave_queue, public, shows_again
from lms.school import service
from lms.school.forms import SetUpForm
from lms.school.standard import LEVEL_NAMES, Level
from lms.school.views.blueprint import set_up_bp as bp


@bp.get("")
@public
def form() -> ResponseReturnValue:
    """Show the first page of an empty installation; gone once a school exists."""
    accounts.must_be_empty(current_session())
    levels = [(level.value, _(name)) for level, name in LEVEL_NAMES.items()]
    return render_template("lms/school/set_up.html", form=SetUpForm(), levels=levels, problems=problems_of())


@bp.post("")
@public
@shows_again(form)
def set_up() -> ResponseReturnValue:
    """Make the school, all that it starts from, and its administrator."""
    form = SetUpForm()
    accounts.must_be_empty(current_session())
    form.check()
    leave_queue()
    hashed = accounts.check_first_account(form.sign_in_name.data, form.full_name.data, form.password.data)
    service.found_school(
        current_session(),
        name=form.school_name.data,
        code=form.school_code.data,
        level=Level(form.level.data),
        full_name=form.full_name.data,
        sign_in_name=form.sign_in_name.data,
        password_hash=hashed,
        at=clock.now(),
    )
    flash(_("Đã thiết lập trường. Hãy đăng nhập bằng tài khoản quản trị vừa tạo."))
    return redirect(url_for("accounts.sign_in", next=url_for("school.show")), code=303)
