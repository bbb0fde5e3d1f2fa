"""Subjects' facts as guards read them: what was observed, and what follows from the record, once it is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from amp_fsm.model.facts import Fact, Why, known, unknown
from amp_fsm.model.standard import STANDARD_FACTS
from amp_fsm.plan.declared_facts import DECLARED
from amp_fsm.plan.derived_facts import DERIVED
from amp_fsm.plan.situation import Situation

_NOT_OFFERED = known("offered", False, "", "assignment")


class SubjectFacts(Mapping[str, Fact]):
    """The facts of one subject, as guards read them.

    `offered` is taken as given: true while an offer is being weighed, and for those who got one.
    """

    __slots__ = ("_address", "_made", "_seen", "_situation")

    def __init__(self, situation: Situation, address: str, *, offered: bool = False, evidence: str = "") -> None:
        """Look at `address` as `situation` has it."""
        self._situation = situation
        self._address = address
        self._seen = situation.observed.facts.get(address, {})
        offer = known("offered", True, evidence, "assignment") if offered else _NOT_OFFERED
        self._made: dict[str, Fact] = {"offered": offer}

    def __getitem__(self, name: str) -> Fact:
        """Return the fact, made on first use; a name that nobody knows is unknown."""
        found = self._seen.get(name) or self._made.get(name)
        if found is None:
            found = self._derive(name)
            self._made[name] = found
        return found

    def get(self, name: str, default: object = None) -> Fact:
        """Return the fact, as `[]` does: guards ask for most of a plan's time."""
        return self._seen.get(name) or self._made.get(name) or self[name]

    def __iter__(self) -> Iterator[str]:
        """Yield the names of all facts that this kind of subject has."""
        kind = self._address.partition("/")[0]
        yield from sorted({*STANDARD_FACTS.get(kind, ()), *self._situation.project.facts, *self._seen})

    def __len__(self) -> int:
        """Return how many facts this kind of subject has."""
        return sum(1 for _ in self)

    def _derive(self, name: str) -> Fact:
        maker = DERIVED.get(name)
        if maker is not None:
            return maker(self._situation, self._address)
        spec = self._situation.project.facts.get(name)
        if spec is not None and spec.source in DECLARED:
            return DECLARED[spec.source](self._situation, self._address, spec)
        return unknown(name, Why.UNREACHABLE, "was not looked at")


class EverybodysFacts(Mapping[str, SubjectFacts]):
    """The facts of every subject of a situation, each made when it is asked for."""

    __slots__ = ("_made", "_situation", "offered")

    def __init__(self, situation: Situation, offered: Mapping[str, str]) -> None:
        """Look at `situation`; `offered`: address of who is offered something to what or who it is."""
        self._situation = situation
        self.offered = offered
        self._made: dict[str, SubjectFacts] = {}

    def __getitem__(self, address: str) -> SubjectFacts:
        """Return the facts of one subject."""
        found = self._made.get(address)
        if found is None:
            if address not in self._situation.subjects:
                raise KeyError(address)
            evidence = self.offered.get(address)
            found = SubjectFacts(self._situation, address, offered=evidence is not None, evidence=evidence or "")
            self._made[address] = found
        return found

    def __iter__(self) -> Iterator[str]:
        """Yield every address."""
        return iter(self._situation.subjects)

    def __len__(self) -> int:
        """Return how many subjects there are."""
        return len(self._situation.subjects)
