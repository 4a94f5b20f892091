"""What a format would lose is found out by writing and reading: of our own samples, and of what is said about them."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from fractions import Fraction

import pytest

from question_bank.formats.losses import SAID, Loss, losses, lost_of
from question_bank.formats.reading import Asset
from question_bank.formats.writers import WRITERS
from question_bank.items.domain import AcceptedNumber, ItemDraft, ItemNotes, NumberKey, Variable
from tests.question_bank.items import samples
from tests.question_bank.items.test_service import PIXEL

# What each format says in full: every own sample comes back identical, apart from what stands here.
KNOWN = {
    ("moodle_xml", "choice"): {"solution"},
    ("gift", "choice"): {"solution"},
    ("gift", "ordering"): {"question"},
    ("gift", "gap_fill"): {"question"},
    ("gift", "essay"): {"rubric"},
}


@pytest.mark.parametrize("make", samples.ALL)
@pytest.mark.parametrize("name", ["moodle_xml", "gift"])
def test_own_samples_come_back_whole(name: str, make: object) -> None:
    draft = make()  # type: ignore[operator]
    assert lost_of(WRITERS[name], draft, {}) == KNOWN.get((name, make.__name__), set())  # type: ignore[attr-defined]


def labelled() -> ItemDraft:
    return replace(
        samples.several(), title="Bậc", tags=("thực tế",), codes=("T8.1",), category="Toán 8/Chương I", level="VD",
        external_id="T8-17", taken_from="Đề số 1", year=2025, grade=8, topic="Đa thức", any_textbook=True,
        points=Fraction(1, 2),
    )  # fmt: skip


def test_what_is_said_of_a_question_is_no_loss_where_tags_carry_it() -> None:
    assert lost_of(WRITERS["moodle_xml"], labelled(), {}) == set()
    assert lost_of(WRITERS["gift"], labelled(), {}) == {"points"}


def test_each_part_that_does_not_come_back_is_named() -> None:
    body = labelled().body
    fixed = replace(body, options=(*body.options[:2], replace(body.options[2], fixed=True)), passage="<p>Đọc.</p>")
    draft = replace(
        labelled(), body=fixed, notes=ItemNotes("<p>Giải.</p>", "<p>Nhận xét.</p>", hints=("<p>Gợi ý.</p>",))
    )
    assert lost_of(WRITERS["gift"], draft, {}) == {"points", "passage", "order", "solution", "hints"}


def test_a_template_goes_out_as_sets_of_numbers_or_not_at_all() -> None:
    body = replace(samples.short_number().body, variables=(Variable("a"),))
    template = ItemDraft(body, NumberKey((AcceptedNumber("{=2*a;1}"),)))
    assert lost_of(WRITERS["moodle_xml"], template, {}) == {"variables"}
    assert lost_of(WRITERS["gift"], template, {}) == {"question"}


def test_pictures_travel_with_their_questions() -> None:
    asset = Asset(hashlib.sha256(PIXEL).hexdigest(), PIXEL, "image/png", "h.png")
    prompt = f'<p>Xem <img src="asset:{asset.sha256}" alt="h"></p>'
    shown = replace(labelled(), body=replace(labelled().body, prompt=prompt), points=None)
    lost = {name for name, writer in WRITERS.items() if "pictures" in lost_of(writer, shown, {asset.sha256: asset})}
    assert lost <= {"xlsx", "csv", "aiken"}, "which hold words only"


def test_losses_are_counted_over_all_questions_the_weightiest_first() -> None:
    drafts = [samples.choice(), samples.ordering(), samples.gap_fill(), samples.essay()]
    assert losses(WRITERS["gift"], drafts, {}) == (Loss("question", 2), Loss("rubric", 1), Loss("solution", 1))
    assert [one.said for one in losses(WRITERS["gift"], drafts, {})] == [
        SAID[name] for name in ("question", "rubric", "solution")
    ]
