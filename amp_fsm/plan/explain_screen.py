"""What an agent's screen showed and which rule of its profile said so, with what that rule rests on."""

from __future__ import annotations

from amp_fsm.model.profile import Profile, ScreenReading


def screen_json(profile: Profile, reading: ScreenReading | None) -> dict[str, object] | None:
    """Return the reading of a screen as JSON-ready values; None when it was not captured."""
    if reading is None:
        return None
    rule = next((rule for rule in profile.rules if rule.id == reading.rule), None)
    asked = reading.asked
    return {
        "profile": profile.name,
        "state": reading.state,
        "rule": reading.rule,
        "basis": rule.basis if rule is not None else "",
        "versions": list(rule.versions) if rule is not None else [],
        "line": reading.line,
        "evidence": reading.evidence,
        "composer": reading.composer,
        "dialog": reading.dialog,
        "text": asked.text if asked is not None else "",
        "options": list(asked.options) if asked is not None else [],
    }


def screen_lines(profile: Profile, reading: ScreenReading | None) -> list[str]:
    """Return the same as lines of text."""
    if reading is None:
        return ["screen: not captured"]
    if not reading.rule:
        return [f"screen: no rule of profile {profile.name} speaks; the composer is {reading.composer}"]
    lines = [f"screen: {reading.state}, says {_rule(profile, reading)}; the composer is {reading.composer}"]
    if reading.evidence:
        where = f"line {reading.line}: " if reading.line else ""
        lines.append(f'  {where}"{reading.evidence.strip()}"')
    if reading.dialog:
        lines.append(f"  dialog {reading.dialog}")
    if reading.asked is not None:
        lines += [f"    | {line}" for line in reading.asked.text.splitlines()]
        lines += [f"    {'>' if n == reading.asked.selected else ' '} {o}" for n, o in enumerate(reading.asked.options)]
    return lines


def _rule(profile: Profile, reading: ScreenReading) -> str:
    rule = next((rule for rule in profile.rules if rule.id == reading.rule), None)
    if rule is None:
        return f"`{reading.rule}` (of every profile)"
    rests = f"{rule.basis} on {', '.join(rule.versions)}" if rule.versions else rule.basis
    return f"rule `{rule.id}` of profile {profile.name} ({rests})"
