"""Handing the lead over: a text for the file, a name that stays in the project, and the line that says who leads.

The sample values are those of `plan.errands.hand_over_values`, which this package may not import; a test holds them
equal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from amp_fsm.config.lint.samples import project_sample
from amp_fsm.config.lint.templates import Templates
from amp_fsm.config.problems import Finding
from amp_fsm.model.document import DocumentSpec
from amp_fsm.model.project import Project

_TEXT = "some text"
_MANY = {
    "agents": ("name", "state", "since", "task", "usage_percent", "resets_at"),
    "finished": ("id", "title", "at", "files"),
    "revisions": ("id", "at", "author", "subject"),
    "events": ("at", "about", "text"),
    "decisions": ("id", "title", "file"),
    "under_way": (
        *("id", "title", "agent", "state", "agent_state", "blockage", "since", "minutes", "attempt", "present"),
        *("missing", "refused", "files", "briefed", "checks", "late"),
    ),
    "blockages": ("kind", "about", "name", "task", "said", "needed_by"),
    "changed": ("file", "at", "by", "note"),
    "verifying": ("id", "title"),
    "messages": ("id", "title", "to", "file"),
    "dialogs": ("agent", "text", "command"),
    "unknown": ("what", "about", "command"),
}
_FIGURES = ("usage_percent", "context_percent", "tokens", "cost")
_COUNTS = ("hours", "minutes", "total", "completed", "under_way", "remaining")
_LISTS = frozenset({"files", "missing", "refused", "checks", "needs", "needed_by"})
_NUMBERS = frozenset({"at", "since", "minutes", "attempt", "usage_percent", "resets_at"})


def lint_hand_over(project: Project) -> Iterator[Finding]:
    """Yield what keeps a hand-over file from being written, and a document from saying who leads."""
    spec = project.succession
    if len(spec.order) > 1 and not spec.template.strip():
        message = "the lead can be handed over, and there is no text for the file"
        mend = "say `succession.template`, or include builtin:prompts"
        yield Finding(code="E257", path=("succession", "order"), message=message, suggestion=mend)
    for place, name in enumerate(spec.order):
        if "/" in name or name.startswith("."):
            message = f"{name!r} cannot stand in the name of a hand-over file"
            yield Finding(code="E257", path=("succession", "order", place), message=message)
    if spec.order:
        yield from _tried(spec.template, hand_over_sample(project), ("succession", "template"), "the hand-over file")
    for document in project.documents.values():
        if document.lead:
            yield from _line(project, document)


def _line(project: Project, document: DocumentSpec) -> Iterator[Finding]:
    path = ("documents", document.name, "lead")
    begins, brace, _ = document.lead.partition("{{")
    if not begins.strip() or not brace or "lead" not in Templates().constant_names(document.lead):
        message = f"the line of `{document.name}` cannot be found again, or does not say who leads"
        yield Finding(code="E258", path=path, message=message, suggestion="for example: '**Lead**: {{ lead }}'")
    if not project.succession.order:
        yield Finding(code="E258", path=path, message="nobody leads: there is no `succession.order`", on="key")
    yield from _tried(document.lead, line_sample(project), path, f"the line of `{document.name}`")


def line_sample(project: Project) -> dict[str, object]:
    """Return the variables of the line that says who leads."""
    return {**project_sample(project), "lead": "an agent", "before": "another", "now": 0.0}


def _tried(text: str, values: Mapping[str, object], path: tuple[str | int, ...], what: str) -> Iterator[Finding]:
    tried = Templates().try_(text, values)
    if tried.error:
        yield Finding(code="E238", path=path, message=f"{what} cannot be rendered: {tried.error.rstrip('.')}")
    for name in tried.missing:
        yield Finding(code="E229", path=path, message=f"{what} uses `{name}`, which is no variable")


def hand_over_sample(project: Project) -> dict[str, object]:
    """Return the variables of a hand-over file."""
    waiting = _item(("id", "title", "agent", "needs", "late"))
    return {
        **project_sample(project),
        **{name: [_item(keys)] for name, keys in _MANY.items()},
        **dict.fromkeys(("giver", "taker", "reason", "unread"), _TEXT),
        "now": 0.0,
        "complete": True,
        "remaining": {"HIGH": [waiting], "MEDIUM": [waiting], "LOW": [waiting]},
        "requests": [_TEXT],
        "figures": {**dict.fromkeys(_COUNTS, 1), **dict.fromkeys(_FIGURES, 1.0)},
    }


def _item(keys: tuple[str, ...]) -> dict[str, object]:
    return {key: [_TEXT] if key in _LISTS else 1 if key in _NUMBERS else _TEXT for key in keys}
