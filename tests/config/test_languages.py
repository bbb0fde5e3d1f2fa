"""The built-in prompts in every language: the same ones, with the same variables, chosen by the project."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import amp_fsm
from amp_fsm.config.yaml_text import parse
from amp_fsm.world.config_files import load_project

FOLDER = Path(amp_fsm.__file__).parent / "builtin" / "prompts"
CONFIG = Path(__file__).parents[2] / "configs" / "practice.yaml"
LANGUAGES = sorted(path.stem for path in FOLDER.glob("*.yaml"))


def prompts(language: str) -> dict[str, str]:
    path = FOLDER / f"{language}.yaml"
    value = parse(path.read_bytes(), path.name).value
    assert value is not None
    found: dict[str, str] = value["prompts"]
    return found


def used(text: str) -> set[str]:
    """Return every variable that a template reads."""
    return set(re.findall(r"\b(?:task|documents|agent|deliverable|check)\.[a-z_.]+|\bminutes\b|\bfailure\b", text))


def test_there_are_english_and_french() -> None:
    assert LANGUAGES == ["en", "fr"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_prompts_with_the_same_variables(language: str) -> None:
    english, other = prompts("en"), prompts(language)
    assert set(other) == set(english)
    for name, text in english.items():
        assert used(re.sub(r"'[^']*'", "", other[name])) >= used(text) - {"task.priority"}, name
        assert abs(len(other[name].splitlines()) - len(text.splitlines())) <= 1, name


@pytest.mark.parametrize(("language", "first"), [("en", "[TASK]"), ("fr", "[TÂCHE]"), ("", "[TASK]")])
def test_a_project_speaks_its_language(tmp_path: Path, language: str, first: str) -> None:
    config = tmp_path / "team.yaml"
    line = f"  language: {language}\n" if language else ""
    config.write_text(CONFIG.read_text().replace("  name: practice\n", f"  name: practice\n{line}"))
    loaded = load_project(str(config), {"HOME": "/nowhere"})
    assert loaded.project is not None, loaded.problems
    assert loaded.project.prompts["code"].startswith(first)
