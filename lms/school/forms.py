"""The forms of the school's order and its people."""

from __future__ import annotations

from wtforms import PasswordField, StringField
from wtforms.validators import AnyOf, DataRequired, EqualTo, Length, Regexp

from lms.base.forms import Form
from lms.base.i18n import N_
from lms.school.standard import Level


class SetUpForm(Form):
    school_name = StringField(validators=[DataRequired(N_("Hãy điền tên trường.")), Length(max=200)])
    school_code = StringField(
        validators=[
            DataRequired(N_("Hãy điền mã trường.")),
            Regexp(r"^[a-zA-Z0-9-]{2,40}$", message=N_("Mã trường gồm chữ không dấu, số và dấu gạch nối.")),
        ]
    )
    level = StringField(default=Level.LOWER_SECONDARY.value, validators=[AnyOf(tuple(Level), N_("Hãy chọn cấp học."))])
    full_name = StringField(validators=[DataRequired(N_("Hãy điền họ và tên.")), Length(max=120)])
    sign_in_name = StringField(
        validators=[
            DataRequired(N_("Hãy điền tên đăng nhập.")),
            Regexp(r"^[a-zA-Z0-9._-]{2,80}$", message=N_("Tên đăng nhập gồm chữ không dấu, số, dấu chấm.")),
        ]
    )
    password = PasswordField(validators=[DataRequired(N_("Hãy điền mật khẩu."))])
    again = PasswordField(validators=[EqualTo("password", N_("Hai lần nhập chưa giống nhau."))])
