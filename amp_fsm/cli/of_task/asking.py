"""What the changing commands of `task` share: the request, and the answer in words or as JSON."""

from __future__ import annotations

from shlex import join

import click

from amp_fsm.cli.opening import open_recorded
from amp_fsm.cli.output import print_json


def ask_of_task(config: str, task_id: str, verb: str, choice: str, *, as_json: bool, done: str) -> None:
    """Carry out `verb` on a task, or leave it to who holds the project; `done` says what was done.

    Raises:
        NotPossibleError: the present state does not allow it; nothing was changed.
        UnknownSubjectError: there is no such task.
    """
    from amp_fsm.cli.asking import ask
    from amp_fsm.cli.of_task.told import find_task, state_of

    project, world = open_recorded(config, with_terminal=True)
    task = find_task(project, task_id)
    before = world.store.load()
    left = ask(project, world, verb, (task.address, choice)).left
    after = world.store.load()
    moved = [
        address
        for address, subject in after.subjects.items()
        if address != task.address and address in before.subjects and subject.entry != before.subjects[address].entry
    ]
    if as_json:
        state = state_of(after, task) if not left else ""
        said = {"address": task.address, "request": verb, "done": not left, "state": state, "also": moved, "note": left}
        print_json(said)
    elif left:
        click.echo(f"{task.address} {verb}: {left}")
    else:
        click.echo(f"{task.address} {done}; it is {state_of(after, task)} now")
        for address in moved:
            click.echo(f"{address} is {after.subjects[address].state} now")
        click.echo(f"next: {join(['amp-fsm', 'reconcile', config])}")
