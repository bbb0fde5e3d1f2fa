"""`validate`: everything that is wrong with a configuration, at once.  Looks at nothing but files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

import click

from amp_fsm.cli.output import print_json

if TYPE_CHECKING:
    from amp_fsm.config.loaded import Loaded
    from amp_fsm.errors import Problem

EXAMPLE = "\b\nExample:\n  amp-fsm validate configs/practice.yaml --table"


@click.command("validate", epilog=EXAMPLE, short_help="Say everything that is wrong with CONFIG.")
@click.argument("config")
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "github"]), default="text", help="How problems are printed."
)
@click.option("--resolved", is_flag=True, help="Print the merged configuration, with where each part comes from.")
@click.option("--table", is_flag=True, help="Print the machines as states by observations, blanks marked.")
def command(config: str, form: str, resolved: bool, table: bool) -> None:
    """Say everything that is wrong with CONFIG: its text, its names, its machines, its own tests.

    Exits 1 when there is an error; warnings can be lived with.
    """
    from amp_fsm import wiring

    loaded = wiring.load(config, os.environ)
    shown = loaded.project is not None and (resolved or table)
    if not shown or loaded.problems:
        FORMS[form](config, loaded, err=shown)
    if resolved and loaded.project is not None:
        from amp_fsm.config.resolved import resolved as resolved_text

        click.echo(resolved_text(loaded), nl=False)
    if table and loaded.project is not None:
        from amp_fsm.config.table import project_tables

        click.echo(project_tables(loaded.project), nl=False)
    raise SystemExit(1 if loaded.project is None else 0)


def _text(config: str, loaded: Loaded, *, err: bool) -> None:
    from amp_fsm.config.problems import format_problem

    for problem in loaded.problems:
        click.echo(format_problem(problem), err=err)
    click.echo(f"{config}: {summary(loaded)}", err=err)


def _json(config: str, loaded: Loaded, *, err: bool) -> None:
    usable = loaded.project is not None
    document = {"config": config, "usable": usable, "problems": [_as_json(problem) for problem in loaded.problems]}
    if not err:
        print_json(document)


def _github(config: str, loaded: Loaded, *, err: bool) -> None:
    for problem in loaded.problems:
        click.echo(github_line(problem), err=err)


FORMS: Mapping[str, Callable[..., None]] = {"text": _text, "json": _json, "github": _github}


def summary(loaded: Loaded) -> str:
    """Return what there is, or how much is wrong, in one line."""
    errors = len(loaded.errors)
    warnings = len(loaded.problems) - errors
    wrong = [_counted(errors, "error")] if errors else []
    wrong += [_counted(warnings, "warning")] if warnings else []
    project = loaded.project
    if project is None:
        return ", ".join(wrong)
    there = [(len(project.agents), "agent"), (len(project.services), "service"), (len(project.tasks), "task")]
    there += [(len(project.machines), "machine"), (len(project.tests), "test")]
    return ", ".join(["valid", *wrong, *(_counted(number, word) for number, word in there if number)])


def github_line(problem: Problem) -> str:
    """Return a problem as an annotation of GitHub's workflow commands."""
    level = "error" if problem.is_error else "warning"
    place = f",line={problem.line},col={problem.column}" if problem.line else ""
    text = _escaped("\n".join(part for part in (problem.message, problem.suggestion) if part), "%\r\n")
    return f"::{level} file={_escaped(problem.file, '%,:')}{place},title={problem.code}::{text}"


def _escaped(text: str, signs: Iterable[str]) -> str:
    for sign in signs:
        text = text.replace(sign, f"%{ord(sign):02X}")
    return text


def _as_json(problem: Problem) -> dict[str, object]:
    return {
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "code": problem.code,
        "severity": "error" if problem.is_error else "warning",
        "message": problem.message,
        "suggestion": problem.suggestion,
    }


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
