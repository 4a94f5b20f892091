"""What holds of questions in a score run instead of their own keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from lms.base.kept import Kept
from lms.quizzes.domain.regrading import Policy
from lms.quizzes.models import Correction, ScoreRun
from question_bank import api as bank

MOST_RUNS = 512


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided about a question, with the keys that count where the policy names some."""

    policy: Policy
    kind: bank.ItemType
    keys: Sequence[bank.ItemKey] = ()


_correction = Correction.__table__.c
_OF_RUN = select(_correction.version_uid, _correction.policy, _correction.kind, _correction.accepted).where(
    _correction.run_id == bindparam("run_id")
)
_in_force: Kept[int, Mapping[str, Decided]] = Kept(MOST_RUNS)


def read_corrections(session: Session, run_id: int) -> dict[str, Decided]:
    """The corrections of a run by the version of the question."""
    return {
        version: _decided(Policy(policy), bank.ItemType(kind), accepted)
        for version, policy, kind, accepted in session.execute(_OF_RUN, {"run_id": run_id})
    }


def _decided(policy: Policy, kind: bank.ItemType, accepted: Sequence[str]) -> Decided:
    keys = (bank.decode_key(kind, text) for text in accepted)
    return Decided(policy, kind, tuple(key for key in keys if key is not None))


def corrections_in_force(session: Session, run_id: int) -> Mapping[str, Decided]:
    """As `read_corrections`, read once in each process. Only for a run in force: what is not stored may yet go away."""
    return _in_force.get(run_id, lambda: read_corrections(session, run_id))


def add_corrections(session: Session, run: ScoreRun, corrections: Mapping[str, Decided]) -> None:
    """Let these corrections hold in a new run."""
    session.add_all(
        Correction(
            run_id=run.id,
            version_uid=version,
            school_id=run.school_id,
            policy=decided.policy,
            kind=decided.kind,
            accepted=[bank.encode_key(key) for key in decided.keys],
        )
        for version, decided in corrections.items()
    )
    session.flush()
