"""Forms: parse, check, and say what is wrong beside the field."""

from __future__ import annotations

from typing import Any

from flask import g
from flask_wtf import FlaskForm

from lms.base.errors import Invalid, Message
from lms.base.i18n import say


class Form(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    """A form of the house; shown again with its errors when a verb or `check` raised Invalid."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        problem: Invalid | None = g.get("problem")
        if problem is not None:
            for name, messages in problem.fields.items():
                field = self._fields.get(name)
                if field is not None:
                    field.errors = [say(message) for message in messages]

    def check(self) -> None:
        """Go on only with a well-filled form.

        Raises:
            Invalid: with the messages of every field that is wrong.
        """
        if not self.validate_on_submit():
            raise Invalid({name: [Message(str(text)) for text in texts] for name, texts in self.errors.items() if name})


def problems_of(name: str = "") -> list[str]:
    """What was wrong with the last try: of the field *name*, or of the form as a whole."""
    problem: Invalid | None = g.get("problem")
    return [say(message) for message in problem.fields.get(name, [])] if problem else []
