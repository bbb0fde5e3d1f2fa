"""A day of the practice team on which ada asks about her first task, and ben, who leads, answers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from amp_fsm.model.project import Project, SuccessionSpec
from tests.engine.fake_day import PROJECT, Day
from tests.fakes.terminal import FakePane

LED = replace(PROJECT, succession=SuccessionSpec(order=("ben",)))
QUESTION = "Which greeting?\nI know `{{ task.id }}` and [amp:aaaaaaaa]."
ANSWER = "Say {{ 'hello' }}.\nNothing else."


@dataclass(slots=True)
class AskingDay(Day):
    """A day on which agents ask and answer.

    Attributes:
        asked: the tasks of which a question is still to be asked.
        in_row: the question stands in the status row instead of in the file.
        silent: the lead does not answer.
    """

    project: Project = LED
    asked: set[str] = field(default_factory=lambda: {"PRACTICE-1"})
    in_row: str = ""
    silent: bool = False

    def _obey(self, pane: FakePane, prompt: str) -> None:
        pane.busy = False
        if "[HELP]" in prompt:
            return self._answer(prompt)
        if self.silent and pane.name == "ben":
            return None
        found = re.search(r"^TASK_ID: (\S+)", prompt, re.MULTILINE)
        if found is None or found[1] not in self.asked:
            return Day._obey(self, pane, prompt)
        self.asked.discard(found[1])
        if self.in_row:
            return self.say(pane.name, self.in_row)
        return self.leave(f".amp-fsm/errands/QUESTION-{found[1]}.md", QUESTION)

    def _answer(self, prompt: str) -> None:
        found = re.search(r"\S+/HELP-\S+\.md", prompt)
        assert found is not None
        assert found[0] in prompt
        if not self.silent:
            self.leave(found[0], ANSWER)

    def leave(self, path: str, text: str) -> None:
        """Let somebody write a file now."""
        self.files.texts[path], self.files.mtimes[path] = text, self.clock.wall

    def say(self, agent: str, status: str) -> None:
        """Let an agent write its status row."""
        path = self.project.documents["status"].file
        row = f"| {agent} | - | {status} | {self.clock.wall:.0f} |"
        self.files.texts[path] = re.sub(rf"^\| {agent} .*$", row, self.files.texts[path], flags=re.MULTILINE)

    def received(self, words: str) -> list[str]:
        """Return every prompt with these words that somebody received, with who did."""
        return [
            f"{pane.name}: {text}" for pane in self.terminal.panes.values() for text in pane.received if words in text
        ]

    def pass_minutes(self, minutes: int) -> None:
        """Let passes and agents take turns for so long."""
        for _ in range(minutes * 2):
            while self.a_pass().acted:
                pass
            self.clock.pass_time(30.0)
            self.work()
