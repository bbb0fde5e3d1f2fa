"""Guards: Kleene's three values, and how a guard reads."""

from __future__ import annotations

import pytest

from amp_fsm.model.facts import Fact, Truth
from amp_fsm.model.guards import ALWAYS, Guard, all_of, any_of, evaluate, fact, fact_names, guard_text, not_

TRUE, FALSE, UNKNOWN = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN
A, B = fact("a"), fact("b")


def facts(**values: Truth) -> dict[str, Fact]:
    return {name: Fact(name=name, truth=truth) for name, truth in values.items()}


@pytest.mark.parametrize(
    ("guard", "given", "expected"),
    [
        pytest.param(A, facts(a=TRUE), TRUE, id="a-fact-is-its-own-truth"),
        pytest.param(A, {}, UNKNOWN, id="absent-is-unknown"),
        pytest.param(all_of(A, B), facts(a=TRUE, b=UNKNOWN), UNKNOWN, id="unknown-in-all-is-unknown"),
        pytest.param(all_of(A, B), facts(a=UNKNOWN, b=FALSE), FALSE, id="false-decides-all"),
        pytest.param(any_of(A, B), facts(a=UNKNOWN, b=TRUE), TRUE, id="true-decides-any"),
        pytest.param(any_of(A, B), facts(a=FALSE, b=UNKNOWN), UNKNOWN, id="unknown-in-any-is-unknown"),
        pytest.param(not_(A), {}, UNKNOWN, id="not-unknown-is-unknown"),
        pytest.param(not_(A), facts(a=TRUE), FALSE, id="not-true-is-false"),
        pytest.param(ALWAYS, {}, TRUE, id="all-of-nothing-is-true"),
        pytest.param(any_of(), {}, FALSE, id="any-of-nothing-is-false"),
    ],
)
def test_evaluate(guard: Guard, given: dict[str, Fact], expected: Truth) -> None:
    assert evaluate(guard, given) is expected


def test_fact_names_come_in_reading_order_with_repeats() -> None:
    assert list(fact_names(all_of(B, any_of(A, not_(B))))) == ["b", "a", "b"]


@pytest.mark.parametrize(
    ("guard", "text"),
    [
        (ALWAYS, "always"),
        (all_of(A, not_(B)), "a, not b"),
        (all_of(A, any_of(B, not_(A))), "a, (b or not a)"),
    ],
)
def test_a_guard_reads_aloud(guard: Guard, text: str) -> None:
    assert guard_text(guard) == text
