"""Ask the door of the quiz again with every request of a test, from the process's memory."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from lms.quizzes.domain.admission import Visit
from lms.quizzes.domain.seb import Proof
from lms.quizzes.hot.checking import paper
from lms.quizzes.hot.tokens import Ticket
from lms.quizzes.service import admission

Environ = Mapping[str, Any]
_PAGE = re.compile(r"/exam/[0-9a-f-]{36}(?=/)")  # of which an address below it is a request


def base_of(environ: Environ, base_url: str) -> str:
    """The address of the site as the browser knows it: as it was set, else as the request says."""
    return base_url.rstrip("/") or f"{environ['wsgi.url_scheme']}://{environ.get('HTTP_HOST', '')}"


def visit_of(environ: Environ, base_url: str) -> Visit:
    """How a WSGI request came. Address and host are the browser's own, also behind proxies: `lms.app` sees to it.

    Safe Exam Browser proves itself in two ways: by headers of its own, about the address of this request; or to the
    script of the page, about the address of the page, which the script repeats in headers of ours.
    """
    base, path = base_of(environ, base_url), environ.get("PATH_INFO", "")
    query = environ.get("QUERY_STRING", "")
    url = f"{base}{quote(path)}{'?' if query else ''}{query}"
    proofs = [
        Proof(
            url,
            environ.get("HTTP_X_SAFEEXAMBROWSER_CONFIGKEYHASH", ""),
            environ.get("HTTP_X_SAFEEXAMBROWSER_REQUESTHASH", ""),
        )
    ]
    page = _PAGE.match(path)
    if page is not None:
        told = (environ.get("HTTP_X_EXAM_SEB_CONFIG", ""), environ.get("HTTP_X_EXAM_SEB_EXAM", ""))
        proofs.append(Proof(f"{base}{page[0]}", *told))
    return Visit(environ.get("REMOTE_ADDR", ""), base=base, proofs=tuple(proofs))


def admit(ticket: Ticket, attempt_uid: str, visit: Callable[[], Visit]) -> None:
    """Go on only from where, and in the browser in which, the quiz may be taken; *visit* is asked only then.

    Raises:
        NotAdmitted: not so; the page keeps its answers and says why.
        NotFound: the form is gone.
    """
    quiz_id = paper(ticket.form_id).quiz_id
    if admission.guard_of(None, quiz_id) is not None:
        admission.check(None, quiz_id, ticket.user_id, visit(), attempt_uid)
