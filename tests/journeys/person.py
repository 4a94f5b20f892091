"""A person at a browser without JavaScript: opens pages, presses buttons that are there, fills fields that are there.

Forms are read from the page itself, token and all, so a journey breaks when a page no longer leads where it should.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from lxml import html as lxml_html
from lxml.html import HtmlElement
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

PASSWORD = "gieo-2026"


class Person:
    """Somebody signed in (or not), and the page in front of them."""

    def __init__(self, app: Flask, sign_in_name: str = "", password: str = PASSWORD) -> None:
        self.client: FlaskClient = app.test_client()
        self.response: TestResponse
        self.url = "/"
        if sign_in_name:
            self.open("/sign-in")
            self.press("Đăng nhập", sign_in_name=sign_in_name, password=password)
            assert "/sign-in" not in self.url, self.text

    def open(self, url: str, expect: int = 200) -> Person:
        """Open an address, following redirects."""
        return self._arrive(self.client.get(url, follow_redirects=True), expect)

    def _arrive(self, response: TestResponse, expect: int) -> Person:
        self.response = response
        page = response.content_type.startswith("text/html") and response.get_data()
        self.root: HtmlElement = lxml_html.fromstring(page or b"<p></p>")
        self.url = response.request.path + (
            f"?{response.request.query_string.decode()}" if response.request.query_string else ""
        )
        if response.status_code == 201 and expect == 200:  # the page of what was made, at an address of its own
            self.url = response.location
            return self
        assert response.status_code == expect, f"{response.status_code} at {self.url}: {self.text[:1500]}"
        return self

    @property
    def text(self) -> str:
        """The words of the page."""
        if not self.response.content_type.startswith("text/html"):
            return self.response.get_data(as_text=True)[:2000]
        return " ".join(self.root.text_content().split())

    def sees(self, *words: str) -> Person:
        """Check that these words stand on the page."""
        for word in words:
            assert word in self.text, f"{word!r} is not on {self.url}: {self.text[:3000]}"
        return self

    def sees_not(self, *words: str) -> Person:
        """Check that these words do not stand on the page."""
        for word in words:
            assert word not in self.text, f"{word!r} stands on {self.url}"
        return self

    def follow(self, words: str, within: str = "") -> Person:
        """Follow the first link with these words; *within* names a text of the block the link stands in."""
        for link in self.root.iter("a"):
            label = " ".join((link.text_content() or "").split()) or link.get("aria-label", "")
            if words in label and link.get("href") and (not within or within in self._block(link)):
                return self.open(link.get("href"))
        raise AssertionError(f"no link {words!r} on {self.url}: {self.text[:2000]}")

    @staticmethod
    def _block(element: HtmlElement) -> str:
        for parent in element.iterancestors("tr", "li", "article", "section", "form"):
            return " ".join(parent.text_content().split())
        return ""

    def forms(self) -> Iterator[HtmlElement]:
        """The forms of the page."""
        yield from self.root.forms

    def press(self, label: str, /, *, within: str = "", expect: int = 200, **values: object) -> Person:
        """Fill fields of the form that has the button *label* and press it.

        A value may be a text, a list of texts for many boxes, or a Path to upload.
        """
        found = [
            (words != label, form, button)
            for form in self.forms()
            for button in self._buttons(form)
            if (words := " ".join(button.text_content().split()) or button.get("aria-label", "")).startswith(label)
            and (not within or within in self._block(button))
        ]
        for _inexact, form, button in sorted(found, key=lambda one: one[0]):
            return self.submit(form, button, expect=expect, **values)
        raise AssertionError(f"no button {label!r} on {self.url}: {self.text[:2500]}")

    def _buttons(self, form: HtmlElement) -> Iterator[HtmlElement]:
        identity = form.get("id")
        for button in self.root.iter("button"):
            owner = button.get("form")
            if button.get("type", "submit") != "submit":
                continue
            if (owner and owner == identity) or (not owner and form in button.iterancestors("form")):
                yield button

    def submit(
        self, form: HtmlElement, button: HtmlElement | None = None, *, expect: int = 200, **values: object
    ) -> Person:
        """Send a form as a browser would: its own values, those given, and the pressed button."""
        data: MultiDict[str, object] = MultiDict(form.form_values())
        known = {control.get("name") for control in form.iter("input", "select", "textarea") if control.get("name")}
        if form.get("id"):
            for control in self.root.xpath("//*[@form=$id][@name]", id=form.get("id")):
                known.add(control.get("name"))
                if control.get("type") not in {"checkbox", "radio", "file"} or control.get("checked") is not None:
                    data.add(control.get("name"), control.get("value") or "")
        for name, value in values.items():
            assert name in known, f"the form has no field {name!r}; it has {sorted(known)}"
            if isinstance(value, Path):
                data[name] = (io.BytesIO(value.read_bytes()), value.name)
            elif isinstance(value, tuple):
                data[name] = (io.BytesIO(value[1]), value[0])
            elif isinstance(value, list):
                data.setlist(name, value)
            elif value is None:
                data.poplist(name)
            else:
                data[name] = value
        if button is not None and button.get("name"):
            data.add(button.get("name"), button.get("value") or "")
        action = (button is not None and button.get("formaction")) or form.get("action") or self.url
        if (form.get("method") or "get").lower() == "get":
            return self._arrive(self.client.get(action, query_string=data, follow_redirects=True), expect)
        multipart = (form.get("enctype") or "").startswith("multipart")
        response = self.client.post(
            action,
            data=data,
            content_type="multipart/form-data" if multipart else None,
            follow_redirects=True,
        )
        return self._arrive(response, expect)
