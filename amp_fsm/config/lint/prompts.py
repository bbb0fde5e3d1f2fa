"""Prompts: they exist, compile, use what there is, and fit every task they are sent for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from amp_fsm.config.lint.places import Path, used_actions, word_path
from amp_fsm.config.lint.rendering import Rendering
from amp_fsm.config.lint.samples import BRIEF, SAMPLE_TASK
from amp_fsm.config.problems import Finding, did_you_mean
from amp_fsm.model.machine import ActionSpec, Verb
from amp_fsm.model.profile import COMPACT
from amp_fsm.model.project import Project, TaskSpec

ANSWER = "answer"
"""The prompt by which the lead's answer to a question is passed on."""

MARKER = "[amp:0a1b2c3d]"
"""How the last line of every prompt that is sent looks."""


@dataclass(slots=True, kw_only=True)
class PromptLint:
    """Tries every prompt of a project; `texts` holds what the prompts read, for other rules."""

    project: Project
    texts: dict[str, list[str]] = field(default_factory=dict)
    _rendering: Rendering = field(init=False)

    def __post_init__(self) -> None:
        """Begin without findings."""
        self._rendering = Rendering(project=self.project)

    def run(self) -> tuple[Finding, ...]:
        """Return what is wrong with prompts."""
        for kind in self.project.kinds.values():
            self._name(kind.prompt, ("kinds", kind.name, "prompt"), f"kind `{kind.name}`")
        sent = dict(self._sends())
        for name, text in self.project.prompts.items():
            self._prompt(name, text, sent.get(name))
        self._lengths()
        return tuple(self._rendering.findings)

    def _say(self, finding: Finding) -> None:
        self._rendering.findings.append(finding)

    def _name(self, name: str, path: Path, who: str) -> bool:
        if name not in self.project.prompts:
            known = did_you_mean(name, self.project.prompts)
            message = f"{who} sends the prompt {name!r}, which does not exist"
            self._say(Finding(code="E221", path=path, message=message, suggestion=known))
        return name in self.project.prompts

    def _sends(self) -> Iterator[tuple[str, tuple[TaskSpec, ...]]]:
        """Yield every prompt that can be sent, with a task of every shape that it can be sent for."""
        shapes = self._shapes()
        sent: dict[str, dict[str, TaskSpec]] = {name: {} for name in self.project.prompts}
        for kind in self.project.kinds.values():
            for task in shapes:
                if task.kind == kind.name and kind.prompt in sent:
                    sent[kind.prompt][task.id] = task
        used = {kind.prompt for kind in self.project.kinds.values()}
        for action, path in used_actions(self.project):
            if action.verb is Verb.SEND:
                names = self._named_by(action, path, shapes)
                used |= {name for name, _ in names}
                for name, task in names:
                    if task is not SAMPLE_TASK:
                        sent[name][task.id] = task
        yield from ((name, tuple(sent[name].values())) for name in sent if name in used)

    def _named_by(self, action: ActionSpec, path: Path, shapes: tuple[TaskSpec, ...]) -> list[tuple[str, TaskSpec]]:
        found: list[tuple[str, TaskSpec]] = []
        for task in shapes or (SAMPLE_TASK,):
            if task.kind not in self.project.kinds and "{" in action.what:
                continue  # reported elsewhere, or there is no task to know it by
            tried = self._rendering.templates.try_(action.what, self._rendering.values(task))
            name = tried.text
            if tried.error or tried.missing:
                continue  # reported with the texts of actions
            known = name in self.project.prompts
            if not known and (name == COMPACT or (name == ANSWER and not self.project.succession.order)):
                continue  # each program's own command; without a lead nobody is ever answered
            if known or self._is_kinds_prompt(name) or self._name(name, word_path(action, path), "an action"):
                found += [(name, task)] if known else []
        return found

    def _is_kinds_prompt(self, name: str) -> bool:
        return any(kind.prompt == name for kind in self.project.kinds.values())

    def _shapes(self) -> tuple[TaskSpec, ...]:
        """Return one task for every kind and set of brief keys: templates cannot tell more of them apart."""
        return tuple({_shape(task): task for task in reversed(tuple(self.project.tasks.values()))}.values())

    def _prompt(self, name: str, text: str, tasks: tuple[TaskSpec, ...] | None) -> None:
        path: Path = ("prompts", name)
        broken = self._rendering.templates.syntax_error(text)
        if broken.error:
            self._rendering.note(broken, {}, path, f"prompt `{name}`")
            return
        values = self._rendering.values(SAMPLE_TASK)
        whole = self._rendering.templates.try_(text, values)
        if tasks is None:  # nobody sends it: it may speak of documents that this project does not have
            self._constants(name, text, path)
            return
        self._rendering.note(whole, values, path, f"prompt `{name}`")
        self._constants(name, text, path, already=whole.missing)
        self.texts[name] = [] if tasks else [whole.text]
        for task in tasks:
            self._fits(name, text, task)

    def _constants(self, name: str, text: str, path: Path, already: tuple[str, ...] = ()) -> None:
        """Report names that no branch of the template could have, whichever branch they stand in."""
        values = self._rendering.values(SAMPLE_TASK)
        for dotted in self._rendering.templates.constant_names(text):
            wrong = _unknown_part(dotted, values, known=(*already, BRIEF, "documents"))
            if wrong:
                self._rendering.note_unknown(wrong, values, path, f"prompt `{name}`")

    def _fits(self, name: str, text: str, task: TaskSpec) -> None:
        values = self._rendering.values(task)
        tried = self._rendering.templates.try_(text, values)
        self.texts[name].append(f"{tried.text.strip()}\n\n{MARKER}")
        lacking = [word.removeprefix(f"{BRIEF}.") for word in tried.missing if word.startswith(f"{BRIEF}.")]
        if tried.error:
            message = f"prompt `{name}` cannot be rendered for task {task.id}: {tried.error}"
            self._say(Finding(code="E238", path=("tasks", task.order), message=message, on="key"))
        for word in tried.missing:
            if not word.startswith(f"{BRIEF}."):
                self._rendering.note_unknown(word, values, ("prompts", name), f"prompt `{name}`")
        for alike in self.project.tasks.values() if lacking else ():
            if _shape(alike) == _shape(task):
                for key in lacking:
                    message = f"prompt `{name}` needs `brief.{key}`, which task {alike.id} does not have"
                    mend = f"add it, or write {{{{ {BRIEF}.{key} | default('...') }}}} in the prompt"
                    path: Path = ("tasks", alike.order, "brief")
                    self._say(Finding(code="E239", path=path, message=message, suggestion=mend, on="key"))

    def _lengths(self) -> None:
        least = self.project.policies.prompt_min_lines
        for kind in self.project.kinds.values():
            lengths = [text.strip().count("\n") + 1 for text in self._texts_of(kind.name, kind.prompt)]
            if lengths and min(lengths) < least:
                message = f"prompt `{kind.prompt}` of kind `{kind.name}` has {min(lengths)} lines, fewer than {least}"
                mend = "say more, or lower `policies.prompt_min_lines`"
                path: Path = ("prompts", kind.prompt)
                self._say(Finding(code="E245", path=path, message=message, suggestion=mend, on="key"))

    def _texts_of(self, kind: str, prompt: str) -> Iterator[str]:
        """Yield a prompt as it reads for the tasks of a kind."""
        template = self.project.prompts.get(prompt)
        if template is None or prompt not in self.texts:
            return
        tasks = [task for task in self._shapes() if task.kind == kind] or [SAMPLE_TASK]
        for task in tasks:
            yield self._rendering.templates.try_(template, self._rendering.values(task)).text


def _shape(task: TaskSpec) -> tuple[object, ...]:
    brief = frozenset((key, isinstance(value, str)) for key, value in task.brief.items())
    return (task.kind, brief, bool(task.deliverables), bool(task.checks))


def _unknown_part(dotted: str, values: Mapping[str, object], known: tuple[str, ...]) -> str:
    """Return the shortest part of a dotted name that does not exist; empty: all of it does, or may."""
    found: object = values
    parts = dotted.split(".")
    for length, step in enumerate(parts, 1):
        name = ".".join(parts[:length])
        if name in known or not isinstance(found, Mapping):
            return ""
        if step not in found:
            return name if not _is_own(name, length) else ""
        found = found[step]
    return ""


_OWN = frozenset(
    {"loop", "self", "super", "range", "dict", "lipsum", "cycler", "joiner", "namespace", "caller", "varargs"}
)


def _is_own(name: str, length: int) -> bool:
    """Return whether a name is Jinja's own, or a method of a mapping."""
    return name in _OWN if length == 1 else hasattr(dict, name.rpartition(".")[2])
