"""Vietnamese spellings, search keys and the order of names."""

import doctest
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.base import text
from lms.base.text import collation_key, exact_key, fold, initials, nfc, slug, title_key, words


def test_the_examples_in_the_docstrings_hold():
    assert doctest.testmod(text).failed == 0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("hoà bình", "hòa bình"),
        ("thuỷ", "thủy"),
        ("khoẻ", "khỏe"),
        ("quý", "qúy"),
        ("quá", "qúa"),
        ("giá", "gía"),
        ("Vật lí", "Vật lý"),
        ("kĩ năng", "kỹ năng"),
        ("Mĩ thuật", "MỸ THUẬT"),
        ("hi vọng", "hy vọng"),
        ("sĩ số", "sỹ số"),
        ("tỉ lệ", "tỷ lệ"),
        ("tiếng", "tíêng"),
        ("được", "đựơc"),
        ("toán", "tóan"),
        ("Đà Nẵng", "Ðà Nẵng"),
    ],
)
def test_spellings_of_one_word_share_their_exact_key(one, other):
    assert exact_key(one) == exact_key(other)
    assert exact_key(one) == exact_key(unicodedata.normalize("NFD", other))
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"), [("ma", "má"), ("mùa", "muà"), ("lụa", "lúa"), ("day", "dai"), ("thùy", "thì"), ("quý", "quỳ")]
)
def test_different_words_keep_different_exact_keys(one, other):
    assert exact_key(one) != exact_key(other)


def test_the_diphthong_ua_keeps_its_tone_on_u():
    assert exact_key("múa lúa của") == "múa lúa của"


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
def test_every_normal_form_folds_alike(form):
    assert fold(unicodedata.normalize(form, "Đường lên đỉnh Ôlympia")) == "duong len dinh olympia"


def test_controls_and_lone_surrogates_do_not_enter():
    assert nfc("a\x00b\x1f\ud800c\td\n") == "abc\td\n"


def test_names_sort_as_a_class_list():
    expected = [
        "Lê Văn An",
        "Nguyễn Ngọc An",
        "Nguyễn Văn An",
        "Phạm Thị Ánh",
        "Trần Ân",
        "Vũ Thị Dung",
        "Hồ Văn Dũng",
        "Bùi Đạt",
        "Đỗ Thị Hòa",
        "Ngô Thị Ý",
    ]
    seated = ["Ngô Thị Ý", "Trần Ân", "Hồ Văn Dũng", *expected[:4], "Đỗ Thị Hòa", "Bùi Đạt", "Vũ Thị Dung"]
    assert sorted(seated, key=collation_key) == expected


def test_tones_sort_in_dictionary_order():
    assert sorted(["mạ", "má", "mã", "mả", "mà", "ma"], key=title_key) == ["ma", "mà", "mả", "mã", "má", "mạ"]


def test_both_tone_places_sort_alike():
    assert collation_key("Nguyễn Văn Hòa") == collation_key("nguyễn  văn hoà")


def test_keys_hold_digits_only():
    assert collation_key("H'Hen Niê-Kđăm 2 漢").isdigit()


def test_initials_of_hill_names():
    assert initials("H'Hen Niê") == "HN"
    assert initials("  ") == ""


def test_slug_is_cut_cleanly():
    assert slug("a" * 79 + " b") == "a" * 79
    assert slug("…") == ""


@given(st.text())
def test_keys_are_stable(value):
    assert nfc(nfc(value)) == nfc(value)
    assert exact_key(exact_key(value)) == exact_key(value)
    assert fold(nfc(value)) == fold(value)
    assert slug(value).isascii()
    assert "".join(words(value)) == "".join(words(nfc(value)))
