"""Work on the index that is done after the answer."""

from __future__ import annotations

from lms.base.db import open_session
from lms.base.jobs import job, periodic
from materials.catalogue.jobs import read_file


@job(long=True, tries=12)
def index_work(uid: str) -> None:
    """Bring the index up to date with a work, reading first what has not been read yet."""
    from materials.search import service  # the service queues this job, so it is loaded when the job runs

    with open_session(writes=False) as session:
        waiting = service.files_to_read(session, uid)
    for file in waiting:
        read_file(file)
    with open_session(writes=False) as session:
        service.index_work(session, uid)


@periodic(600, long=True)
def heal_index() -> None:
    """Make the index anew when it does not hold as many documents as it should: it was lost, or never there."""
    from materials.search import service

    with open_session(writes=False) as session:
        if not service.is_whole(session):
            service.rebuild(session)
