"""The forms of signing in and passwords."""

from __future__ import annotations

from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired, EqualTo, Length

from lms.base.forms import Form
from lms.base.i18n import N_


class SignInForm(Form):
    sign_in_name = StringField(validators=[DataRequired(N_("Hãy điền tên đăng nhập.")), Length(max=80)])
    password = PasswordField(validators=[DataRequired(N_("Hãy điền mật khẩu.")), Length(max=128)])


class PasswordForm(Form):
    current = PasswordField(validators=[DataRequired(N_("Hãy điền mật khẩu hiện tại."))])
    new = PasswordField(validators=[DataRequired(N_("Hãy điền mật khẩu mới."))])
    again = PasswordField(validators=[EqualTo("new", N_("Hai lần nhập chưa giống nhau."))])
