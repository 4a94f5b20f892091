"""One question of each kind, as a teacher would write it."""

from __future__ import annotations

from fractions import Fraction

from question_bank.items.domain import (
    AcceptedNumber,
    AcceptedText,
    ChoiceKey,
    EssayKey,
    Gap,
    GapKey,
    ItemBody,
    ItemDraft,
    ItemNotes,
    ItemType,
    NumberKey,
    Option,
    OrderKey,
    PairKey,
    TextKey,
    TruthKey,
)

TEX = '<span class="tex">x^2-4</span>'


def choice(prompt: str = f"<p>Phân tích {TEX} thành nhân tử, ta được</p>", right: str = "b") -> ItemDraft:
    options = tuple(Option(name, f"<p>Phương án {name}</p>") for name in "abcd")
    return ItemDraft(
        ItemBody(ItemType.SINGLE_CHOICE, prompt, options),
        ChoiceKey({right: Fraction(1)}),
        ItemNotes("<p>Dùng hằng đẳng thức.</p>", per_option={"a": "<p>Sai dấu.</p>"}),
        level="TH",
    )


def several() -> ItemDraft:
    options = tuple(Option(name, f"Số {name}") for name in "abc")
    body = ItemBody(ItemType.MULTIPLE_CHOICE, "<p>Số nào chẵn?</p>", options)
    return ItemDraft(body, ChoiceKey({"a": Fraction(1, 2), "c": Fraction(1, 2), "b": Fraction(-1, 2)}))


def true_false() -> ItemDraft:
    return ItemDraft(ItemBody(ItemType.TRUE_FALSE, "<p>Số 2 là số nguyên tố.</p>"), TruthKey({"s": True}))


def cluster() -> ItemDraft:
    options = tuple(Option(name, f"<p>Ý {name}</p>") for name in "abcd")
    body = ItemBody(ItemType.CLUSTER, "<p>Cho tứ giác ABCD.</p>", options)
    return ItemDraft(body, TruthKey({"a": True, "b": False, "c": True, "d": False}))


def short_text() -> ItemDraft:
    body = ItemBody(ItemType.SHORT_TEXT, "<p>Thủ đô của Việt Nam?</p>")
    return ItemDraft(body, TextKey((AcceptedText("Hà Nội"), AcceptedText("Ha Noi", Fraction(1, 2)))))


def short_number() -> ItemDraft:
    body = ItemBody(ItemType.SHORT_NUMBER, "<p>Tính 5 : 2.</p>")
    return ItemDraft(body, NumberKey((AcceptedNumber("2.5", "0.01"),)))


def matching() -> ItemDraft:
    body = ItemBody(
        ItemType.MATCHING,
        "<p>Nối cho đúng.</p>",
        (Option("l1", "Sông Hồng"), Option("l2", "Sông Hương")),
        (Option("r1", "Huế"), Option("r2", "Hà Nội"), Option("r3", "Cần Thơ")),
    )
    return ItemDraft(body, PairKey({"l1": "r2", "l2": "r1"}))


def ordering() -> ItemDraft:
    options = (Option("o1", "Trần"), Option("o2", "Lý"), Option("o3", "Lê sơ"))
    return ItemDraft(ItemBody(ItemType.ORDERING, "<p>Xếp các triều đại.</p>", options), OrderKey(("o2", "o1", "o3")))


def gap_fill() -> ItemDraft:
    prompt = (
        '<p>Thủ đô là <span class="gap" data-gap="g1"></span>, '
        'nước <span class="gap" data-gap="g2"></span> sôi ở 100 °C.</p>'
    )
    gaps = (Gap("g1"), Gap("g2", (Option("c1", "nguyên chất"), Option("c2", "muối"))))
    key = GapKey({"g1": (AcceptedText("Hà Nội"),), "g2": (AcceptedText("c1"),)})
    return ItemDraft(ItemBody(ItemType.GAP_FILL, prompt, gaps=gaps), key)


def essay() -> ItemDraft:
    return ItemDraft(ItemBody(ItemType.ESSAY, "<p>Nêu cảm nghĩ.</p>"), EssayKey("<p>Mở bài 1 điểm.</p>"))


ALL = (choice, several, true_false, cluster, short_text, short_number, matching, ordering, gap_fill, essay)
