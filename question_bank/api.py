"""The only door to the question bank for the other packages.

Two ways to get at a question: by the rights of the actor (`list_usable`, `get_versions`, `draw`: approved questions
of the actor's own subjects), and by having pinned it (`load_versions`, `holds_asset`, `assets_of`,
`draw_for_school`: the caller answers for who may see it).
"""

from question_bank.analysis.domain.calibration import Parameters, parameters_of
from question_bank.analysis.domain.chance import share_bounds
from question_bank.analysis.domain.classical import (
    Analysis,
    Interval,
    ItemFigures,
    TestFigures,
    analyse,
    apart,
    interval,
    mean,
)
from question_bank.analysis.domain.distractors import Choices, OptionFigures, choices_of
from question_bank.analysis.domain.expectation import Expected
from question_bank.analysis.domain.flags import FEWEST, GRAVE, Finding, findings_of, urgency_of
from question_bank.analysis.service import Occasion, Use, expected_difficulties, keep_uses
from question_bank.analysis.wording import badge, sentence
from question_bank.assembly.codec import decode as decode_specification
from question_bank.assembly.codec import encode as encode_specification
from question_bank.assembly.domain.pool import MOST_SETS, Wish, spread_of
from question_bank.assembly.domain.pool import Figures as Expectation
from question_bank.assembly.domain.specification import PART_NAMES, PART_TYPES, Place, Specification
from question_bank.assembly.models import KeptSpecification
from question_bank.assembly.service.assembling import Assembled, Placed, assemble, expect
from question_bank.assembly.service.specifications import get_specification, subjects_of_specifications
from question_bank.competencies.service import (
    Outcome,
    find_outcomes,
    framework_titles,
    get_outcomes,
    install_shipped,
)
from question_bank.imports.service.reading import subjects_of_imports
from question_bank.items.codec import (
    decode_body,
    decode_draft,
    decode_key,
    decode_notes,
    encode_body,
    encode_draft,
    encode_key,
    encode_notes,
)
from question_bank.items.domain import (
    LEVELS,
    STATE_NAMES,
    TYPE_NAMES,
    AcceptedNumber,
    AcceptedText,
    BankItem,
    ChoiceKey,
    DrawRule,
    EssayKey,
    Gap,
    GapKey,
    ItemBody,
    ItemDraft,
    ItemFilter,
    ItemKey,
    ItemNotes,
    ItemState,
    ItemType,
    NumberKey,
    Option,
    OrderKey,
    PairKey,
    Problem,
    TextKey,
    TruthKey,
)
from question_bank.items.presenting import (
    Presented,
    PresentedGap,
    PresentedKey,
    PresentedOption,
    asset_hashes,
    pictures_in,
    present,
    present_key,
    present_keys,
    show,
    summary,
    words_of,
)
from question_bank.items.responding import response_from_form
from question_bank.items.service.drawing import (
    assets_of,
    count_matching,
    draw,
    draw_for_school,
    facet_counts,
    get_versions,
    holds_asset,
    list_usable,
    load_versions,
)
from question_bank.items.service.reading import subjects_of_items
from question_bank.items.service.reviewing import (
    Wait,
    count_queue,
    count_sent_back,
    list_waits,
    request_changes,
    waiting_by_subject,
)
from question_bank.items.service.seeding import save_new_items
from question_bank.items.tagging import Tags
from question_bank.scoring.keys import best_score, key_from
from question_bank.scoring.marking import score
from question_bank.scoring.outcome import Score
from question_bank.scoring.paper import Marked, Total, VoidPolicy, mark_of, total_of
from question_bank.scoring.responses import check_response, is_answered
from question_bank.scoring.schemes import Scheme, scheme_for

__all__ = [
    "FEWEST",
    "GRAVE",
    "LEVELS",
    "MOST_SETS",
    "PART_NAMES",
    "PART_TYPES",
    "STATE_NAMES",
    "TYPE_NAMES",
    "AcceptedNumber",
    "AcceptedText",
    "Analysis",
    "Assembled",
    "BankItem",
    "ChoiceKey",
    "Choices",
    "DrawRule",
    "EssayKey",
    "Expectation",
    "Expected",
    "Finding",
    "Gap",
    "GapKey",
    "Interval",
    "ItemBody",
    "ItemDraft",
    "ItemFigures",
    "ItemFilter",
    "ItemKey",
    "ItemNotes",
    "ItemState",
    "ItemType",
    "KeptSpecification",
    "Marked",
    "NumberKey",
    "Occasion",
    "Option",
    "OptionFigures",
    "OrderKey",
    "Outcome",
    "PairKey",
    "Parameters",
    "Place",
    "Placed",
    "Presented",
    "PresentedGap",
    "PresentedKey",
    "PresentedOption",
    "Problem",
    "Scheme",
    "Score",
    "Specification",
    "Tags",
    "TestFigures",
    "TextKey",
    "Total",
    "TruthKey",
    "Use",
    "VoidPolicy",
    "Wait",
    "Wish",
    "analyse",
    "apart",
    "assemble",
    "asset_hashes",
    "assets_of",
    "badge",
    "best_score",
    "check_response",
    "choices_of",
    "count_matching",
    "count_queue",
    "count_sent_back",
    "decode_body",
    "decode_draft",
    "decode_key",
    "decode_notes",
    "decode_specification",
    "draw",
    "draw_for_school",
    "encode_body",
    "encode_draft",
    "encode_key",
    "encode_notes",
    "encode_specification",
    "expect",
    "expected_difficulties",
    "facet_counts",
    "find_outcomes",
    "findings_of",
    "framework_titles",
    "get_outcomes",
    "get_specification",
    "get_versions",
    "holds_asset",
    "install_shipped",
    "interval",
    "is_answered",
    "keep_uses",
    "key_from",
    "list_usable",
    "list_waits",
    "load_versions",
    "mark_of",
    "mean",
    "parameters_of",
    "pictures_in",
    "present",
    "present_key",
    "present_keys",
    "request_changes",
    "response_from_form",
    "save_new_items",
    "scheme_for",
    "score",
    "sentence",
    "share_bounds",
    "show",
    "spread_of",
    "subjects_of_imports",
    "subjects_of_items",
    "subjects_of_specifications",
    "summary",
    "total_of",
    "urgency_of",
    "waiting_by_subject",
    "words_of",
]
