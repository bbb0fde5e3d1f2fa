"""What the operator asked for while another process held the lock: carried out by the holder, before its next plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from amp_fsm.errors import AmpFsmError
from amp_fsm.model.observed import Observed
from amp_fsm.model.project import Project
from amp_fsm.model.record import Record, Request
from amp_fsm.model.time import Now
from amp_fsm.ports import Commit, Entry, World

FIRE, RESOLVE, ANSWER, HAND_OVER = "fire", "resolve", "answer", "hand_over"
CANCEL, RETRY, REASSIGN, APPROVE = "cancel", "retry", "reassign", "approve"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The record after all requests, those that were carried out, and those that were refused with the reason."""

    record: Record
    done: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


def answer_requests(project: Project, world: World, observed: Observed, record: Record, now: Now) -> Answers:
    """Carry out every request, in the order in which they came."""
    done: list[str] = []
    refused: list[str] = []
    for request in record.requests:
        try:
            commit = _commit(project, observed, record, now, request)
            done.append(asked(request.verb, request.arguments))
        except AmpFsmError as error:
            hint = f" ({error.hint})" if error.hint else ""
            refused.append(f"{asked(request.verb, request.arguments)}: {error}{hint}")
            entry = Entry(at=now.wall, address=request.arguments[0], kind="error", text=refused[-1])
            commit = Commit(record=record, journal=(entry,))
        record = world.store.commit(replace(commit, done_requests=(request.id,)))
    return Answers(record=record, done=tuple(done), refused=tuple(refused))


def asked(verb: str, arguments: Sequence[str]) -> str:
    """Return a request in words, as it stands in front of why it was refused."""
    return f"{verb} {' '.join(arguments)}"


def _commit(project: Project, observed: Observed, record: Record, now: Now, request: Request) -> Commit:
    from amp_fsm.engine.request_commits import commit_for  # what is done by hand, which most passes do without

    return commit_for(project, observed, record, now, request)
