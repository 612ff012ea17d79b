"""Somebody who is asked."""

from __future__ import annotations

from console.fleet.credentials import Question


class Person:
    """Answers questions in turn and remembers them."""

    def __init__(self, *answers: str | None) -> None:
        self.answers = list(answers)
        self.asked: list[Question] = []

    def __call__(self, question: Question) -> str | None:
        self.asked.append(question)
        return self.answers.pop(0) if self.answers else None
