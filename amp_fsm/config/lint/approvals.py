"""What goes on between the team and people: answers without one, notices that reach nobody, prompts in a queue."""

from __future__ import annotations

from collections.abc import Iterator

from amp_fsm.config.lint.places import Path
from amp_fsm.config.lint.references import unknown
from amp_fsm.config.problems import Finding
from amp_fsm.model.project import ApprovalSpec, Project


def lint_approvals(project: Project) -> Iterator[Finding]:
    """Yield what is wrong with the answers that may be given without a person, and with prompts given to the busy."""
    for place, rule in enumerate(project.approvals):
        yield from _approval(project, rule, ("approvals", place))
    for place, channel in enumerate(project.notifications):
        if not channel.url:
            message = f"notification `{channel.name}` has no `url`"
            yield Finding(code="E256", path=("notifications", place, "name"), message=message)
    for agent in project.agents.values():
        profile = project.profiles.get(agent.profile)
        if agent.queue and profile is not None and not profile.queues:
            message = f"agent `{agent.name}` is to queue prompts, but a program of profile `{profile.name}` keeps none"
            yield Finding(code="E252", path=("agents", agent.name, "queue"), message=message)


def _approval(project: Project, rule: ApprovalSpec, path: Path) -> Iterator[Finding]:
    if not rule.answer:
        message = f"approval `{rule.name}` gives no `answer`"
        yield Finding(
            code="E251", path=(*path, "name"), message=message, suggestion="the label as the dialog writes it"
        )
    if not (rule.dialog or rule.text or rule.command):
        message = f"approval `{rule.name}` would answer every dialog"
        mend = "say which: `dialog`, `text` or `command`"
        yield Finding(code="E251", path=(*path, "name"), message=message, suggestion=mend)
    for number, agent in enumerate(rule.agents):
        what = f"approval `{rule.name}` is for the agent"
        yield from unknown("E223", (*path, "agents", number), what, agent, project.agents)
    if rule.dialog:
        what = f"approval `{rule.name}` answers the dialog"
        yield from unknown("E253", (*path, "dialog"), what, rule.dialog, _dialogs(project, rule))


def _dialogs(project: Project, rule: ApprovalSpec) -> frozenset[str]:
    """Return the names of all dialogs that the agents of a rule can show."""
    agents = [agent for agent in project.agents.values() if not rule.agents or agent.name in rule.agents]
    profiles = [project.profiles[agent.profile] for agent in agents if agent.profile in project.profiles]
    named = {name for profile in profiles if profile.dialogs is not None for name in profile.dialogs.names}
    return frozenset(named | {own.dialog for profile in profiles for own in profile.rules if own.dialog})
