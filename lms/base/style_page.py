"""The style page: every component with its states, for those who build pages. Not there in production."""

from __future__ import annotations

from types import SimpleNamespace as Thing
from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from lms.base.errors import NotFound
from lms.base.frame import for_actor
from lms.base.permissions import Actor, Role
from lms.base.web import public, settings

bp = Blueprint("style", __name__)

_TEACHER = Actor(user_id=0, school_id=0, name="Trần Thu Hà", roles=frozenset({Role.TEACHER}))
_PUPIL = Actor(user_id=0, school_id=0, name="Nguyễn Minh Anh", roles=frozenset({Role.PUPIL}))
_PAGES = {"index": _TEACHER, "pupil": _PUPIL, "exam": _PUPIL, "plain": _PUPIL}


@bp.get("/style", defaults={"page": "index"})
@bp.get("/style/<page>")
@public
def show(page: str) -> ResponseReturnValue:
    """Show the components, or one of the other layouts."""
    if page not in _PAGES or settings().environment == "production":
        raise NotFound
    frame = for_actor(_PAGES[page], "/bank" if page == "index" else "/", "Trường THCS Hoa Phượng")
    return render_template(f"style/{page}.html", frame=frame, samples=samples())


def samples() -> dict[str, Any]:
    """One question of each kind in the shape that `question_bank.api.present` gives, which is above this package."""
    root = Markup("<math><msqrt><mrow><msup><mi>x</mi><mn>2</mn></msup><mo>−</mo><mn>4</mn></mrow></msqrt></math>")
    four = _options("x + 2", "x − 2", root, "x² − 2")
    words = (Thing(id="1", words="bằng nhau"), Thing(id="2", words="song song"))
    gaps = (Thing(id="g1", number=1, choices=words), Thing(id="g2", number=2, choices=()))
    targets = _options("bốn cạnh bằng nhau", "bốn góc vuông", letters="123")
    choice = [Thing(html=Markup("<p>Rút gọn biểu thức chứa ") + root + Markup(", ta được</p>"), gap=None)]
    filled = [Thing(html="Hình bình hành có các cạnh đối ", gap=gaps[0]), Thing(html=" và dài ", gap=gaps[1])]
    return {
        "single": _question("single_choice", choice, options=four),
        "single_key": Thing(right={"c"}),
        "cluster": _question(
            "cluster",
            "Tứ giác ABCD có hai đường chéo cắt nhau tại trung điểm mỗi đường. Mỗi ý sau đúng hay sai?",
            options=_options("ABCD là hình bình hành.", "AB = BC.", "ABCD có hai trục đối xứng.", letters="abc"),
        ),
        "cluster_key": Thing(truths={"a": True, "b": False, "c": False}),
        "number": _question("short_number", "Giá trị của (a − b)² tại a = 5, b = 2 là bao nhiêu?"),
        "gap": _question("gap_fill", filled, gaps=gaps),
        "matching": _question(
            "matching", "Nối mỗi hình với tính chất.", _options("Hình thoi", "Hình chữ nhật"), targets
        ),
        "ordering": _question("ordering", "Sắp xếp các bước giải.", _options("Chuyển vế", "Quy đồng", "Chia hai vế")),
        "essay": _question("essay", "Viết đoạn văn 150 chữ về một thói quen đọc sách."),
    }


def _options(*texts: str, letters: str = "ABCD") -> tuple[Thing, ...]:
    return tuple(
        Thing(id=letter.lower(), letter=letter, html=text) for letter, text in zip(letters, texts, strict=False)
    )


def _question(
    kind: str,
    prompt: Any,
    options: tuple[Thing, ...] = (),
    targets: tuple[Thing, ...] = (),
    gaps: tuple[Thing, ...] = (),
) -> Thing:
    parts = prompt if isinstance(prompt, list) else [Thing(html=Markup("<p>%s</p>") % prompt, gap=None)]
    return Thing(type=kind, passage="", prompt=parts, options=options, targets=targets, gaps=gaps)
