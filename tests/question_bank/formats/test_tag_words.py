"""What tags of a file say, and back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from question_bank.formats import gift, moodle_xml, tag_words
from question_bank.items.domain import ItemDraft
from tests.question_bank.items import samples

SAID = (
    "level", "tags", "codes", "category", "external_id", "taken_from", "year", "grade", "topic", "any_textbook",
)  # fmt: skip


def full() -> ItemDraft:
    return replace(
        samples.choice(),
        title="Bậc",
        tags=("thực tế", "x: y", "năm:2024"),
        codes=("T8.1", "T8.2"),
        category="Toán 8/Chương I",
        external_id="T8-17",
        taken_from="Đề [thử] số 1",
        year=2025,
        grade=8,
        topic="Đa thức",
        any_textbook=True,
    )


@pytest.mark.parametrize("form", [gift, moodle_xml])
def test_what_is_said_of_a_question_comes_back(form: object) -> None:
    for draft in (full(), replace(full(), topic="Chương I"), samples.cluster()):
        (again,) = form.read(form.write([draft])).drafts  # type: ignore[attr-defined]
        expected = replace(draft, topic="") if draft.topic == "Chương I" else draft
        for name in SAID:
            assert getattr(again, name) == getattr(expected, name), name


def test_what_does_not_fit_stays_a_tag() -> None:
    tags = ["year:99", "grade:13", "source:", "Year: 2020", "year:2021", "vdc", "TH", "source : A:B"]
    draft = tag_words.with_tags(ItemDraft(samples.essay().body, None), tags)
    assert draft.tags == ("year:99", "grade:13", "source:", "year:2021", "TH")
    assert (draft.year, draft.grade, draft.level, draft.taken_from) == (2020, None, "VDC", "A:B")
