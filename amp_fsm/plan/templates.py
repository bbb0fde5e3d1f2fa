"""Sandboxed Jinja2 templates: strict, and reading values only.  Entered by `prompts` with the first text to render."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import ImmutableSandboxedEnvironment

from amp_fsm.plan.prompts import RenderError, clock, date


def make_environment() -> ImmutableSandboxedEnvironment:
    """Return the environment every template is compiled in: strict, sandboxed, with `clock` and `date` only added."""
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=False, autoescape=False
    )
    environment.filters["clock"] = clock
    environment.filters["date"] = date
    return environment


_ENVIRONMENT = make_environment()


@lru_cache(maxsize=4096)
def _compiled(template: str) -> Template:
    return _ENVIRONMENT.from_string(template)


def filled(template: str, values: Mapping[str, object]) -> str:
    """Return the template's text.

    Raises:
        RenderError: it does not compile, or uses a value that does not exist now.
    """
    try:
        return _compiled(template).render(values)
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError) as error:
        message = f"template cannot be rendered: {error}"
        raise RenderError(message) from error


@lru_cache(maxsize=4096)
def names_in(template: str) -> frozenset[str]:
    """Return the names of the variables that a template reads; none when it does not compile."""
    try:
        return frozenset(find_undeclared_variables(_ENVIRONMENT.parse(template)))
    except TemplateError:
        return frozenset()
