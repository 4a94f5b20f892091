"""Made-up questions as Vietnamese teachers write them, any number of them, the same ones for the same seed.

A question is a scene, a task and answers put together from words and numbers of its subject, so that words repeat as
they do in a bank: few of them often, most of them rarely.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from question_bank.items.domain import (
    AcceptedNumber,
    ChoiceKey,
    EssayKey,
    ItemBody,
    ItemDraft,
    ItemKey,
    ItemType,
    NumberKey,
    Option,
    TruthKey,
)

PEOPLE = (
    "An, Bình, Chi, Dũng, Giang, Hà, Hải, Hạnh, Hoa, Khang, Lan, Linh, Long, Mai, Minh, Nam, Nga, Ngọc, Phúc, "
    "Quân, Sơn, Thảo, Trang, Tú"
).split(", ")
PLACES = (
    "Hà Nội, Huế, Đà Nẵng, Cần Thơ, Hải Phòng, Đà Lạt, Vinh, Quy Nhơn, Buôn Ma Thuột, Sa Pa, Hội An, Cà Mau, Lạng Sơn, "
    "Hà Giang, Điện Biên Phủ, Phú Quốc, Vũng Tàu, Nha Trang, Pleiku, Mỹ Tho"
).split(", ")
THINGS = (
    "quyển vở, cây bút chì, viên bi, bông hoa, quả cam, gói bánh, chiếc ghế, tấm bìa, sợi dây, thùng sơn, viên gạch, "
    "hộp sữa, cây xanh, con gà, tấm vé, chiếc khẩu trang, cuốn truyện, chai nước, bao gạo, mét vải"
).split(", ")
SHAPES = (
    "tam giác ABC, hình thang cân MNPQ, hình bình hành ABCD, hình chữ nhật EFGH, hình thoi MNPQ, tam giác vuông DEF"
).split(", ")
DEVICES = (
    "bàn phím, máy in, ổ đĩa cứng, bộ nhớ trong, màn hình cảm ứng, máy quét, loa, bộ định tuyến, cảm biến"
).split(", ")
PROGRAMS = (
    "bảng tính, trình soạn thảo văn bản, trình duyệt web, phần mềm trình chiếu, thư điện tử, phần mềm chỉnh sửa ảnh"
).split(", ")
EVENTS = (
    "khởi nghĩa Hai Bà Trưng, chiến thắng Bạch Đằng, khởi nghĩa Lam Sơn, phong trào Tây Sơn, Cách mạng tháng Tám, "
    "chiến dịch Điện Biên Phủ, phong trào Cần vương, cuộc kháng chiến chống Tống, Hiệp định Giơ-ne-vơ"
).split(", ")
CAUSES = (
    "tinh thần đoàn kết của nhân dân, đường lối lãnh đạo đúng đắn, địa hình hiểm trở, sự ủng hộ của quốc tế, "
    "kế sách của người chỉ huy, hậu phương vững chắc, lòng yêu nước, quân giặc chủ quan, thời cơ thuận lợi"
).split(", ")
SUBSTANCES = (
    "natri, magie, nhôm, sắt, đồng, kẽm, canxi, lưu huỳnh, oxi, hiđro, axit clohiđric, muối ăn, đường, nước vôi trong"
).split(", ")
BODIES = (
    "chiếc xe đạp, con tàu, viên đá, quả bóng, thùng hàng, chiếc ca nô, xe tải, vận động viên, con lắc, giọt mưa"
).split(", ")
LIVING = (
    "tế bào thực vật, lá cây, rễ cây, nấm men, vi khuẩn, thú có túi, lưỡng cư, cây rêu, dương xỉ, côn trùng, san hô"
).split(", ")
WORKS = (
    "“Lặng lẽ Sa Pa”, “Chiếc lược ngà”, “Đồng chí”, “Mây và sóng”, “Bếp lửa”, “Cô bé bán diêm”, “Lão Hạc”, “Quê hương”"
).split(", ")
DEVICES_OF_SPEECH = (
    "so sánh, nhân hoá, ẩn dụ, hoán dụ, điệp ngữ, nói quá, nói giảm nói tránh, liệt kê, câu hỏi tu từ".split(", ")
)


@dataclass(frozen=True)
class Question:
    """A question with what is said about it; `subject` is the name of the school's subject."""

    draft: ItemDraft
    subject: str
    grade: int
    topic: str
    level: str
    outcome: str
    source: str
    year: int | None
    labels: tuple[str, ...]


class _Slots(dict[str, str]):
    """Fills the places of a sentence, each by chance; `place_` is another one than `place`."""

    def __init__(self, draw: Random) -> None:
        super().__init__()
        self._draw = draw

    def __missing__(self, name: str) -> str:
        kind = name.rstrip("_")
        self[name] = self._draw.choice(WORDS[kind]) if kind in WORDS else str(self._draw.randint(*NUMBERS[kind]))
        return self[name]


WORDS: dict[str, Sequence[str]] = {
    "person": PEOPLE, "place": PLACES, "thing": THINGS, "shape": SHAPES, "device": DEVICES, "program": PROGRAMS,
    "event": EVENTS, "cause": CAUSES, "substance": SUBSTANCES, "body": BODIES, "living": LIVING, "work": WORKS,
    "speech": DEVICES_OF_SPEECH, "sign": "+-",
}  # fmt: skip
NUMBERS = {"k": (2, 19), "n": (2, 95), "m": (100, 990)}
TEX = '<span class="tex">{}</span>'.format
TASKS: dict[str, Sequence[tuple[str, str, str]]] = {  # subject → topic, sentence, kind of answers
    "Toán": (
        ("Phương trình bậc nhất", f"Nghiệm của phương trình {TEX('{k}x{sign}{n}={k_}')} là", "number"),
        ("Phương trình bậc hai", f"Phương trình {TEX('x^2{sign}{k}x{sign_}{n}=0')} có tổng hai nghiệm là", "number"),
        ("Phân thức", f"Giá trị của {TEX('{k_}/(x{sign}{k})')} tại {TEX('x={n}')} là", "number"),
        ("Đa thức", f"Rút gọn {TEX('({k}x{sign}{n})({k_}x-{k__})')} ta được đa thức có hệ số tự do bằng", "number"),
        (
            "Tỉ lệ thuận",
            "Bạn {person} mua {k} {thing} hết {m} nghìn đồng. Hỏi mua {n} {thing} hết bao nhiêu?",
            "number",
        ),
        ("Tứ giác", "Cho {shape} có cạnh dài {n} cm và đường cao ứng với cạnh đó {k} cm. Diện tích là", "number"),
        ("Xác suất", "Túi có {n} {thing} đỏ và {k} {thing} xanh. Xác suất lấy được màu đỏ là", "number"),
        ("Hàm số", f"Đồ thị hàm số {TEX('y={k}x{sign}{n}')} đi qua điểm có tung độ nào?", "number"),
        ("Thống kê", "Điểm của {n} học sinh ở {place} có trung bình {k},{k_}. Chọn nhận xét đúng.", "cause"),
    ),
    "Tin học": (
        ("Máy tính và cộng đồng", "Bạn {person} cần {device} để làm gì trong phòng máy ở {place}?", "device"),
        ("Ứng dụng tin học", "Khi dùng {program}, bạn {person} muốn sắp xếp {m} dòng. Nên làm thế nào?", "device"),
        ("Ứng dụng tin học", f"Trong bảng tính, {TEX('=SUM(A{k}:B{n})')} cho kết quả gì?", "number"),
        ("Giải quyết vấn đề", "Tìm {thing} nhẹ nhất trong {m} {thing} cần ít nhất mấy lần cân?", "number"),
    ),
    "Lịch sử và Địa lí": (
        ("Lịch sử Việt Nam", "Nguyên nhân quan trọng nhất dẫn tới thắng lợi của {event} ở {place} là gì?", "cause"),
        ("Lịch sử Việt Nam", "So với {event}, {event_} có điểm gì mới về cách đánh ở {place}?", "cause"),
        ("Địa lí Việt Nam", "Vì sao {place} có mùa mưa kéo dài {k} tháng mỗi năm?", "cause"),
        ("Địa lí Việt Nam", "Từ {place} đến {place_}, bản đồ tỉ lệ 1 : {m}000 đo {n} cm. Thực tế là", "number"),
    ),
    "Khoa học tự nhiên": (
        ("Chất", "Cho {n},{k} gam {substance} tác dụng hết với {substance_}. Sản phẩm nặng", "number"),
        ("Năng lượng", "Một {body} đi {m} km từ {place} trong {n} phút. Tốc độ trung bình là", "number"),
        ("Vật sống", "Ở {living}, bộ phận nào giúp trao đổi khí như ở {living_}?", "device"),
        ("Vật sống", "Quan sát {living} ở {place} bằng kính hiển vi phóng đại {n}0 lần, em thấy gì?", "cause"),
    ),
    "Ngữ văn": (
        ("Đọc hiểu văn bản", "Trong {work}, biện pháp {speech} ở khổ {k} có tác dụng gì?", "cause"),
        ("Đọc hiểu văn bản", "Nhân vật của {work} được khắc hoạ qua phương diện nào ở trang {n}?", "speech"),
        ("Thực hành tiếng Việt", "Câu nào dùng biện pháp {speech} để tả {place} lúc bạn {person} về?", "speech"),
    ),
}
ANSWERS = {
    "number": "{sign}{m},{k}",
    "cause": "Nhờ {cause} và {cause_} ở {place}",
    "device": "Dùng {device} cùng {program} để chia {thing}",
    "speech": "Bằng {speech} khi kể về {person} ở {place}",
}
SOURCES = (
    "",
    "Đề giữa kì I",
    "Đề cuối kì I",
    "Đề giữa kì II",
    "Đề cuối kì II",
    "Sách bài tập",
    "Đề thi thử",
    "Phiếu học tập",
)
LABELS = ("ôn tập hè", "học sinh giỏi", "thực tế", "đọc đồ thị", "có hình", "luyện nhanh", "mở đầu", "nhóm đôi")


def questions(count: int, seed: int) -> Iterator[Question]:
    """Make up questions."""
    draw = Random(seed)
    subjects = list(TASKS)
    for _ in range(count):
        subject = draw.choices(subjects, (30, 15, 20, 20, 15))[0]
        topic, sentence, kind = draw.choice(TASKS[subject])
        grade = draw.randint(6, 9)
        yield Question(
            _draft(draw, sentence.format_map(_Slots(draw)), ANSWERS[kind]),
            subject,
            grade,
            f"{topic} {grade}",
            draw.choices(("NB", "TH", "VD", "VDC"), (40, 30, 20, 10))[0],
            f"{subject[:2].upper()}{grade}.{draw.randint(1, 6)}.{draw.randint(1, 8)}",
            draw.choice(SOURCES),
            draw.choice((None, *range(2018, 2027))),
            tuple(draw.sample(LABELS, draw.choice((0, 0, 1, 2)))),
        )


def _draft(draw: Random, prompt: str, answer: str) -> ItemDraft:
    kind = draw.choices(
        (ItemType.SINGLE_CHOICE, ItemType.CLUSTER, ItemType.SHORT_NUMBER, ItemType.TRUE_FALSE, ItemType.ESSAY),
        (62, 13, 12, 6, 7),
    )[0]
    key: ItemKey
    options: Sequence[Option] = ()
    if kind is ItemType.SINGLE_CHOICE:
        options, key = _options(draw, answer), ChoiceKey({draw.choice("abcd"): Fraction(1)})
    elif kind is ItemType.CLUSTER:
        options, key = _options(draw, answer), TruthKey({name: draw.random() < 0.5 for name in "abcd"})
    elif kind is ItemType.SHORT_NUMBER:
        key = NumberKey((AcceptedNumber(str(draw.randint(-50, 900))),))
    elif kind is ItemType.TRUE_FALSE:
        key = TruthKey({"s": draw.random() < 0.5})
    else:
        key = EssayKey("<p>Nêu đủ ý, lập luận chặt chẽ.</p>")
    return ItemDraft(ItemBody(kind, f"<p>{prompt}</p>", tuple(options)), key)


def _options(draw: Random, answer: str) -> list[Option]:
    return [Option(name, f"<p>{answer.format_map(_Slots(draw))}</p>") for name in "abcd"]
