"""The acts of a review and how a timeline names them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from lms.base.i18n_marks import N_

NOTE_LIMIT = 4000


class Act(StrEnum):
    """What can happen to an edition."""

    SUBMITTED = "submitted"
    TAKEN_BACK = "taken_back"
    CHANGES_REQUESTED = "changes_requested"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"
    COMMENTED = "commented"


ACT_NAMES: Mapping[Act, str] = MappingProxyType(
    {
        Act.SUBMITTED: N_("Gửi duyệt"),
        Act.TAKEN_BACK: N_("Rút lại để sửa"),
        Act.CHANGES_REQUESTED: N_("Yêu cầu sửa"),
        Act.APPROVED: N_("Đã duyệt"),
        Act.WITHDRAWN: N_("Rút khỏi thư viện"),
        Act.COMMENTED: N_("Góp ý"),
    }
)

ACT_KINDS: Mapping[Act, str] = MappingProxyType(
    {Act.APPROVED: "good", Act.CHANGES_REQUESTED: "wait", Act.WITHDRAWN: "bad"}
)
"""The colour of an act in a timeline; the others are plain."""

RECORDED: Mapping[Act, str] = MappingProxyType(
    {
        Act.SUBMITTED: "material.submitted",
        Act.TAKEN_BACK: "material.taken_back",
        Act.CHANGES_REQUESTED: "material.changes_requested",
        Act.APPROVED: "material.approved",
        Act.WITHDRAWN: "material.withdrawn",
        Act.COMMENTED: "material.commented",
    }
)
"""What the audit log calls each act."""
