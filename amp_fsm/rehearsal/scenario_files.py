"""Scenario files on a disk: by path, beside the configuration, or built in by name."""

from __future__ import annotations

from pathlib import Path

from amp_fsm.config.problems import Finding, did_you_mean
from amp_fsm.config.schema import check_shape, normalise
from amp_fsm.config.yaml_text import locate, parse
from amp_fsm.errors import InvalidConfigError, NotPossibleError, Problem
from amp_fsm.model.project import Project
from amp_fsm.rehearsal.scenario import Scenario, parse_scenario
from amp_fsm.world.config_files import PACKAGE, schema_text


def load_scenario(wanted: str, project: Project) -> Scenario:
    """Return the scenario at a path or of a name, for `project`.

    Raises:
        NotPossibleError: there is no such scenario.
        InvalidConfigError: it cannot be read, or names things that the project does not have.
    """
    path = find_scenario(wanted, Path(project.source).parent)
    data = path.read_bytes()
    parsed = parse(data, str(path))
    if parsed.value is None:
        raise InvalidConfigError(parsed.problems)
    schema = schema_text("scenario")
    findings = check_shape(parsed.value, schema)
    if not findings:
        normal = normalise(parsed.value, schema, {})
        scenario, named = parse_scenario(path.stem, normal.tree, project)
        findings = (*normal.findings, *named)
        if not findings:
            return scenario
    text = data.decode("utf-8-sig")
    raise InvalidConfigError([_placed(finding, str(path), text) for finding in findings])


def find_scenario(wanted: str, beside: Path) -> Path:
    """Return a scenario's file: a path as it is, else `scenarios/NAME.yaml` beside the configuration, else ours."""
    if Path(wanted).is_file():
        return Path(wanted)
    folders = (beside / "scenarios", PACKAGE / "builtin" / "scenarios")
    for folder in folders:
        if (folder / f"{wanted}.yaml").is_file():
            return folder / f"{wanted}.yaml"
    known = {path.stem for folder in folders for path in folder.glob("*.yaml")}
    raise NotPossibleError(f"no scenario {wanted!r}", hint=did_you_mean(wanted, known))


def _placed(finding: Finding, file: str, text: str) -> Problem:
    spot = locate(text, finding.path, finding.on)
    return Problem(
        file=file,
        line=spot.line,
        column=spot.column,
        code=finding.code,
        message=finding.message,
        excerpt=text.splitlines()[spot.line - 1],
        width=spot.width,
        suggestion=finding.suggestion,
    )
