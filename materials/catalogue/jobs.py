"""Work on deposited files that is done after the answer."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import undefer

from lms.base import storage
from lms.base.db import open_session, transaction
from lms.base.errors import NotFound
from lms.base.jobs import job
from materials.catalogue.models import MaterialFile
from materials.catalogue.reading import read_contents


@job(long=True)
def read_file(uid: str) -> None:
    """Read a file's text, count its pages, draw its preview; once only."""
    with open_session(writes=False) as session:
        file = session.scalar(select(MaterialFile).where(MaterialFile.uid == uid))
        if file is None:
            raise NotFound
        waiting, sha256, media_type = file.reading == "waiting", file.sha256, file.media_type
    if not waiting:
        return
    contents = read_contents(storage.path_of(sha256), media_type)
    preview = storage.put_bytes(contents.preview) if contents.preview else None
    with transaction() as session:
        found = session.scalar(select(MaterialFile).options(undefer(MaterialFile.text)).where(MaterialFile.uid == uid))
        if found is None:
            return
        found.reading, found.text, found.pages = contents.state, contents.text, contents.pages
        if preview is not None:
            found.preview_sha256 = storage.keep(session, preview).sha256
