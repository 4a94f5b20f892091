"""The answers of a quiz as files: complete, harmless in spreadsheets, well-formed, sent while they are made."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree
from sqlalchemy.orm import Session

from lms.base.errors import Conflict, Forbidden, NotFound
from lms.quizzes import exports
from lms.quizzes.hot import checking, saving
from lms.quizzes.service import exporting
from lms.quizzes.service.exporting import Answered, HandedIn
from tests.factories import World
from tests.lms.quizzes import factories
from tests.lms.quizzes.test_views import give, send, start

SignIn = Callable[[str], FlaskClient]
AT = datetime(2026, 11, 22, 1, 2, 3, 456, tzinfo=UTC)

# The shape of an assessmentResult by 1EdTech QTI 2.2 Results Reporting, as far as we write it, in RELAX NG.
SHAPE = """<grammar xmlns="http://relaxng.org/ns/structure/1.0" ns="http://www.imsglobal.org/xsd/imsqti_result_v2p2"
 datatypeLibrary="http://www.w3.org/2001/XMLSchema-datatypes">
<start><element name="assessmentResult">
 <element name="context"><attribute name="sourcedId"><data type="NMTOKEN"/></attribute>
  <oneOrMore><element name="sessionIdentifier"><attribute name="sourceID"><data type="anyURI"/></attribute>
   <attribute name="identifier"><data type="NMTOKEN"/></attribute></element></oneOrMore></element>
 <element name="testResult"><attribute name="identifier"><data type="NMTOKEN"/></attribute><ref name="stamp"/>
  <zeroOrMore><ref name="outcome"/></zeroOrMore></element>
 <zeroOrMore><element name="itemResult"><attribute name="identifier"><data type="NMTOKEN"/></attribute>
  <attribute name="sequenceIndex"><data type="positiveInteger"/></attribute><ref name="stamp"/>
  <attribute name="sessionStatus">
   <choice><value>final</value><value>pendingResponseProcessing</value></choice></attribute>
  <zeroOrMore><element name="responseVariable"><attribute name="identifier"><data type="NCName"/></attribute>
   <choice>
    <group><attribute name="cardinality"><value>single</value></attribute>
     <attribute name="baseType"><value>string</value>
     </attribute>
     <element name="candidateResponse"><optional><element name="value"><text/></element></optional></element></group>
    <group><attribute name="cardinality"><value>single</value></attribute>
     <attribute name="baseType"><value>identifier</value>
     </attribute><element name="candidateResponse"><optional><ref name="id"/></optional></element></group>
    <group><attribute name="cardinality"><choice><value>multiple</value><value>ordered</value></choice></attribute>
     <attribute name="baseType"><value>identifier</value></attribute>
     <element name="candidateResponse"><zeroOrMore><ref name="id"/></zeroOrMore></element></group>
    <group><attribute name="cardinality"><value>multiple</value></attribute>
     <attribute name="baseType"><value>directedPair</value>
     </attribute><element name="candidateResponse"><zeroOrMore><element name="value"><list><data type="NCName"/>
      <data type="NCName"/></list></element></zeroOrMore></element></group>
   </choice></element></zeroOrMore>
  <zeroOrMore><ref name="outcome"/></zeroOrMore></element></zeroOrMore>
</element></start>
<define name="stamp"><attribute name="datestamp"><data type="dateTime"/></attribute></define>
<define name="id"><element name="value"><data type="NCName"/></element></define>
<define name="outcome"><element name="outcomeVariable"><attribute name="identifier"><data type="NCName"/></attribute>
 <attribute name="cardinality"><value>single</value></attribute>
 <attribute name="baseType"><value>float</value></attribute>
 <element name="value"><data type="double"/></element></element></define>
</grammar>"""
RESULTS = {"r": exports.QTI}


@pytest.fixture(autouse=True)
def _fresh(app: Flask) -> Iterator[None]:
    checking.forget()
    yield
    saving.stop()


def check_shape(data: bytes) -> Any:
    root = etree.fromstring(data)
    etree.RelaxNG(etree.fromstring(SHAPE.replace('<attribute name="', '<attribute ns="" name="'))).assertValid(root)
    return root


PAPER = HandedIn(
    attempt_uid="0199-a",
    number=1,
    pupil_uid="0199-p",
    pupil_code="HS0001",
    pupil_name="Nguyễn Minh Anh",
    form_code="101",
    started_at=AT,
    handed_in_at=AT,
    receipt="ABCDE-FGH23",
    points=Fraction(7, 3),
    worth=Fraction(3),
    waiting=0,
    answers=[],
)


def answered(kind: str, response: dict[str, Any], points: Fraction | None = Fraction(1)) -> Answered:
    return Answered(1, "0199-v", kind, response, points, Fraction(1))


@pytest.mark.parametrize(
    ("kind", "response", "cardinality", "base", "values"),
    [
        ("single_choice", {"choice": "b"}, "single", "identifier", ["b"]),
        ("multiple_choice", {"choices": ["a", "c"]}, "multiple", "identifier", ["a", "c"]),
        ("ordering", {"order": ["o2", "o1"]}, "ordered", "identifier", ["o2", "o1"]),
        ("matching", {"pairs": {"l1": "r2", "l2": None}}, "multiple", "directedPair", ["l1 r2"]),
        ("cluster", {"truths": {"a": True, "b": False, "c": None}}, "multiple", "directedPair", ["a true", "b false"]),
        ("true_false", {"truths": {"s": True}}, "multiple", "directedPair", ["s true"]),
        ("gap_fill", {"gaps": {"g1": "Huế"}}, "single", "string", ["Huế"]),
        ("short_number", {"text": "-2,5"}, "single", "string", ["-2,5"]),
        ("essay", {"text": "Bài <b>làm</b>\x00 & \uffff"}, "single", "string", ["Bài <b>làm</b> & "]),
        ("short_text", {}, "single", "string", []),
        ("single_choice", {}, "single", "identifier", []),
    ],
)
def test_each_kind_of_answer_in_qti(
    kind: str, response: dict[str, Any], cardinality: str, base: str, values: list[str]
) -> None:
    root = check_shape(exports.assessment_result(replace(PAPER, answers=[answered(kind, response)]), "0199-q"))
    [variable] = root.findall("r:itemResult/r:responseVariable", RESULTS)
    assert (variable.get("cardinality"), variable.get("baseType")) == (cardinality, base)
    assert [value.text for value in variable.findall("r:candidateResponse/r:value", RESULTS)] == values
    assert not root.findall(".//r:correctResponse", RESULTS)


def test_an_answer_that_waits_has_no_score_and_nor_has_its_paper() -> None:
    paper = replace(PAPER, waiting=1, answers=[answered("essay", {"text": "x"}, None)])
    root = check_shape(exports.assessment_result(paper, "0199-q"))
    assert [one.get("identifier") for one in root.iter(f"{{{exports.QTI}}}outcomeVariable")] == ["MAXSCORE", "MAXSCORE"]
    assert root.find("r:itemResult", RESULTS).get("sessionStatus") == "pendingResponseProcessing"
    whole = check_shape(exports.assessment_result(PAPER, "0199-q"))
    assert whole.find("r:testResult/r:outcomeVariable/r:value", RESULTS).text == "2.333333"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_becomes_a_formula(text: str) -> None:
    paper = replace(PAPER, pupil_name=text, answers=[answered("short_text", {"text": text})])
    data = b"".join(exports.as_csv([paper])).decode("utf-8-sig")
    row = next(iter(csv.DictReader(io.StringIO(data, newline=""))))
    assert row["Họ và tên"] == row["Trả lời"] == "'" + text


def many(count: int, made: list[int]) -> Iterator[HandedIn]:
    for number in range(count):
        made.append(number)
        yield replace(PAPER, attempt_uid=f"0199-{number}", answers=[answered("essay", {"text": f"{number} " * 2000})])


def test_files_are_sent_while_they_are_made() -> None:
    """The first pieces leave before the second attempt is read, and none is kept."""
    for export in (lambda attempts: exports.as_qti(attempts, "0199-q"), exports.as_csv):
        made: list[int] = []
        pieces = export(many(200, made))
        next(pieces)
        next(pieces)
        assert len(made) <= 2
        assert max(len(piece) for piece in pieces) < 40_000
        assert len(made) == 200


def test_the_zip_is_whole() -> None:
    data = b"".join(exports.as_qti(many(3, []), "0199-q"))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["0199-0.xml", "0199-1.xml", "0199-2.xml"]
        for name in archive.namelist():
            check_shape(archive.read(name))


def test_a_teacher_takes_the_answers_home(app: Flask, world: World, signed_in: SignIn) -> None:
    quiz = give(world, form_count=1)
    pupil = signed_in("pupil")
    uid, token = start(pupil, quiz)
    send(pupil, uid, token, {**factories.RIGHT, 10: {"text": "=Bài làm"}})
    pupil.post(f"/exam/{uid}/finish", headers={"X-Exam-Token": token})
    teacher = signed_in("teacher")
    answer = teacher.post(f"/quizzes/{quiz}/responses/csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="kiem-tra-45-phut.csv"'
    assert answer.data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))
    assert [row["Câu"] for row in rows] == [str(number) for number in range(1, 11)]
    assert {row["Họ và tên"] for row in rows} == {world.pupil.full_name}
    assert rows[0]["Trả lời"] == "b"
    assert (rows[4]["Điểm"], rows[4]["Điểm tối đa"]) == ("1", "1")
    assert (rows[9]["Trả lời"], rows[9]["Điểm"]) == ("'=Bài làm", "")
    zipped = teacher.post(f"/quizzes/{quiz}/responses/qti")
    with zipfile.ZipFile(io.BytesIO(zipped.data)) as archive:
        assert archive.namelist() == [f"{uid}.xml"]
        assert len(check_shape(archive.read(f"{uid}.xml")).findall("r:itemResult", RESULTS)) == 10
    assert teacher.post(f"/quizzes/{quiz}/responses/xls").status_code == 404


def test_who_may_take_answers_home(session: Session, world: World) -> None:
    quiz = factories.published(session, world)
    for who in ("teacher", "subject_head"):
        exporting.open_export(session, world.actor(session, who), quiz.uid, "csv")
    assert [entry.kind for entry in session.info["audit"]].count("quiz.responses_exported") == 2
    for who, refusal in (("leader", Forbidden), ("pupil", Forbidden), ("colleague", NotFound), ("outsider", NotFound)):
        with pytest.raises(refusal):
            exporting.open_export(session, world.actor(session, who), quiz.uid, "csv")
    with pytest.raises(Conflict):
        exporting.open_export(session, world.actor(session, "teacher"), factories.draft(session, world).uid, "csv")
