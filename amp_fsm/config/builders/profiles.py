"""Profiles from plain data, each laid over what it extends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from typing import Any

import msgspec

from amp_fsm.config.builders.values import Tree, as_texts, convert
from amp_fsm.config.merge import lay_over
from amp_fsm.config.problems import Finding, did_you_mean
from amp_fsm.model.profile import Profile, ScreenState


def build_profiles(tree: Tree, findings: list[Finding]) -> dict[str, Profile]:
    """Return the profiles of a normalised tree by name, each with what it extends; what is wrong goes to `findings`."""
    data: Mapping[str, Tree] = tree.get("profiles") or {}
    built: dict[str, Profile] = {}
    for name in data:
        whole = _extended(name, data, findings, ())
        rules = [rule for rule in whole.get("rules") or () if "state" in rule]
        findings.extend(_stateless(name, data[name], {rule["id"] for rule in rules}))
        env = as_texts(whole.get("env") or {})
        try:
            built[name] = convert({**whole, "name": name, "env": env, "rules": rules}, Profile)
        except msgspec.ValidationError as error:  # a rule or region that nothing below completes
            message = f"profile `{name}` is not whole: {str(error).replace('Object m', 'm').replace('$.', '')}"
            findings.append(Finding(code="E212", path=("profiles", name), message=message, on="key"))
    return built


def _stateless(name: str, data: Tree, whole: Set[str]) -> Iterator[Finding]:
    """Yield the rules of a profile that get no state; the schema cannot, for those that edit a parent's need none."""
    for place, rule in enumerate(data.get("rules") or ()):
        if rule["id"] not in whole and rule.get("remove") is not True:
            message = f"rule `{rule['id']}` says no `state`, nor does one of that id in what `{name}` extends"
            mend = did_you_mean("", [state for state in ScreenState if state is not ScreenState.UNKNOWN])
            yield Finding(code="E202", path=("profiles", name, "rules", place, "id"), message=message, suggestion=mend)


def _extended(name: str, data: Mapping[str, Tree], findings: list[Finding], above: tuple[str, ...]) -> dict[str, Any]:
    own = dict(data[name])
    base = own.pop("extends", None)
    below: Mapping[str, Any] = {}
    if base is not None and base in data and base not in (*above, name):
        below = _extended(base, data, findings, (*above, name))
    elif base is not None:
        said, mend = ("is made of it", "") if base in data else ("does not exist", did_you_mean(base, data))
        message, path = f"profile `{name}` extends `{base}`, which {said}", ("profiles", name, "extends")
        findings.append(Finding(code="E220", path=path, message=message, suggestion=mend))
    whole, misplaced = lay_over(below, own, ("profiles", name))
    findings.extend(misplaced)
    return dict(whole)
