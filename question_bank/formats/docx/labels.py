"""The little words that give a paper its order: "Câu 1.", "A.", "PHẦN II", "Đáp án: B", "Lời giải"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

# Look-alikes that Vietnamese keyboards and copied text bring along; every replacement keeps the length.
_ALIKE = str.maketrans(
    "АВСЕНаесАＡＢＣＤＥＦ．：）（／\u00a0\u2007\u202f\u3000０１２３４５６７８９", "ABCEHaecAABCDEF.:)(/    0123456789"
)


def before(text: str, at: int) -> tuple[bool, str]:
    """Return whether a place is the first on its line, and the three characters before it."""
    head = text[max(0, at - 3) : at]
    return not head.strip() and not text[:at].strip(), head


def norm(text: str) -> str:
    """Return text for matching: look-alike letters and spaces replaced, character by character."""
    return text.translate(_ALIKE)


_BRACKET = r"[\[(<{][^\[\](){}<>]{1,40}[\])>}]"
LOWER = "a-zàáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ"
NOT_LOWER = f"(?-i:(?![{LOWER}]))"  # the letter before ends a word written in capitals
_UPPER = "A-ZĐÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬÈÉẺẼẸÊỀẾỂỄỆÌÍỈĨỊÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢÙÚỦŨỤƯỪỨỬỮỰỲÝỶỸỴ"

STRONG = re.compile(
    rf"^\s*(?:[*•]\s*)?(?P<before>(?:{_BRACKET}\s*)*)(?P<word>câu(?:\s+hỏi)?|bài(?:\s+tập|\s+toán)?|question|ques|quest)"
    rf"\s*(?:số\s*)?(?P<n>\d{{1,4}})(?![\d,])(?P<after>\s*(?:{_BRACKET}\s*)*)"
    r"(?P<end>[.:)/]+|[-–—](?!\s*\d)|(?=\s|$))\s*",
    re.I,
)
WEAK = re.compile(r"^\s*(?P<n>\d{1,3})\s*[.)](?![\d.])\s*")
ROUND = re.compile(r"^\s*\(\s*(?P<angle><)?\s*(?P<n>\d{1,3})\s*>?\s*\)\s*[.:]?\s*")
_OPENS = re.compile(rf"\s*(?:$|\t|[{_UPPER}\d\"“‘'(\[\ufffc\\$])")  # what a question may open with

OPTION = re.compile(r"(?P<star>\*\s*)?(?:\(\s*(?P<round>[A-Ha-h])\s*\)|(?P<letter>[A-Ha-h])\s*[.):/])(?P<space>\s*)")
PART = re.compile(
    rf"^\s*(?:{_BRACKET}\s*)*(?P<word>phần|part|section)\s+(?P<id>[IVX]{{1,4}}|\d{{1,2}}|[A-E])(?![a-zA-Zà-ỹ])\s*[.:\-–)]*\s*(?P<title>.*)$",
    re.I,
)
PART_BARE = re.compile(r"^\s*(?P<id>I{1,3}|IV|V|VI|[A-E])\s*[.:\-–)/]+\s*(?P<title>.+)$")
_PART_TITLE = re.compile(
    r"trắc nghiệm|tự luận|đúng\s*[/,-]?\s*(?:hay|hoặc|–|-)?\s*sai|trả lời ngắn|phần|nhiều lựa chọn|đọc hiểu|làm văn|"
    r"listening|reading|writing|phonetics|vocabulary|grammar|language|nghị luận|viết\b",
    re.I,
)

BREAK = re.compile(r"^\s*\[\s*<\s*br\s*/?>\s*\]", re.I)
GROUP_START = re.compile(r"^\s*\[\s*<\s*sg\s*>\s*\]\s*", re.I)
GROUP_TEXT_END = re.compile(r"^\s*\[\s*<\s*/?\s*egc\s*>\s*\]", re.I)
GROUP_END = re.compile(r"^\s*\[\s*<\s*/\s*sg\s*>\s*\]", re.I)
END = re.compile(r"^\W*(?:hết|the end|end)\W*$", re.I)
ANSWERS = re.compile(
    r"^\W*(?:phần\s+)?(?:(?:bảng|phiếu)\s+)?"
    r"(?:đáp án|đáp số|key|answer keys?|answers|hướng dẫn chấm|hướng dẫn giải|lời giải)"
    r"(?:\s+(?:và|chi tiết|tham khảo|trắc nghiệm|phần|đề|mã đề|môn|các|hướng dẫn|lời giải|thang điểm|biểu điểm)\b.*)?"
    r"\W*$",
    re.I,
)
SOLUTION = re.compile(
    r"^\W*(?:(?:(?:lời|bài) giải|hướng dẫn giải|giải thích)(?:\s+chi tiết)?|hướng dẫn|giải chi tiết|"
    r"hdg|hd giải|phương pháp giải|explanation|solution|giải)\s*(?P<end>[:.]|$)\s*",
    re.I,
)
KEY_LINE = re.compile(
    r"^\W*(?:(?:vậy|suy ra|nên)\b\W*)?"
    r"(?P<word>ta\s+chọn|chọn|đáp án|đáp số|đ/a|đa|answer|ans|key|trả lời|kết quả|correct answer)"
    r"(?P<more>(?:\s+(?:đáp án|phương án|câu|ý|đúng|là|chọn|cần chọn|is|key))*)\s*(?P<colon>[:.=]?)\s*(?P<value>.*)$",
    re.I | re.S,
)
ANSWER_SPACE = re.compile(r"^\W*(?:đáp án|đáp số|đ/a|trả lời)\s*:[\s._…▢□\[\]o]*$", re.I)  # to write the answer on
LETTERHEAD = re.compile(  # of a paper, before its first question
    r"^\W*(?:sở\b|phòng\b|trường\b|bộ giáo dục|cộng ho[àa]|đề\s*(?:số|thi|kiểm|cương|ôn|chính|khảo|minh|luyện|:|\d)|"
    r"kì thi|kỳ thi|bài kiểm tra|kiểm tra|môn|thời gian|họ,?\s*(?:và)?\s*tên|số báo danh|sbd|mã đề|lớp|khối|năm học|"
    r"học k[ìỳ]|điểm\s*:|lời phê|chữ k[ýí]|giám thị|\(?\s*(?:đề|bài)\s+(?:thi|kiểm tra)?\s*(?:có|gồm))",
    re.I,
)
LETTERS = re.compile(
    r"^[\[(]?\s*(?P<letters>[A-Ha-h](?:\s*(?:[,;&]|và|and)\s*[A-Ha-h])*)\s*[\])]?\s*(?P<end>[.!;:]|$|\()"
)
RANGE = re.compile(
    r"(?:câu(?:\s+hỏi)?|questions?|bài)\s*(?:từ\s*|số\s*|from\s*|numbered\s*)*[({<\[]{0,2}(\d{1,3})[)}>\]]{0,2}\s*"
    r"(?:-|–|—|−|đến|tới|to|through|và|and)\s*"
    r"(?:câu\s*|question\s*)?[({<\[]{0,2}(\d{1,3})",
    re.I,
)
FROM_TO = re.compile(r"\b(?:từ|from)\s+(\d{1,3})\s*(?:-|–|—|đến|tới|to)\s*(\d{1,3})", re.I)
OWN_PASSAGE = re.compile(  # how our own papers announce a shared text (`lms.quizzes.printing`); no part of it
    r"^Dùng thông tin sau để trả lời (?:câu (?P<one>\d{1,3})|các câu từ (?P<first>\d{1,3}) đến (?P<last>\d{1,3}))\.$"
)
ASKS_TO_READ = re.compile(
    r"^\W*(?:đọc|dựa vào|dựa trên|căn cứ|sử dụng|dùng|cho\b.*(?:trả lời|câu)|quan sát|questions?|mark the|read the|"
    r"read and|choose the|listen|look at|use the|câu|các câu|từ câu|dữ kiện|thông tin|trả lời)",
    re.I,
)
STRONG_INSTRUCTION = re.compile(
    r"^\W*(?:mark the letter|read the (?:following|passage)|choose the (?:word|letter|best|correct|underlined)|"
    r"đọc (?:đoạn|văn bản|bài|thông tin|các|hai)|circle the|give the correct|rewrite the|complete the following)",
    re.I,
)
ABOUT_THE_TEST = re.compile(r"^\W*(?:thí sinh|học sinh|mỗi (?:câu|ý)|trong mỗi|\(?\s*thí sinh)", re.I)

LEVEL = {
    "nb": "NB", "th": "TH", "vd": "VD", "vdc": "VDC", "nhận biết": "NB", "thông hiểu": "TH", "vận dụng": "VD",
    "vận dụng cao": "VDC", "vận dụng thấp": "VD",
}  # fmt: skip
_TAG = re.compile(r"\s*(?P<open>[\[(<{])\s*(?P<body>[^\[\](){}<>]{1,40}?)\s*[\])>}]\s*")
_CODE = re.compile(
    r"^(?:CLO\s*\d{1,2}(?:\.\d+)?(?:\s*[,;]\s*CLO\s*\d{1,2})*|[0-2][DHGNS]\d[A-Z]\d-\d|\d[A-Z]\d[A-Z]\d-\d|YCCĐ[\s.\d]+|LO\d{1,2})$",
    re.I,
)
_POINTS = re.compile(r"^(\d{1,2}(?:[.,]\d{1,2})?)\s*(?:điểm|đ|pts?|points?)\.?$", re.I)
_SHUFFLE = re.compile(r"^g\d*(?:#\d*)?$|^#\w{0,6}$", re.I)


TAGS_AT_MOST = 6
LONGEST_LABEL = 200  # characters in which the label of a question is looked for


@dataclass(slots=True)
class Tags:
    """What stands in brackets around a question's number."""

    level: str = ""
    codes: tuple[str, ...] = ()
    points: Fraction | None = None
    true_false: bool = False

    def take(self, body: str) -> bool:
        """Take one bracket; False when it is no tag but words of the question."""
        text = " ".join(body.split())
        if text.lower() in LEVEL:
            self.level = self.level or LEVEL[text.lower()]
        elif text.upper() in ("TF", "ĐS", "Đ/S", "ĐÚNG SAI"):
            self.true_false = True
        elif _CODE.match(text):
            self.codes += tuple(part.strip().upper().replace(" ", "") for part in re.split(r"[,;]", text))
        elif match := _POINTS.match(text):
            self.points = Fraction(match[1].replace(",", "."))
        elif not _SHUFFLE.match(text):
            return False
        return True


def leading_tags(text: str, tags: Tags) -> int:
    """Take the tags at the start of a text and return where its words begin."""
    at = 0
    for _ in range(TAGS_AT_MOST):
        match = _TAG.match(text, at)
        if not match or not tags.take(match["body"]):
            break
        at = match.end()
    return at


def trailing_tags(text: str, tags: Tags) -> int:
    """Take the tags at the end of a text and return where its words end."""
    end = len(text.rstrip())
    for _ in range(TAGS_AT_MOST):
        start = max(0, end - 60)
        match = re.search(r"[\[(<{]\s*([^\[\](){}<>]{1,40}?)\s*[\])>}]$", text[start:end])
        if not match or not tags.take(match[1]):
            break
        end = len(text[: start + match.start()].rstrip())
    return end


def starts_with_tag(text: str) -> bool:
    """Tell whether a line opens with a level or an outcome code."""
    return leading_tags(text, Tags()) > 0


def is_letterhead(text: str) -> bool:
    """Tell a line of a paper's head, or a title in capitals, from the words of a question."""
    letters = [char for char in text if char.isalpha()]
    return bool(LETTERHEAD.match(text)) or (len(letters) > 8 and all(char.isupper() for char in letters))


@dataclass(frozen=True, slots=True)
class Start:
    """The start of a question: its number, the words of its label, where its own text begins."""

    number: int
    label: str
    end: int
    kind: str  # "strong", "loose" ("Câu 3 và …", which may be running text), "round", "angle" or "weak"


def question_start(text: str, tags: Tags | None = None) -> Start | None:
    """Return the start of a question that a line opens with."""
    shown = norm(text)
    match = STRONG.match(shown)
    if match and not re.search(r"[(\[]\s*[A-H]\s*[)\]]", match["before"]):  # "(C) Câu 3" is an option
        bare = not match["end"].strip() and not _OPENS.match(shown, match.end("after"))
        if tags is not None:
            for body in re.findall(r"[\[(<{]\s*([^\[\](){}<>]{1,40}?)\s*[\])>}]", match["before"] + match["after"]):
                tags.take(body)
        word = match["word"].capitalize()
        return Start(int(match["n"]), f"{word} {int(match['n'])}", match.end(), "loose" if bare else "strong")
    if match := ROUND.match(shown):
        return Start(int(match["n"]), f"Câu {int(match['n'])}", match.end(), "angle" if match["angle"] else "round")
    at = leading_tags(shown, Tags())
    if match := WEAK.match(shown[at:]):
        if tags is not None:
            leading_tags(shown, tags)
        return Start(int(match["n"]), f"Câu {int(match['n'])}", at + match.end(), "weak")
    return None


@dataclass(slots=True)
class Part:
    """A part of the paper and the kind of question that it announces."""

    id: str = ""
    name: str = ""
    kind: str = ""  # "choice", "cluster", "short", "essay" or ""

    def learn(self, text: str) -> None:
        """Take the kind of question from the words of a heading or of an instruction."""
        words = text.lower()
        if re.search(r"trả lời ngắn|điền (?:đáp|kết quả)|short answer", words):
            self.kind = "short"
        elif re.search(r"đúng\s*(?:/|,|-|–|hay|hoặc)?\s*sai|true\s*(?:/|or)?\s*false", words):
            self.kind = "cluster"
        elif re.search(r"tự luận|làm văn|viết bài|essay", words) and "trắc nghiệm" not in words:
            self.kind = "essay"
        elif not self.kind and re.search(
            r"trắc nghiệm|lựa chọn|chọn một phương án|phương án đúng|multiple choice", words
        ):
            self.kind = "choice"


_ROMAN = {
    "I": "1",
    "II": "2",
    "III": "3",
    "IV": "4",
    "V": "5",
    "VI": "6",
    "A": "1",
    "B": "2",
    "C": "3",
    "D": "4",
    "E": "5",
}


def part_heading(text: str) -> Part | None:
    """Return the part that a line announces."""
    shown = norm(text).strip()
    match = PART.match(shown)
    if match and len(shown) < 300:
        title = match["title"]
        # "Phần 1 của bài" in running text is no heading.
        if title and title[0].islower() and not _PART_TITLE.search(title):
            return None
    else:
        match = PART_BARE.match(shown)
        if not match or len(shown) > 200 or not _PART_TITLE.search(match["title"]):
            return None
        letters = [char for char in match["title"][:25] if char.isalpha()]
        if match["id"] in "ABCDE" and not all(char.isupper() for char in letters[:12]):
            return None
        if sum(char.isupper() for char in letters) < len(letters) // 2 and not re.match(
            r"phần|trắc|tự|đọc|viết", match["title"], re.I
        ):
            return None
    ident = match["id"].upper()
    part = Part(
        _ROMAN.get(ident, ident), shown[: match.end("id")].strip().upper() if match.re is PART else f"PHẦN {ident}"
    )
    part.learn(match["title"])
    return part
