from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from question_bank.items.domain import ChoiceKey, ItemBody, ItemDraft, ItemNotes, ItemType, Option
from question_bank.items.review_checks import Surroundings, findings
from question_bank.items.spelling import misspelt
from tests.question_bank.items import samples

WHOLE = Surroundings("TH", aligned=True, outcomes_known=True, subject_code="toan")
IMAGE = f'<img src="asset:{"a" * 64}"%s>'


def codes(draft: ItemDraft, about: Surroundings = WHOLE) -> list[str]:
    return [one.code for one in findings(draft.body, draft.key, draft.notes, about)]


def choice(*options: str, right: int = 0, kind: ItemType = ItemType.SINGLE_CHOICE) -> ItemDraft:
    made = tuple(Option(f"o{place}", html) for place, html in enumerate(options))
    return ItemDraft(ItemBody(kind, "<p>Chọn câu đúng.</p>", made), ChoiceKey({f"o{right}": Fraction(1)}))


@pytest.mark.parametrize("make", samples.ALL)
def test_nothing_is_found_in_a_question_without_fault(make: object) -> None:
    assert codes(make()) == []  # type: ignore[operator]


def test_a_question_without_a_key_is_told_of() -> None:
    assert codes(replace(samples.choice(), key=None)) == ["no_key"]


LONG = "Hai tam giác có hai cạnh tương ứng tỉ lệ và góc xen giữa bằng nhau thì đồng dạng"


def test_a_key_that_stands_out_by_its_length_is_told_of() -> None:
    assert codes(choice(LONG, "Không đồng dạng", "Luôn bằng nhau", "Có diện tích bằng nhau")) == ["key_stands_out"]
    assert codes(choice(LONG, "Không đồng dạng", LONG[:60], "Luôn bằng nhau")) == []
    assert codes(choice("Không", LONG, LONG + " với nhau", "Có")) == []
    tex = '<span class="tex">\\dfrac{1}{2}\\sqrt{3}</span>'
    assert codes(choice(tex, '<span class="tex">12</span>', "13", "14")) == []  # long in LaTeX only


def test_two_equal_options_are_told_of_but_letters_of_genes_differ_by_case() -> None:
    assert codes(choice("AA", "Aa", "aa", "aA")) == []
    assert codes(choice("12", "13", " 12 ", "14")) == ["same_options"]


@pytest.mark.parametrize(
    ("alt", "silent"),
    [
        ("", True),
        (' alt=""', True),
        (' alt="Picture 3.png"', True),
        (' alt="Hình 1"', True),
        (' alt="image_12"', True),
        (' alt="tam giác vuông.JPG"', True),
        (' alt="Tam giác ABC vuông tại A"', False),
        (' alt="Hình chóp S.ABCD"', False),
    ],
)
def test_pictures_want_words(alt: str, silent: bool) -> None:
    draft = samples.choice(f"<p>Tính {IMAGE % alt}</p>")
    assert codes(draft) == (["no_alt"] if silent else [])
    in_notes = replace(samples.choice(), notes=ItemNotes(solution=f"<p>{IMAGE % alt}</p>"))
    assert codes(in_notes) == (["no_alt"] if silent else [])


def test_level_and_requirement_are_asked_for_where_there_are_some() -> None:
    bare = Surroundings("", aligned=False, outcomes_known=True)
    assert codes(samples.choice(), bare) == ["no_level", "no_outcome"]
    assert codes(samples.choice(), replace(bare, outcomes_known=False)) == ["no_level"]
    passage = ItemDraft(ItemBody(ItemType.DESCRIPTION, "<p>Đọc đoạn sau.</p>"), None)
    assert codes(passage, bare) == []


@pytest.mark.parametrize(
    ("text", "subject", "found"),
    [
        ("Cho axit tác dụng với bazơ. Axit dư.", "hoa-hoc", [("axit", "acid"), ("bazơ", "base")]),
        ("Cho axit tác dụng với bazơ.", "toan", []),
        ("Phân tử ADN và mARN", "sinh-hoc", [("ADN", "DNA"), ("mARN", "mRNA")]),
        ("quãng đường 5 Km, khối lượng 2Kg", "toan", [("Km", "km"), ("Kg", "kg")]),
        ("diện tích 5 cm2, thể tích 3 m3", "toan", [("cm2", "cm²"), ("m3", "m³")]),
        ("5 km, 2 kg, 5 cm², 20 °C, 3 lít, 220 V, phương trình m2 = 3", "vat-li", []),
    ],
)
def test_names_and_units_of_the_curriculum(text: str, subject: str, found: list[tuple[str, str]]) -> None:
    assert list(misspelt(text, subject)) == found


def test_formulas_are_not_read_as_words() -> None:
    draft = samples.choice('<p>Đặt <span class="tex">2 Km + 3 cm2</span></p>')
    assert codes(draft) == []
