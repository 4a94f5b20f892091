"""The verbs of finding materials, and of keeping the index true to the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from lms.base.errors import NotFound
from lms.base.jobs import enqueue_after_commit
from lms.base.paging import Page, PageRequest
from lms.base.permissions import Actor
from materials.catalogue import queries
from materials.catalogue import service as catalogue
from materials.catalogue.domain import KINDS, State
from materials.catalogue.models import Edition, MaterialFile, Work
from materials.permissions import Permission, classes_of, reads_all, require
from materials.search import index, jobs
from materials.search.engine import FACETS, Hit, SearchDocument
from question_bank.api import get_outcomes

FARTHEST = 10_000  # hits that can be paged through
TOGETHER = 200  # documents read from the database at once


@dataclass(frozen=True, slots=True)
class Request:
    """What a person looks for: typed words, and the chosen values of each facet."""

    typed: str = ""
    chosen: Mapping[str, str] = field(default_factory=dict)
    page: PageRequest = field(default_factory=PageRequest)


@dataclass(frozen=True, slots=True)
class Found:
    """A hit with its edition, and how many classes use the work."""

    edition: Edition
    hit: Hit
    classes: int


@dataclass(frozen=True, slots=True)
class Findings:
    """A page of what was found, and how many there are for each value of each facet."""

    page: Page[Found]
    facets: Mapping[str, Mapping[str, int]]


def find(session: Session, actor: Actor, request: Request) -> Findings:
    """Search the library, as far as the actor may see it.

    What the index still holds but the actor may no longer see (it was withdrawn a moment ago) is left out.

    Raises:
        Forbidden: the library is not open to this person.
    """
    require(actor, Permission.OPEN_LIBRARY)
    offset = min(request.page.offset, FARTHEST)
    results = index.current().search(
        request.typed,
        visible=marks_of(actor),
        filters={name: [value] for name, value in request.chosen.items() if name in FACETS and value},
        limit=request.page.size,
        offset=offset,
    )
    editions = queries.load_visible(session, actor, [hit.uid for hit in results.hits])
    uses = queries.count_uses(session, [edition.work_id for edition in editions.values()])
    rows = tuple(
        Found(editions[hit.uid], hit, uses.get(editions[hit.uid].work_id, 0))
        for hit in results.hits
        if hit.uid in editions
    )
    return Findings(Page(rows, max(1, request.page.number), request.page.size, results.total), results.facets)


def list_approved(
    session: Session, actor: Actor, *, typed: str = "", subject_code: str = "", grade: str = "", limit: int = 20
) -> list[Edition]:
    """List approved editions that the actor may use, best match (without words: newest) first; for pickers."""
    chosen = {"subject": subject_code, "grade": grade}
    found = find(session, actor, Request(typed, chosen, PageRequest(1, limit)))
    return [row.edition for row in found.page.rows]


def put_into_class(session: Session, actor: Actor, uid: str, *, class_id: int, place: str, at: datetime) -> Edition:
    """Note that an approved edition was put into a course of a class, so that its pupils find and read it.

    As `catalogue.service.record_use`, and the index learns of it.
    """
    edition = catalogue.record_use(session, actor, uid, class_id=class_id, place=place, at=at)
    enqueue_after_commit(session, jobs.index_work, edition.work.uid)
    return edition


def take_out_of_class(session: Session, actor: Actor, *, place: str) -> None:
    """Note that what held a material in a course is gone."""
    uid = catalogue.forget_use(session, actor, place=place)
    work = session.scalar(select(Work).join(Work.editions).where(Edition.uid == uid)) if uid else None
    if work is not None:
        enqueue_after_commit(session, jobs.index_work, work.uid)


def marks_of(actor: Actor) -> frozenset[str]:
    """Give the marks by which an actor sees documents: the school's for who reads all of it, else their classes'."""
    if reads_all(actor):
        return frozenset({f"school:{actor.school_id}"})
    return frozenset(f"class:{actor.school_id}:{class_id}" for class_id in classes_of(actor))


def document_of(session: Session, edition: Edition) -> SearchDocument:
    """Make the index's document of an approved edition whose files have been read."""
    outcomes = get_outcomes(session, edition.school_id, edition.outcomes)
    texts = session.scalars(
        select(MaterialFile.text).where(MaterialFile.edition_id == edition.id).order_by(MaterialFile.position)
    )
    subject = edition.subject
    keywords = [
        subject.name if subject else "",
        *(f"Lớp {grade}" for grade in edition.grades),
        KINDS.get(edition.kind, ""),
        edition.author.full_name,
        edition.credit,
        *(outcome.statement for outcome in outcomes.values()),
        *(name for outcome in outcomes.values() for name in outcome.path[-1:]),
        *(file.name for file in edition.files),
    ]
    return SearchDocument(
        uid=edition.uid,
        title=edition.title,
        summary=edition.summary,
        body="\n".join(text for text in texts if text),
        keywords=" ¶ ".join(filter(None, keywords)),
        facets={
            "subject": (subject.code,) if subject else (),
            "grade": tuple(edition.grades),
            "kind": (edition.kind,),
            "licence": (edition.licence,),
        },
        seen_by=(
            f"school:{edition.school_id}",
            *(f"class:{edition.school_id}:{class_id}" for class_id in sorted(edition.class_ids)),
        ),
        age_key=int(edition.approved_at.timestamp()) if edition.approved_at else 0,
    )


def index_work(session: Session, uid: str) -> None:
    """Bring the index up to date with one work: its approved edition in, all others out.

    Raises:
        NotFound: there is no such work any more.
    """
    work = session.scalar(
        select(Work).options(selectinload(Work.editions), selectinload(Work.uses)).where(Work.uid == uid)
    )
    if work is None:
        raise NotFound
    live = [edition for edition in work.editions if edition.stage is State.APPROVED]
    documents = [document_of(session, edition) for edition in live]
    with index.current().writing() as batch:
        batch.delete(edition.uid for edition in work.editions if edition not in live)
        batch.replace(documents)


def rebuild(session: Session) -> int:
    """Make the index anew from the database, for all schools; the old one answers until the new one is whole.

    Returns how many documents it holds.
    """
    count = 0

    def counted(documents: Iterable[SearchDocument]) -> Iterator[SearchDocument]:
        nonlocal count
        for document in documents:
            count += 1
            yield document

    with index.current().writing() as batch:
        batch.clear()
        batch.replace(counted(_all_documents(session)))
    return count


def is_whole(session: Session) -> bool:
    """Say whether the index holds as many documents as there are approved editions."""
    approved = session.scalar(select(func.count()).select_from(Edition).where(Edition.state == State.APPROVED))
    return approved == len(index.current())


def _all_documents(session: Session) -> Iterator[SearchDocument]:
    last = 0
    while True:
        editions = session.scalars(
            select(Edition)
            .options(selectinload(Edition.work).selectinload(Work.uses))
            .where(Edition.state == State.APPROVED, Edition.id > last)
            .order_by(Edition.id)
            .limit(TOGETHER)
        ).all()
        if not editions:
            return
        for edition in editions:
            yield document_of(session, edition)
        last = editions[-1].id
        session.expunge_all()


def files_to_read(session: Session, uid: str) -> list[str]:
    """List the files of a work's approved edition that nobody has read yet."""
    return list(
        session.scalars(
            select(MaterialFile.uid)
            .join(MaterialFile.edition)
            .join(Edition.work)
            .where(Work.uid == uid, Edition.state == State.APPROVED, MaterialFile.reading == "waiting")
        )
    )
