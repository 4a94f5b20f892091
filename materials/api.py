"""The only door to the library for the other packages.

Putting a material into a course: show `list_approved` (or a link to /library), then on the teacher's act
`put_into_class(session, actor, edition_uid, class_id=…, place=activity_uid, at=…)`; pupils of that class may read it
from then on. `take_out_of_class(session, actor, place=activity_uid)` when the activity is deleted. Link to
`/library/<edition uid>`; what the page of the course needs stands in `Edition` (title, kind, files, state).
"""

from materials.catalogue.domain import KINDS, LICENCES, STATE_NAMES, Description, Rights, State
from materials.catalogue.models import Edition, MaterialFile
from materials.catalogue.queries import count_sent_back, load_visible, visible_titles, waiting_by_subject
from materials.catalogue.service import Incoming, deposit, describe
from materials.catalogue.service import get_edition as get_edition_for
from materials.catalogue.service import get_file as get_file_for
from materials.catalogue.service import get_usable as get_usable_for
from materials.review.service import approve, count_waiting, request_changes, submit
from materials.search.service import (
    Findings,
    Found,
    Request,
    list_approved,
    put_into_class,
    rebuild,
    take_out_of_class,
)
from materials.search.service import find as search

__all__ = [
    "KINDS",
    "LICENCES",
    "STATE_NAMES",
    "Description",
    "Edition",
    "Findings",
    "Found",
    "Incoming",
    "MaterialFile",
    "Request",
    "Rights",
    "State",
    "approve",
    "count_sent_back",
    "count_waiting",
    "deposit",
    "describe",
    "get_edition_for",
    "get_file_for",
    "get_usable_for",
    "list_approved",
    "load_visible",
    "put_into_class",
    "rebuild",
    "request_changes",
    "search",
    "submit",
    "take_out_of_class",
    "visible_titles",
    "waiting_by_subject",
]
