"""What made-up questions say: prompts full of traps, options of every kind, passages, in all subjects."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bench.papers import formulas
from bench.papers.wordml import LOOKS, formula, picture, run

PICTURE = "rId70"  # the relation of the one picture that papers carry


@dataclass(frozen=True)
class Piece:
    """A run of text with its looks, or ready XML with what a page must show for it."""

    text: str = ""
    looks: tuple[str, ...] = ()
    xml: str = ""
    shown: str = ""


Words = tuple[Piece, ...]


def plain(text: str) -> Words:
    """Return words without any look."""
    return (Piece(text),)


def shown(words: Words) -> str:
    """Return what a page must show: no white space, scripts and formulas in brackets, pictures as one sign."""
    out = ""
    for piece in words:
        text = piece.shown or "".join(piece.text.split())
        out += f"_({text})" if "sub" in piece.looks else f"^({text})" if "sup" in piece.looks else text
    return out


def xml(words: Words, *looks: str, dice: random.Random | None = None) -> str:
    """Return runs; with *dice* they are cut anywhere, as Word's spelling marks do."""
    out = ""
    for piece in words:
        if piece.xml:
            # Whoever colours a line colours its formulas too.
            colours = "".join(LOOKS[look] for look in looks)
            out += piece.xml.replace("<m:t>", f"<w:rPr>{colours}</w:rPr><m:t>") if colours else piece.xml
            continue
        own = (*(look for look in looks if look not in piece.looks), *piece.looks)
        cut = dice.randrange(len(piece.text) + 1) if dice and len(piece.text) > 3 else 0
        if cut:
            out += (
                run(piece.text[:cut], *own) + '<w:proofErr w:type="spellStart"/><w:bookmarkStart w:id="0" w:name="b"/>'
            )
        out += run(piece.text[cut:], *own)
    return out


_TOKENS = re.compile(r"(⟨[FCPN]⟩|\*\*[^*]+\*\*|__[^_]+__)")
CHEMISTRY = ("H2SO4", "CH3COOH", "Fe2O3", "C6H12O6", "Na2CO3", "Al2(SO4)3", "CuSO4", "NH4Cl", "Ca(OH)2", "C2H5OH")


def chemical(name: str) -> Words:
    """Return a formula of chemistry with its numbers below the line."""
    return tuple(Piece(part, ("sub",) if part.isdigit() else ()) for part in re.findall(r"\d+|[^\d]+", name))


def mathematical(one: formulas.Formula) -> Words:
    """Return a formula of mathematics."""
    return (Piece(xml=formula(one.omml), shown="[" + "".join(one.latex.split()) + "]"),)


def drawing() -> Words:
    """Return a picture."""
    return (Piece(xml=picture(PICTURE, "hình vẽ"), shown="▣"),)


def written(template: str, dice: random.Random) -> Words:
    """Return a template filled: ⟨F⟩ a formula, ⟨C⟩ chemistry, ⟨P⟩ a picture, ⟨N⟩ a number, **bold**, __underlined__."""
    found: list[Piece] = []
    for part in _TOKENS.split(template):
        if part == "⟨F⟩":
            found += mathematical(formulas.drawn(dice))
        elif part == "⟨C⟩":
            found += chemical(dice.choice(CHEMISTRY))
        elif part == "⟨P⟩":
            found += drawing()
        elif part == "⟨N⟩":
            found.append(Piece(str(dice.randint(2, 999))))
        elif part.startswith("**"):
            found.append(Piece(part[2:-2], ("b",)))
        elif part.startswith("__"):
            found.append(Piece(part[2:-2], ("u",)))
        elif part:
            found.append(Piece(part))
    return tuple(found)


# Sentences that end in "A.", speak of another question, or begin with what elsewhere is a label.
PROMPTS = (
    "Cho tam giác ABC vuông tại A. Biết AB = ⟨N⟩ cm, độ dài cạnh BC là",
    "Cho hàm số ⟨F⟩. Khẳng định nào sau đây **đúng**?",
    "Tập xác định của hàm số ⟨F⟩ là",
    "Nghiệm của phương trình ⟨F⟩ là",
    "Đường thẳng d đi qua điểm M(⟨N⟩; 2) và song song với AB. Phương trình của d là",
    "Một vật dao động điều hoà với biên độ ⟨N⟩ cm. Chu kì T (s) của vật bằng",
    "Đặt điện áp xoay chiều ⟨F⟩ (V) vào hai đầu đoạn mạch AB. Cường độ hiệu dụng bằng",
    "Vật nặng rơi từ A đến B. Vận tốc tại C gấp ⟨N⟩ lần vận tốc tại B. Cơ năng của vật",
    "Dung dịch ⟨C⟩ tác dụng được với chất nào sau đây?",
    "Cho ⟨N⟩ gam ⟨C⟩ tác dụng với ⟨C⟩ dư. Thể tích khí thu được ở đktc là",
    "Phát biểu nào sau đây về ⟨C⟩ là **không** đúng?",
    "Người có nhóm máu B. kết hôn với người nhóm máu A. Con của họ __không thể__ có nhóm máu nào?",
    "Vitamin C. có nhiều nhất trong loại quả nào dưới đây?",
    "Ở Việt Nam, tỉnh nào có diện tích lớn thứ ⟨N⟩?",
    "Sự kiện ngày 2/9/1945 có ý nghĩa lịch sử nào sau đây?",
    "Theo hình 1, quốc gia nào có sản lượng ⟨N⟩ nghìn tấn?",
    "Câu thơ “Đất nước của nhân dân” (đoạn ⟨N⟩) nằm trong tác phẩm nào?",
    "Bài thơ nào sau đây được viết theo thể ⟨N⟩ chữ?",
    "Đáp án nào sau đây nêu đúng chức năng thứ ⟨N⟩ của ribosome?",
    "Lời giải nào dưới đây cho bài toán ⟨N⟩ là hợp lí?",
    "Trong Python, câu lệnh print(⟨N⟩ // 4) in ra",
    "Hàm f(x) = ⟨N⟩x có đạo hàm bằng",
    "She has lived here ______ ⟨N⟩ years.",
    "Mark the letter A, B, C, or D to indicate the word that differs in stress (⟨N⟩).",
    "Chọn phương án đúng: 1. a) hay 1. b) ở trang ⟨N⟩?",
    "Quan sát hình bên. Số cạnh ⟨N⟩ của hình là ⟨P⟩",
    "Giá trị của ⟨F⟩ + ⟨F⟩ bằng bao nhiêu?",
    "Cho biểu thức P = ⟨F⟩. Rút gọn P ta được",
    "Trong không gian Oxyz, cho mặt cầu (S): ⟨F⟩. Bán kính của (S) là",
    "Chọn từ còn thiếu: “Học, học nữa, ____ mãi” (V.I. Lenin, ⟨N⟩)",
)
SECOND_LINES = (
    "Biết rằng mọi lực cản đều bỏ qua.",
    "(1) Đúng với mọi x. (2) Chỉ đúng khi x > ⟨N⟩.",
    "Kết quả làm tròn đến hàng phần trăm.",
    "Số liệu: ⟨F⟩.",
    "⟨P⟩",
    "I. Gen trội. II. Gen lặn. III. Đột biến.",
)
PHRASES = (
    "tăng lên rồi giảm dần", "giảm đều theo thời gian", "không thay đổi", "phụ thuộc vào khối lượng", "Hà Nội",
    "Nghệ An", "cách mạng tháng Tám", "nhà Trần", "chất xúc tác", "quang hợp", "màng tế bào", "sông Hồng", "for",
    "since", "has been", "because of", "quyền tự do ngôn luận", "thơ lục bát", "Tố Hữu", "Nguyễn Du", "mạng máy tính",
    "biến toàn cục", "tia hồng ngoại", "sóng dừng", "lực ma sát", "muối ăn", "kim loại kiềm", "hình bình hành",
    "trục đối xứng", "vô nghiệm", "Đáp án khác", "3. Kết quả", "chỉ (1) và (3)", "A là tập con của B", "5 điểm",
    "Bài ca ngất ngưởng", "Đúng", "khi x = a",
)  # fmt: skip
TRAPS = (
    "f(x)", "y = f (x)", "g’(x)", "*args", "a*b", "**kwargs", "x ∈ (a; b)", "Đ", "s", "Sai", "(1)", "3", "A", "B và D",
    "e) khác", "hàm f (x)", "F(x) + C", "Câu 3", "1. Một", "Đáp án B", "a. nhỏ", "chọn C", "“A.”", "[x]", "x", "(b)",
    "điểm A. Khi đó",
)  # fmt: skip
SIGNED: Mapping[str, Callable[[str], bool]] = {
    "": lambda text: False, "check": lambda text: False, "star": lambda text: False,
    "star after": lambda text: text.startswith("*"), "tick": lambda text: text.endswith("(x)"),
}  # fmt: skip
UNITS = ("cm", "m/s", "N", "J", "mol", "gam", "%", "km", "V", "lít", "tỉ đồng", "")
PRONOUNCED: tuple[tuple[tuple[str, ...], ...], ...] = (
    (("h", "ea", "d"), ("b", "ea", "n"), ("s", "ea", "t"), ("m", "ea", "t"), ("l", "ea", "f"), ("t", "ea", "ch")),
    (("look", "ed"), ("play", "ed"), ("need", "ed"), ("stop", "ed"), ("watch", "ed"), ("call", "ed")),
)  # fmt: skip
LAST = ("Cả A và B", "Tất cả các phương án trên", "Không có phương án nào đúng", "A và C đều đúng")
STATEMENTS = (
    "Hàm số đồng biến trên khoảng (⟨N⟩; +∞).", "Giá trị lớn nhất của ⟨F⟩ là ⟨N⟩.",
    "Vận tốc của vật tại B là ⟨N⟩ m/s.", "Chất ⟨C⟩ tan tốt trong nước.", "Quần thể có ⟨N⟩ kiểu gen.",
    "Nước ta có ⟨N⟩ tỉnh giáp biển.", "Đồ thị cắt trục tung tại ⟨F⟩.", "Nhiệt độ tăng thêm ⟨N⟩ độ.",
    "Tác giả kể lại sự việc năm ⟨N⟩.", "Xác suất cần tìm bằng ⟨F⟩.",
)  # fmt: skip
STEMS = (
    "Cho hàm số ⟨F⟩. Xét các phát biểu sau:", "Một xe chuyển động với vận tốc ⟨N⟩ km/h.",
    "Tiến hành thí nghiệm với ⟨C⟩.", "Dựa vào bảng số liệu về dân số năm ⟨N⟩.",
    "Ở một loài thực vật, xét ⟨N⟩ cặp gen.", "Trong không gian Oxyz, cho ⟨F⟩.",
)  # fmt: skip
SHORTS = (
    "Tính giá trị của ⟨F⟩ tại x = ⟨N⟩.", "Một lớp có ⟨N⟩ học sinh. Có bao nhiêu cách chọn?",
    "Khối lượng ⟨C⟩ là bao nhiêu gam?", "Quãng đường vật đi được sau ⟨N⟩ giây là bao nhiêu mét?",
    "Tìm số nguyên m để ⟨F⟩.",
)  # fmt: skip
ESSAYS = (
    "Phân tích nhân vật trong đoạn trích trang ⟨N⟩.", "Chứng minh rằng ⟨F⟩ với mọi x.",
    "Trình bày tính chất của ⟨C⟩.", "Giải phương trình ⟨F⟩.",
)  # fmt: skip
REASONS = (
    "Vì điều kiện luôn thoả mãn.", "Áp dụng công thức ⟨F⟩.", "Theo định luật bảo toàn, ta có ⟨F⟩.",
    "Xem sách giáo khoa, mục ⟨N⟩.", "Loại A vì thiếu điều kiện.", "Do đó C sai.",
)  # fmt: skip
PASSAGE = (
    "Làng tôi ở vốn làm nghề chài lưới, nước bao vây cách biển nửa ngày sông (đoạn ⟨N⟩).",
    "Theo thống kê, sản lượng lúa năm ⟨N⟩ tăng nhanh. Nguyên nhân là giống mới.",
    "In ⟨N⟩, many people moved to the city. They were looking for jobs.",
    "Thí nghiệm: cho mẫu Na vào cốc nước có pha ⟨C⟩. Quan sát hiện tượng.",
)


def prompt(dice: random.Random, mark: str) -> Words:
    """Return a prompt; *mark* makes it one of its kind in the paper."""
    return (*written(dice.choice(PROMPTS), dice), Piece(f" [{mark}]"))


def options(dice: random.Random, count: int, *, sounds: bool = True, sign: str = "") -> list[Words]:
    """Return options of one kind, all different.

    *sounds* allows words that are underlined in part; *sign* is how the paper marks, so that no text may look so.
    """
    kind = dice.choice(
        ("phrase", "phrase", "phrase", "trap", "number", "formula", "chemistry", "sounds", "picture", "long")
    )
    if kind == "sounds" and sounds and count <= 6:
        words = dice.sample(dice.choice(PRONOUNCED), count)
        return [tuple(Piece(part, ("u",) if at == 1 else ()) for at, part in enumerate(one) if part) for one in words]
    if kind == "number":
        unit = dice.choice(UNITS)
        numbers = dice.sample(range(1, 999), count)
        return [plain(f"{n // 10},{n % 10} {unit}".strip() if n % 3 else f"{n} {unit}".strip()) for n in numbers]
    if kind == "chemistry":
        return [chemical(name) for name in dice.sample(CHEMISTRY, count)]
    found: dict[str, Words] = {}
    while len(found) < count:
        one: Words
        if kind == "formula":
            one = mathematical(formulas.drawn(dice))
            if dice.random() < 0.3:
                one = (Piece("y = "), *one)
        elif kind == "picture" and count == 4:
            one = (*drawing(), Piece(f" Hình {len(found) + 1}"))
        elif kind == "trap":
            one = plain(dice.choice([text for text in TRAPS if not SIGNED[sign](text)]))
        elif kind == "long":
            one = written(f"{dice.choice(PHRASES)} và {dice.choice(PHRASES)} vì {dice.choice(STATEMENTS)}", dice)
        else:
            one = plain(dice.choice(PHRASES))
        found.setdefault(shown(one), one)
    drawn = list(found.values())
    if kind == "phrase" and count == 4 and dice.random() < 0.15:
        drawn[3] = plain(dice.choice(LAST))
    return drawn


def statements(dice: random.Random) -> list[Words]:
    """Return the four statements of a true/false question."""
    return [written(template, dice) for template in dice.sample(STATEMENTS, 4)]


def one_of(templates: Sequence[str], dice: random.Random, mark: str = "") -> Words:
    """Return one of the templates filled, with its mark."""
    words = written(dice.choice(templates), dice)
    return (*words, Piece(f" [{mark}]")) if mark else words
