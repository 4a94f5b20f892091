"""What both search engines must do, word for word the same."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

from materials.search.engine import Results, SearchDocument, SearchEngine, Tier
from materials.search.index import ENGINES, open_engine

SCHOOL = "school:1"
ROOT = Path(__file__).parents[3]


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> SearchEngine:
    return open_engine(request.param, tmp_path)


def doc(
    uid: str,
    title: str,
    *,
    seen_by: str = SCHOOL,
    day: int = 0,
    summary: str = "",
    body: str = "",
    keywords: str = "",
    **facets: str,
) -> SearchDocument:
    return SearchDocument(
        uid, title, summary, body, keywords, {k: (v,) for k, v in facets.items()}, (seen_by,), age_key=day
    )


def fill(engine: SearchEngine, *documents: SearchDocument) -> None:
    with engine.writing() as batch:
        batch.replace(documents)


def find(engine: SearchEngine, typed: str, **more: object) -> Results:
    return engine.search(typed, **{"visible": {SCHOOL}, **more})  # type: ignore[arg-type]


def uids(results: Results) -> list[str]:
    return [hit.uid for hit in results.hits]


def marked(runs: object) -> str:
    return "".join(f"[{run.text}]" if run.marked else run.text for run in runs)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("phuong trinh bac nhat", "Phương trình bậc nhất một ẩn"),
        ("PHUONG TRINH", "Phương trình bậc nhất một ẩn"),
        ("vật lý", "Vật lí 8: áp suất"),
        ("vat ly", "Vật lí 8: áp suất"),
        ("kĩ năng", "Rèn kỹ năng đọc"),
        ("duong thang", "Đường thẳng song song"),
        ("đuong thẳng", "Đường thẳng song song"),
        ("hòa tan", "Sự hoà tan của muối"),
        ("hoà tan", "Sự hòa tan của muối"),
        ("thủy triều", "Thuỷ triều và Mặt Trăng"),
        (unicodedata.normalize("NFD", "đường tròn"), "Góc với đường tròn"),
        ("đường tròn", unicodedata.normalize("NFD", "Góc với đường tròn")),
        ("Ðường tròn", "Góc với đường tròn"),  # Icelandic Eth, as old keyboards type it
    ],
)
def test_finds_however_it_is_spelled(engine: SearchEngine, typed: str, title: str) -> None:
    fill(engine, doc("a", title), doc("b", "Chiếc lá cuối cùng"))
    assert uids(find(engine, typed)) == ["a"]


@pytest.mark.parametrize(("typed", "title"), [("vật lý", "Vật lí 8"), ("hòa", "Hoà bình"), ("Thuý kiều", "THÚY KIỀU")])
def test_two_ways_of_writing_the_same_word_are_exact(engine: SearchEngine, typed: str, title: str) -> None:
    fill(engine, doc("a", title))
    assert find(engine, typed).hits[0].tier is Tier.EXACT


def test_ranks_in_strict_tiers(engine: SearchEngine) -> None:
    """However often and well placed a lower spelling stands, it never passes a better one."""
    fill(
        engine,
        doc("typo", "toáng toáng toáng", summary="toáng", body="toáng " * 50),
        doc("folded", "Toản toản toản", body="toản " * 50),
        doc("exact", "Bài học", body="một bài rất dài về nhiều thứ khác nhau " * 20 + " toán"),
    )
    found = find(engine, "toán")
    assert [(hit.uid, hit.tier) for hit in found.hits] == [
        ("exact", Tier.EXACT),
        ("folded", Tier.FOLDED),
        ("typo", Tier.TYPO),
    ]
    assert found.total == 3
    pages = [uids(find(engine, "toán", limit=1, offset=offset)) for offset in range(4)]
    assert pages == [["exact"], ["folded"], ["typo"], []]


def test_title_stands_before_body_within_a_tier(engine: SearchEngine) -> None:
    fill(
        engine,
        doc("body", "Ôn tập chương ba", body="hình thang cân " * 5),
        doc("title", "Hình thang cân", body="x"),
        doc("scattered", "Cân một hình, thang một hình"),
    )
    assert uids(find(engine, "hình thang cân")) == ["title", "scattered", "body"]


def test_words_standing_together_come_before_scattered_ones(engine: SearchEngine) -> None:
    fill(
        engine,
        doc("scattered", "Tài liệu", body="địa phương và chương trình, bậc học cao nhất. " * 2),
        doc("together", "Tài liệu", body="ta giải phương trình bậc nhất rồi thử lại và viết câu trả lời cho bài toán"),
    )
    assert uids(find(engine, "phuong trinh bac nhat")) == ["together", "scattered"]


@pytest.mark.parametrize(
    "typed", ["phuomg trinh", "phương trìn", "phuowng trinh", "phưong tirnh", "hpuong trinh", "pphuong trinh"]
)
def test_forgives_one_mistake_a_word(engine: SearchEngine, typed: str) -> None:
    fill(engine, doc("a", "Phương trình bậc hai"), doc("b", "Đa giác đều"))
    found = find(engine, typed)
    assert uids(found) == ["a"]
    assert found.hits[0].tier is Tier.TYPO


def test_mistakes_join_in_only_when_little_was_found(engine: SearchEngine) -> None:
    fill(engine, *(doc(f"t{n}", f"Trung bình {n}") for n in range(6)), doc("x", "Trang bình"))
    found = find(engine, "trung bình")
    assert found.total == 6
    assert "x" not in uids(found)


def test_every_word_must_be_there(engine: SearchEngine) -> None:
    fill(engine, doc("a", "Phương trình", body="bậc hai"), doc("b", "Phương trình", body="bậc nhất"))
    assert uids(find(engine, "phương trình nhất")) == ["b"]
    assert uids(find(engine, "phương trình -nhất")) == ["a"]
    assert uids(find(engine, "-nhất")) == ["a"]
    assert uids(find(engine, '-"bậc hai"')) == ["b"]


def test_phrase(engine: SearchEngine) -> None:
    fill(engine, doc("a", "Bậc nhất"), doc("b", "Nhất bậc"), doc("c", "Thang bậc", summary="nhất định"))
    assert uids(find(engine, '"bậc nhất"')) == ["a"]
    assert uids(find(engine, '"bac nhat"')) == ["a"]
    assert sorted(uids(find(engine, "bậc nhất"))) == ["a", "b", "c"]


def test_prefix(engine: SearchEngine) -> None:
    fill(engine, doc("a", "Phương trình"), doc("b", "Phân số"), doc("c", "Hình học"))
    assert sorted(uids(find(engine, "ph*"))) == ["a", "b"]
    assert uids(find(engine, "phuo*")) == ["a"]


@pytest.mark.parametrize(
    "typed",
    ['"', "*", "-", "a:b", "(((", "AND OR NOT", "[a TO b]", "x\x00y", "\\", "/.*/", "~2^9", "ﷺ", "\ud800", "1" * 5000],
)
def test_nothing_typed_is_an_error(engine: SearchEngine, typed: str) -> None:
    fill(engine, doc("a", "Bài một"))
    assert find(engine, typed).total in {0, 1}


def test_without_a_query_the_newest_come_first(engine: SearchEngine) -> None:
    fill(engine, doc("old", "Cũ", day=10), doc("new", "Mới", day=30), doc("mid", "Vừa", day=20))
    assert uids(find(engine, "")) == ["new", "mid", "old"]
    assert uids(find(engine, "  ", limit=1, offset=1)) == ["mid"]


def library(engine: SearchEngine) -> None:
    fill(
        engine,
        doc("1", "Hàm số bậc nhất", subject="toan", grade="8", kind="slides", licence="CC-BY-4.0"),
        doc("2", "Hàm số bậc hai", subject="toan", grade="9", kind="slides", licence="CC-BY-4.0"),
        doc("3", "Hàm số: trò chơi", subject="toan", grade="8", kind="video", licence="CC-BY-SA-4.0"),
        doc("4", "Hàm số trong bảng tính", subject="tin", grade="8", kind="slides", licence="SCHOOL"),
        doc("5", "Hàm của người khác", subject="toan", grade="8", kind="slides", seen_by="school:2"),
    )


def test_facets_count_exactly(engine: SearchEngine) -> None:
    library(engine)
    found = find(engine, "ham so")
    assert found.total == 4
    assert found.facets["subject"] == {"toan": 3, "tin": 1}
    assert found.facets["grade"] == {"8": 3, "9": 1}
    assert found.facets["kind"] == {"slides": 3, "video": 1}
    assert found.facets["licence"] == {"CC-BY-4.0": 2, "CC-BY-SA-4.0": 1, "SCHOOL": 1}


def test_filters_narrow_and_each_facet_shows_its_alternatives(engine: SearchEngine) -> None:
    library(engine)
    found = find(engine, "ham so", filters={"grade": ["8"], "subject": ["toan"]})
    assert sorted(uids(found)) == ["1", "3"]
    assert found.total == 2
    assert found.facets["grade"] == {"8": 2, "9": 1}  # under subject = toan
    assert found.facets["subject"] == {"toan": 2, "tin": 1}  # under grade = 8
    assert found.facets["kind"] == {"slides": 1, "video": 1}
    assert sorted(uids(find(engine, "", filters={"grade": ["8", "9"], "kind": ["video"]}))) == ["3"]
    assert find(engine, "", filters={"grade": ["7"]}).total == 0


def test_several_values_of_one_facet(engine: SearchEngine) -> None:
    many = SearchDocument("m", "Ôn hè", facets={"grade": ("6", "7", "7")}, seen_by=(SCHOOL,))
    fill(engine, many, doc("n", "Ôn thi", grade="7"))
    found = find(engine, "on")
    assert found.facets["grade"] == {"6": 1, "7": 2}
    assert uids(find(engine, "on", filters={"grade": ["6"]})) == ["m"]


def test_shows_and_counts_only_what_the_searcher_may_see(engine: SearchEngine) -> None:
    library(engine)
    other = find(engine, "ham", visible={"school:2"})
    assert uids(other) == ["5"]
    assert other.facets["subject"] == {"toan": 1}
    assert other.facets["kind"] == {"slides": 1}
    assert find(engine, "nguoi khac").total == 0
    assert find(engine, "ngươi", visible={SCHOOL}).hits == ()
    nobody = find(engine, "ham", visible=set())
    assert (nobody.total, nobody.hits, nobody.facets["subject"]) == (0, (), {})
    assert find(engine, "", visible={SCHOOL, "school:2"}).total == 5


def test_another_schools_words_do_not_switch_typos_off(engine: SearchEngine) -> None:
    fill(engine, *(doc(f"o{n}", "Trung bình", seen_by="school:2") for n in range(9)), doc("mine", "Trung bìnhh"))
    assert uids(find(engine, "trung bình")) == ["mine"]


def test_marks_the_answers(engine: SearchEngine) -> None:
    body = "Chữ " * 90 + "Giải phương trình. " + "Chữ " * 90
    fill(engine, doc("a", "Phương trình bậc nhất một ẩn", summary="Cân đĩa", body=body))
    hit = find(engine, "phuong trinh").hits[0]
    assert marked(hit.title) == "[Phương trình] bậc nhất một ẩn"
    assert marked(hit.passage) == "Cân đĩa"  # the title says it all already
    quoted = marked(find(engine, "giai phuong trinh").hits[0].passage)
    assert "Chữ [Giải phương trình]. Chữ" in quoted
    assert quoted.startswith("… ")
    assert quoted.endswith(" …")
    assert marked(find(engine, "cân").hits[0].passage) == "[Cân] đĩa"
    assert marked(find(engine, "phuomg").hits[0].title).startswith("[Phương] trình")
    assert marked(find(engine, "phuo*").hits[0].title).startswith("[Phương] trình")


def test_quotes_where_most_of_the_query_stands_together(engine: SearchEngine) -> None:
    body = "bậc " * 40 + "x " * 40 + "phương trình bậc nhất " + "x " * 40
    fill(engine, doc("a", "Ôn tập", body=body))
    assert "[phương trình bậc nhất]" in marked(find(engine, "phuong trinh bac nhat").hits[0].passage)


def test_marks_stay_text(engine: SearchEngine) -> None:
    fill(engine, doc("a", "<script>alert(1)</script> bài"))
    assert marked(find(engine, "bài").hits[0].title) == "<script>alert(1)</script> [bài]"


def test_keywords_are_found_but_never_quoted(engine: SearchEngine) -> None:
    fill(engine, doc("a", "Bài giảng", keywords="Khoa học tự nhiên Lớp 8"))
    hit = find(engine, "khoa học").hits[0]
    assert "Khoa" not in marked(hit.title) + marked(hit.passage)


def test_replace_delete_clear(engine: SearchEngine) -> None:
    fill(engine, doc("a", "Một"), doc("b", "Hai"))
    fill(engine, doc("a", "Ba"))
    assert uids(find(engine, "một")) == []
    assert uids(find(engine, "ba")) == ["a"]
    assert len(engine) == 2
    with engine.writing() as batch:
        batch.delete(["a", "unknown"])
    assert uids(find(engine, "")) == ["b"]
    with engine.writing() as batch:
        batch.clear()
        batch.replace([doc("c", "Mới tinh"), doc("d", "Hai")])
    assert sorted(uids(find(engine, ""))) == ["c", "d"]
    assert len(engine) == 2


def test_an_exception_leaves_the_index_as_it_was(engine: SearchEngine) -> None:
    fill(engine, doc("a", "Một"))

    def break_off() -> None:
        with engine.writing() as batch:
            batch.clear()
            batch.replace([doc("b", "Hai")])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        break_off()
    assert uids(find(engine, "")) == ["a"]
    fill(engine, doc("c", "Ba"))
    assert len(engine) == 2


@pytest.mark.parametrize("name", ENGINES)
def test_opens_again_with_everything(name: str, tmp_path: Path) -> None:
    from materials.search import index

    fill(index._new(name, tmp_path), doc("a", "Một"))
    assert uids(find(index._new(name, tmp_path), "một")) == ["a"]


@pytest.mark.parametrize("name", ENGINES)
def test_survives_kill_in_the_middle_of_a_write(name: str, tmp_path: Path) -> None:
    engine = open_engine(name, tmp_path)
    fill(engine, doc("a", "Còn nguyên"))
    child = subprocess.Popen(
        [sys.executable, "-c", KILLED.format(name=name, folder=str(tmp_path))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "half\n"
    os.kill(child.pid, signal.SIGKILL)
    child.communicate()
    assert uids(find(engine, "")) == ["a"]
    fill(engine, doc("b", "Viết tiếp được"))
    assert sorted(uids(find(engine, ""))) == ["a", "b"]


KILLED = """
import os, pathlib, sys
from materials.search.engine import SearchDocument
from materials.search.index import open_engine
engine = open_engine({name!r}, pathlib.Path({folder!r}))
with engine.writing() as batch:
    batch.clear()
    batch.replace(SearchDocument(str(n), "Bài " + str(n), body="chữ " * 500, seen_by=("school:1",)) for n in range(300))
    print("half", flush=True)
    sys.stdin.read()  # ends when the test is no more
    os._exit(1)
"""


def test_unknown_engine(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="tantivy, whoosh"):
        open_engine("xapian", tmp_path)
