"""What has changed since an index was last told: marks that the database itself leaves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import DDL, String, event
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql.functions import FunctionElement

from lms.base.db import Base
from question_bank.competencies.models import CompetencyFramework
from question_bank.items.models import Item, ItemLabel, ItemOutcome, ItemVersion

LOCK = 7_305_001  # PostgreSQL's advisory lock: shared by who leaves marks, taken alone by who reads how far they go


class by_chance(FunctionElement[str]):  # noqa: N801 - named as functions of SQL are
    """A text that no other mark has, made by the database."""

    inherit_cache = True


@compiles(by_chance, "sqlite")
def _in_sqlite(_element: by_chance, _compiler: Any, **_given: Any) -> str:
    return "lower(hex(randomblob(16)))"


@compiles(by_chance, "postgresql")
def _in_postgresql(_element: by_chance, _compiler: Any, **_given: Any) -> str:
    return "CAST(gen_random_uuid() AS text)"


class IndexMark(Base):
    """That something about a version changed; written by triggers, several for one version are fine.

    No foreign key: the version may be gone, which an index must learn, too. An index that says "I know everything up
    to this mark" proves by the mark's `token` that it was made from this very database.
    """

    __tablename__ = "item_index_mark"
    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int]
    token: Mapped[str] = mapped_column(String(36), server_default=by_chance())


_NEW = "INSERT INTO item_index_mark (version_id) VALUES (NEW.id)"
_OLD = "INSERT INTO item_index_mark (version_id) VALUES (OLD.id)"
_ALIGNED = "INSERT INTO item_index_mark (version_id) VALUES (NEW.version_id)"
_LET_GO = "INSERT INTO item_index_mark (version_id) VALUES (OLD.version_id)"
_OF_ITEM = "INSERT INTO item_index_mark (version_id) SELECT id FROM item_version WHERE item_id = NEW.id"
_OF_SCHOOL = (
    "INSERT INTO item_index_mark (version_id) "
    "SELECT DISTINCT version_id FROM item_outcome WHERE school_id = NEW.school_id"
)
# name → table, what happens to it, what marks the versions
MARKED: Mapping[str, tuple[str, str, str]] = {
    "item_version_marked_new": ("item_version", "INSERT", _NEW),
    "item_version_marked": ("item_version", "UPDATE", _NEW),
    "item_version_marked_gone": ("item_version", "DELETE", _OLD),
    "item_marked": ("item", "UPDATE", _OF_ITEM),
    "item_outcome_marked": ("item_outcome", "INSERT", _ALIGNED),
    "item_outcome_marked_gone": ("item_outcome", "DELETE", _LET_GO),
    "item_label_marked": ("item_label", "INSERT", _ALIGNED),
    "item_label_renamed": ("item_label", "UPDATE", _ALIGNED),
    "item_label_marked_gone": ("item_label", "DELETE", _LET_GO),
    "competency_framework_marked_new": ("competency_framework", "INSERT", _OF_SCHOOL),
    "competency_framework_marked": ("competency_framework", "UPDATE", _OF_SCHOOL),
}


def statements(dialect: str, name: str) -> tuple[str, ...]:
    """Return the statements that make one of the triggers."""
    table, act, mark = MARKED[name]
    if dialect == "sqlite":
        return (f"CREATE TRIGGER {name} AFTER {act} ON {table} BEGIN {mark}; END",)
    body = f"PERFORM pg_advisory_xact_lock_shared({LOCK}); {mark}; RETURN NULL;"
    return (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$",
        f"CREATE TRIGGER {name} AFTER {act} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    )


_TABLES = {one.__tablename__: one.__table__ for one in (Item, ItemVersion, ItemOutcome, ItemLabel, CompetencyFramework)}
for _dialect in ("sqlite", "postgresql"):
    for _name, (_table, _, _) in MARKED.items():
        for _statement in statements(_dialect, _name):
            event.listen(
                _TABLES[_table],
                "after_create",
                DDL(_statement).execute_if(dialect=_dialect),  # type: ignore[no-untyped-call]  # SQLAlchemy's stub
            )
