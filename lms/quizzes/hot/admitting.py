"""Ask the door of the quiz again with every request of a test, from the process's memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lms.quizzes.domain.admission import Visit
from lms.quizzes.hot.checking import paper
from lms.quizzes.hot.tokens import Ticket
from lms.quizzes.service import admission

Environ = Mapping[str, Any]


def visit_of(environ: Environ) -> Visit:
    """How a WSGI request came. The address is the browser's own, also behind trusted proxies: `lms.app` sees to it."""
    return Visit(address=environ.get("REMOTE_ADDR", ""))


def admit(ticket: Ticket, environ: Environ) -> None:
    """Go on only from where the quiz may be taken.

    Raises:
        NotAdmitted: not from this machine; the page keeps its answers and says why.
        NotFound: the form is gone.
    """
    quiz_id = paper(ticket.form_id).quiz_id
    if admission.guard_of(None, quiz_id) is not None:
        admission.check(None, quiz_id, ticket.user_id, visit_of(environ))
