"""Every word for people is Vietnamese, marked, and stands in English too; an English page speaks English."""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from flask_babel import get_domain

from lms.base.i18n import LANGUAGES
from tests.rules.route_walk import School, read_table

ROOT = Path(__file__).resolve().parents[2]
PARTS = {"lms", "question_bank", "materials", "templates"}
PLACE = re.compile(r"%\(\w+\)[sd]|%%|\{\w+\}")
VIETNAMESE = re.compile(r"[ăâđêôơưàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ]", re.I)

# Vietnamese that no translator may touch: a path or a folder, and why.
KEPT = {
    "lms/demo/": "the model school: its people, lessons and questions are data",
    "lms/base/style_page.py": "samples for the page of components",
    "lms/base/text.py": "letters of the alphabet, for folding accents and sorting",
    "lms/base/i18n.py": "a language's own name",
    "lms/accounts/domain.py": "a browser's name",
    "lms/cli.py": "words of the server's console, Vietnamese for whoever runs it",
    "lms/school/standard.py": "subjects and groups that a new school starts with: data, renamed there",
    "lms/school/roster/": "headings that schools write in their lists, to be read and named as they stand there",
    "lms/gradebook/domain/": "subjects and symbols of Circular 22",
    "lms/gradebook/exports.py": "the official sheet for the school's records is Vietnamese in every language",
    "lms/gradebook/service/files.py": "the same sheet's semesters and symbols",
    "lms/quizzes/printing.py": "a paper is Vietnamese whatever language its teacher works in",
    "lms/quizzes/answer_sheet.py": "the same",
    "question_bank/assembly/sheets.py": "the same: a matrix on paper",
    "lms/quizzes/exports.py": "headings of a file of data: one file in every language",
    "lms/quizzes/domain/rubrics.py": "what teachers write behind points, to be read",
    "question_bank/competencies/domain.py": "level names in others' files, to be read",
    "question_bank/competencies/shipped.py": "the names inside a framework are content",
    "question_bank/formats/": "labels that papers and programs write, to be read; options of a true/false question",
    "question_bank/items/spelling.py": "names and units as people write them, to be found",
    "question_bank/items/keys_in_words.py": "Đ and S, as keys are printed",
    "question_bank/items/typed_text.py": "a mark typed into a question's text; it is stored",
    "materials/catalogue/domain.py": "words in file names that tell the kind",
    "materials/search/service.py": "words put into the index, searched in Vietnamese",
}
# In templates: what stands in code and is no sentence of ours.
KEPT_IN_TEMPLATES = re.compile(r"^(\[hình %s\]|C?Đ|ĐĐG\w*|ĐTB\w*)$")
MARKS = {"_", "N_", "gettext", "ngettext", "pgettext"}
COMMENT = re.compile(r"\{#.*?#\}", re.S)
CODE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.S)
MARKED = re.compile(r"\b(?:_|ngettext|pgettext)\(\s*(?:(?:\"[^\"]*\"|'[^']*')\s*,?\s*)+")
STRING = re.compile(r"\"([^\"]*)\"|'([^']*)'")


@cache
def catalogue() -> Catalog:
    with (ROOT / "translations/en/LC_MESSAGES/messages.po").open("rb") as file:
        return read_po(file, locale="en", abort_invalid=True)


@cache
def extracted() -> Catalog:
    """What pybabel would extract, in this process."""
    with (ROOT / "translations/babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    found = Catalog()
    for place, line, text, comments, context in extract_from_dir(
        ROOT,
        methods,
        options,
        keywords={**DEFAULT_KEYWORDS, "N_": None},
        directory_filter=lambda folder: Path(folder).name in PARTS or within(Path(folder)),
    ):
        found.add(text, locations=[(place, line)], auto_comments=comments, context=context)
    return found


def within(folder: Path) -> bool:
    parts = folder.relative_to(ROOT).parts if folder.is_relative_to(ROOT) else folder.parts
    return bool(parts) and parts[0] in PARTS


def sources(message: Message) -> tuple[str, ...]:
    return message.id if isinstance(message.id, tuple) else (message.id,)


def targets(message: Message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple) else (message.string,)


def said(found: Catalog) -> Iterator[Message]:
    return (message for message in found if message.id)


def key(message: Message) -> tuple[object, str | None]:
    return message.id, message.context


def test_something_is_extracted_from_each_part() -> None:
    """A broken mapping would find nothing and pass everything else."""
    folders = {place.split("/")[0] for message in said(extracted()) for place, _line in message.locations}
    assert folders == PARTS


def test_everything_stands_in_english() -> None:
    there = {key(message) for message in said(catalogue()) if all(targets(message))}
    missing = [message.id for message in said(extracted()) if key(message) not in there]
    assert missing == [], "pybabel update, then translate: see CONTRIBUTING.md"


def test_the_catalogue_holds_nothing_that_is_no_longer_said() -> None:
    wanted = {key(message) for message in said(extracted())}
    assert [message.id for message in said(catalogue()) if key(message) not in wanted] == []
    assert list(catalogue().obsolete) == []


def test_no_translation_waits_for_a_second_look() -> None:
    assert [message.id for message in said(catalogue()) if message.fuzzy] == []


def test_places_are_the_same_in_both_languages() -> None:
    wrong = [
        (source, target)
        for message in said(catalogue())
        for target in targets(message)
        for source in sources(message)[-1:]
        if sorted(PLACE.findall(source)) != sorted(PLACE.findall(target))
    ]
    assert wrong == []


def test_numbers_of_things_have_both_english_forms() -> None:
    wrong = [m.id for m in said(catalogue()) if isinstance(m.id, tuple) and len(targets(m)) != 2]
    assert wrong == []


def test_every_kept_place_is_there_and_still_holds_vietnamese() -> None:
    for place in KEPT:
        path = ROOT / place
        files = [path] if path.is_file() else sorted(path.rglob("*.py"))
        assert any(True for file in files for _ in unmarked(file)), place


def unmarked(path: Path) -> Iterator[tuple[int, str]]:
    """The Vietnamese string literals that are neither docstrings nor marked."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    passed: set[int] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant() as constant):
                passed.add(id(constant))
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in MARKS:
                passed.update(id(part) for argument in node.args for part in ast.walk(argument))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in passed:
            continue
        if VIETNAMESE.search(node.value):
            yield node.lineno, node.value


@pytest.mark.parametrize("package", ["lms", "question_bank", "materials"])
def test_every_vietnamese_literal_is_marked(package: str) -> None:
    bare = [
        f"{name}:{line}: {text[:60]}"
        for path in sorted((ROOT / package).rglob("*.py"))
        if not (name := path.relative_to(ROOT).as_posix()).startswith(tuple(KEPT))
        for line, text in unmarked(path)
    ]
    assert bare == []


def test_vietnamese_inside_the_code_of_templates_is_marked() -> None:
    """Words bare between the tags are looked for in test_templates."""
    bare = []
    for path in sorted((ROOT / "templates").rglob("*.html")):
        name = path.relative_to(ROOT / "templates").as_posix()
        if name.startswith("style/"):  # samples
            continue
        for code in CODE.findall(COMMENT.sub("", path.read_text(encoding="utf-8"))):
            for found in STRING.finditer(MARKED.sub("", code)):
                text = found[1] or found[2] or ""
                if VIETNAMESE.search(text) and not KEPT_IN_TEMPLATES.match(text):
                    bare.append(f"{name}: {text}")
    assert bare == []


class Words(HTMLParser):
    """The words of a page that people see or hear, each node by itself."""

    ATTRIBUTES = frozenset({"alt", "aria-label", "placeholder", "title", "label", "data-label", "data-busy"})

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [" ".join(value.split()) for name, value in attrs if value and name in self.ATTRIBUTES]

    def handle_data(self, data: str) -> None:
        if text := " ".join(data.split()):
            self.found.append(text)


@cache
def vietnamese_sentences() -> re.Pattern[str]:
    """What the pages say in Vietnamese where English says something else, with anything in the places."""
    texts = set()
    for message in said(catalogue()):
        for source, target in zip(sources(message), targets(message), strict=True):
            own = PLACE.sub("", source)
            if source != target and VIETNAMESE.search(own):
                anything = ".+?" if len(own) > 15 else r"\d+"  # "Câu approved" is a question's text, "Câu 3" ours
                texts.add(anything.join(re.escape(part) for part in PLACE.split(source.replace("%%", "%"))))
    return re.compile("|".join(sorted(texts, key=len, reverse=True)))


@pytest.fixture
def english(school: School) -> Iterator[School]:
    """The populated school with everybody reading English, by the catalogue as its source stands, compiled or not."""
    compiled = io.BytesIO()
    write_mo(compiled, catalogue())
    compiled.seek(0)
    with school.app.app_context():
        cache = get_domain().cache
    kept = dict(cache)
    cache["en", "messages"] = Translations(compiled)
    school.watch.execute("UPDATE user_account SET language = 'en'")
    yield school
    school.restore()
    cache.clear()
    cache.update(kept)


def page_words(page: str) -> list[str]:
    words = Words()
    words.feed(page)
    return words.found


NOT_OURS = {
    "style.show": "samples",
    "maths.draw": "a formula, no page",
    "competencies.show": "the headings of the national curriculum",
}
ROWS = [row for row in read_table() if row.method == "GET" and row.endpoint not in NOT_OURS]


def test_a_page_in_english_says_nothing_in_vietnamese(english: School) -> None:
    left: dict[str, str] = {}
    asked = 0
    for row in ROWS:
        who = row.first("y") if row.endpoint != "accounts.sign_in" else "anonymous"
        if who is None:
            continue
        client = english.client(who)
        client.set_cookie("lang", "en")
        page = client.get(english.path("GET", row.endpoint, english.values(row)))
        if page.mimetype != "text/html" or page.status_code != 200:
            continue
        asked += 1
        assert '<html lang="en">' in page.text, row
        for words in page_words(page.text):
            if words not in left and VIETNAMESE.search(words) and vietnamese_sentences().fullmatch(words):
                left[words] = str(row)
    assert left == {}
    assert asked > 60


def test_numbers_in_english_have_a_point(english: School) -> None:
    row = next(row for row in ROWS if row.endpoint == "gradebook.pupil" and row.object == "book.open")
    page = english.ask(row, "leader").text
    assert "7.5" in page
    assert "7,5" not in page


def test_the_language_is_chosen_before_signing_in_and_kept_after(school: School) -> None:
    stranger = school.client("anonymous")
    assert 'lang="en">English</button>' in stranger.get("/sign-in").text
    there = stranger.post("/language", data={"language": "en", "next": "/sign-in"}, follow_redirects=True)
    assert there.request.path == "/sign-in"
    assert '<html lang="en">' in there.text

    assert 'lang="en">English</button>' in school.client("teacher").get("/account").text
    school.client("teacher").post("/language", data={"language": "en"})
    assert '<html lang="en">' in school.client("teacher").get("/account").text
    assert '<html lang="vi">' in school.client("colleague").get("/account").text
    school.client("teacher").post("/language", data={"language": "elvish"})
    assert '<html lang="vi">' in school.client("teacher").get("/account").text
    school.restore()


def test_translations_are_found_from_any_folder(
    school: School, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with school.app.app_context():
        assert [Path(folder) for folder in get_domain().translation_directories] == [ROOT / "translations"]


def test_every_language_but_the_first_has_a_catalogue() -> None:
    sources = (ROOT / "translations").glob("*/LC_MESSAGES/messages.po")
    assert {path.parts[-3] for path in sources} == {*LANGUAGES} - {"vi"}
