"""What `status` says of usage: what each agent's program shows, and what agents and tasks have used up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amp_fsm.cli.output import local_time, table

if TYPE_CHECKING:
    from amp_fsm.model.project import Project
    from amp_fsm.model.record import Record


def usage_text(project: Project, record: Record) -> str:
    """Return a table of what is known of usage; empty when nothing is."""
    addresses = (*(agent.address for agent in project.agents.values()), *(t.address for t in project.tasks.values()))
    rows = [row for address in addresses if any(row := _row(record, address))]
    return table(["usage", "tokens", "cost", "allowance", "context", "resets", "as of"], rows)


def _row(record: Record, address: str) -> list[str]:
    kind, _, name = address.partition("/")
    usage = record.usage.get(name) if kind == "agent" else None
    last, spent = usage.last if usage else None, record.spent.get(address)
    if spent is None and (usage is None or not usage.at):
        return []
    return [
        address,
        f"{spent.tokens:.0f}" if spent is not None and spent.tokens else "-",
        f"${spent.cost:.2f}" if spent is not None and spent.cost else "-",
        f"{last.usage_percent:g}%" if last and last.usage_percent is not None else "-",
        f"{last.context_percent:g}%" if last and last.context_percent is not None else "-",
        local_time(last.resets_at) if last and last.resets_at is not None else "-",
        local_time(max(usage.at.values())) if usage and usage.at else "-",
    ]


def usage_json(record: Record, agent: str) -> dict[str, object] | None:
    """Return the last figures of an agent and when each came, as JSON-ready values; None when there is none."""
    from amp_fsm.model.usage import FIELDS
    from amp_fsm.plan.as_json import timestamp

    usage = record.usage.get(agent)
    if usage is None or not usage.at:
        return None
    said = {name: getattr(usage.last, name) for name in FIELDS}
    resets = usage.last.resets_at
    at = {name: timestamp(moment) for name, moment in usage.at.items()}
    return {**said, "resets_at": timestamp(resets) if resets is not None else None, "at": at}


def spent_json(record: Record, address: str) -> dict[str, float] | None:
    """Return what an agent or a task has used up, as JSON-ready values; None when nothing is known of it."""
    spent = record.spent.get(address)
    return {"tokens": spent.tokens, "cost": round(spent.cost, 6)} if spent is not None else None
