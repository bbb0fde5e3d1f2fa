"""A configuration's path and a scenario's name -> the report of one rehearsal.  The door of this package."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from amp_fsm.rehearsal.rehearse import Rehearsal
from amp_fsm.rehearsal.report import Report
from amp_fsm.rehearsal.scenario_files import load_scenario
from amp_fsm.rehearsal.stage import staged
from amp_fsm.rehearsal.without_secrets import load_for_rehearsal


def play(
    config: str, scenario: str, environment: Mapping[str, str], *, keep: bool, progress: Callable[[str], None]
) -> Report:
    """Rehearse the configuration at `config` and return what came of it.

    Args:
        config: path of the configuration.
        scenario: path or name of the scenario.
        environment: variables for the configuration.
        keep: leave the scratch folder and the tmux server behind.
        progress: told every transition, as it happens.

    Raises:
        InvalidConfigError: the configuration or the scenario cannot be used.
        TerminalUnreachableError: tmux is missing, or a practice agent hangs.
    """
    prepared = load_for_rehearsal(config, environment)
    with staged(prepared.project, load_scenario(scenario, prepared.project), environment, keep=keep) as stage:
        for line in stage.kept:
            progress(line)
        report = Rehearsal.on(stage, progress).run()
    return replace(report, notes=(*prepared.notes, *report.notes))
