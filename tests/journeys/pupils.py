"""Pupils who take a test: they read the page as its script does and send one answer at a time."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from lxml.html import HtmlElement

from tests.journeys.person import Person

TOKEN = "X-Exam-Token"


class TestTaker(Person):
    """A pupil at the page of a running attempt."""

    __test__ = False

    def begin(self, title: str) -> TestTaker:
        """Open the test from today's page and begin."""
        self.open("/").follow(title)
        self.press("Bắt đầu làm bài")
        box = self.root.xpath("//*[@data-exam]")[0]
        self.attempt = box.get("data-attempt")
        self.token = box.get("data-token")
        self.seq = int(box.get("data-next-seq"))
        self.tab = "t1"
        return self

    def slots(self) -> Iterator[tuple[int, HtmlElement]]:
        """The questions on the page with the number of their place."""
        for slot in self.root.xpath("//*[@data-slot]"):
            yield int(slot.get("data-slot")), slot.xpath(".//section[@data-question]")[0]

    def send(self, slot: int, response: dict[str, Any]) -> list[tuple[int, str]]:
        """Send one answer and return what the server acknowledged: sequence number and standing."""
        self.seq += 1
        answer = self.client.post(
            f"/exam/{self.attempt}/events",
            json={"tab": self.tab, "events": [{"seq": self.seq, "slot": slot, "response": response, "mono": 1}]},
            headers={TOKEN: self.token},
        )
        assert answer.status_code == 200, f"{answer.text} to {response}"
        return [(seq, standing) for seq, standing in answer.get_json()["saved"]]

    def answer_everything(self, random: Random) -> int:
        """Answer each question somehow, one at a time; returns how many answers were acknowledged as applied."""
        applied = 0
        for number, question in list(self.slots()):
            response = some_answer(question, random)
            if response:
                applied += [standing for _seq, standing in self.send(number, response)] == ["applied"]
        return applied

    def hand_in(self) -> str:
        """Hand in and return the receipt code."""
        answer = self.client.post(f"/exam/{self.attempt}/finish", headers={TOKEN: self.token})
        assert answer.status_code == 200, answer.text
        code: str = answer.get_json()["receipt"]
        return code


def some_answer(question: HtmlElement, random: Random) -> dict[str, Any]:
    """An answer that fits the question's kind; nothing for a text that asks nothing."""

    def ids(part: str) -> list[str]:
        seen = [one.get("data-id") for one in question.xpath(f".//*[@data-part='{part}']")]
        return list(dict.fromkeys(seen))

    kind = question.get("data-type")
    if kind == "single_choice":
        return {"choice": random.choice(ids("choice"))}
    if kind == "multiple_choice":
        return {"choices": [random.choice(ids("choices"))]}
    if kind in {"true_false", "cluster"}:
        return {"truths": {one: random.random() < 0.5 for one in ids("truths")}}
    if kind == "matching":
        picks = question.xpath(".//select[@data-part='pairs']")
        return {"pairs": {one.get("data-id"): random.choice(one.xpath("option/@value")[1:]) for one in picks}}
    if kind == "ordering":
        return {"order": random.sample(ids("order"), len(ids("order")))}
    if kind == "gap_fill":
        gaps = {}
        for one in question.xpath(".//*[@data-part='gaps']"):
            choices = one.xpath("option/@value")[1:]
            gaps[one.get("data-id")] = random.choice(choices) if choices else "biến"
        return {"gaps": gaps}
    if kind == "short_number":
        return {"text": str(random.randrange(10))}
    if kind in {"short_text", "essay"}:
        return {"text": "Bài làm của em."}
    return {}
