"""Lint: what a well-formed configuration can still get wrong.  One module per subject, one code per finding.

Last step of `config`: it reads the project and says what is wrong with it; it never changes or repairs anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amp_fsm.config.lint.approvals import lint_approvals
from amp_fsm.config.lint.budgets import lint_budgets
from amp_fsm.config.lint.channels import lint_channels
from amp_fsm.config.lint.cycles import lint_cycles
from amp_fsm.config.lint.dependencies import lint_dependencies
from amp_fsm.config.lint.documents import lint_documents
from amp_fsm.config.lint.errands import lint_errands
from amp_fsm.config.lint.facts import lint_facts
from amp_fsm.config.lint.hand_over import lint_hand_over
from amp_fsm.config.lint.patterns import lint_own_texts, lint_patterns
from amp_fsm.config.lint.people import lint_people
from amp_fsm.config.lint.prompts import PromptLint
from amp_fsm.config.lint.references import lint_references
from amp_fsm.config.lint.shadowing import lint_shadowing
from amp_fsm.config.lint.states import lint_states
from amp_fsm.config.lint.texts import lint_action_texts, lint_rows
from amp_fsm.config.lint.verbs import lint_verbs
from amp_fsm.config.machine_tests import run_tests
from amp_fsm.config.problems import Finding
from amp_fsm.model.project import Project


def lint(project: Project, tree: Mapping[str, Any]) -> tuple[Finding, ...]:
    """Return everything that is wrong with a project that could be built; `tree` is the merged configuration."""
    prompts = PromptLint(project=project)
    said = prompts.run()
    return (
        *lint_references(project),
        *lint_documents(project),
        *lint_dependencies(project, tree),
        *lint_people(project),
        *lint_states(project),
        *lint_facts(project),
        *lint_shadowing(project),
        *lint_cycles(project),
        *lint_budgets(project),
        *lint_verbs(project),
        *lint_approvals(project),
        *lint_patterns(project),
        *lint_channels(project),
        *lint_errands(project),
        *lint_hand_over(project),
        *said,
        *lint_action_texts(project),
        *lint_rows(project),
        *lint_own_texts(project, prompts.texts),
        *run_tests(project),
    )
