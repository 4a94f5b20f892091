from __future__ import annotations

from collections.abc import Callable

import pypdfium2
import pytest
from flask.testing import FlaskClient

from lms.base import clock, db
from lms.quizzes.answer_sheet import _page, answer_sheets, code, said_by_code
from lms.quizzes.printing import Head, Printed
from question_bank import api as bank
from tests.factories import World
from tests.lms.quizzes import factories
from tests.question_bank.items import samples

HEAD = Head("Trường THCS Hoa Phượng", "Kiểm tra giữa học kì I", "Toán", 8, 90)


def form(code: str, *drafts: bank.ItemDraft) -> Printed:
    slots = [
        {"number": n, "label": str(n), "part": "", "version": f"v{n}", "worth": "1", "body": bank.encode_body(one.body)}
        for n, one in enumerate(drafts, start=1)
    ]
    return Printed(code, slots)


def bubbles(printed: Printed) -> int:
    return "\n".join(_page(HEAD, printed, "code.svg")).count("#bubble(")


@pytest.mark.parametrize(
    ("draft", "count"),
    [
        (samples.choice(), 4),
        (samples.several(), 3),
        (samples.cluster(), 8),
        (samples.true_false(), 2),
        (samples.short_number(), 1 + 2 + 10 * 4),  # a minus first, a comma second or third, ten digits four times
        (samples.essay(), 0),
        (samples.matching(), 0),
    ],
)
def test_each_question_has_its_bubbles(draft: bank.ItemDraft, count: int) -> None:
    candidate_and_code = 10 * (6 + 3)
    assert bubbles(form("101", draft)) == candidate_and_code + count


def test_the_code_of_the_form_is_black_already() -> None:
    page = "\n".join(_page(HEAD, form("102", samples.choice()), "code.svg"))
    assert page.count("full: true") == 3


def test_a_page_for_each_form_says_what_it_is() -> None:
    drafts = [samples.choice()] * 12 + [samples.cluster()] * 4 + [samples.short_number()] * 6 + [samples.essay()]
    document = pypdfium2.PdfDocument(answer_sheets(HEAD, "some-uid", [form("101", *drafts), form("102", *drafts)]))
    try:
        pages = [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()
    assert len(pages) == 2
    assert "PHIẾU TRẢ LỜI" in pages[0]
    assert "Kiểm tra giữa học kì I – Toán 8" in pages[0]
    assert "Làm trên giấy: câu 23." in pages[0]


def test_sheets_of_two_forms_carry_two_codes() -> None:
    assert said_by_code("some-uid", "101") == "GIEO1 some-uid 101"
    assert code("some-uid", "101") != code("some-uid", "102")
    assert code("some-uid", "101").startswith(b"<?xml")


def test_papers_keys_and_answer_sheets_come_as_pdf(signed_in: Callable[[str], FlaskClient], world: World) -> None:
    with db.transaction() as session:
        uid = factories.published(session, world, [samples.choice(), samples.cluster()], at=clock.now()).uid
    client = signed_in("teacher")
    for sheet, words in (("paper", "Mã đề: 101"), ("keys", "ĐÁP ÁN"), ("answers", "PHIẾU TRẢ LỜI")):
        answer = client.post(f"/quizzes/{uid}/print/{sheet}", data={"format": "pdf"})
        assert answer.headers["Content-Disposition"] == f'attachment; filename="kiem-tra-45-phut-{sheet}.pdf"'
        document = pypdfium2.PdfDocument(answer.data)
        try:
            assert words in document[0].get_textpage().get_text_bounded()
        finally:
            document.close()
    assert signed_in("pupil").post(f"/quizzes/{uid}/print/answers").status_code == 403
