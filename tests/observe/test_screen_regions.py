"""Regions of a screen, cut bottom up."""

import pytest

from amp_fsm.model.profile import Profile, RegionSpec
from amp_fsm.observe.screen_regions import Regions
from amp_fsm.observe.screen_text import read_lines

SCREEN = """\
──────
> first
──────
* answer
  more

* newest
  of all
──────
> second
──────
 left footer
 right footer"""
BOX = RegionSpec(name="box", start="^─{5,}", end="^─{5,}", closed=True)


def cut(*specs: RegionSpec, screen: str = SCREEN, columns: int | None = None) -> list[str] | None:
    regions = Regions(Profile(name="fable", regions=specs), read_lines(screen), {}, columns)
    region = regions.get(specs[-1].name)
    return None if region is None else [line.text for line in region.lines]


@pytest.mark.parametrize(
    ("specs", "lines"),
    [
        pytest.param([BOX], ["> second"], id="the-lowest-closed-pair-counts"),
        pytest.param([RegionSpec(name="r", start="^> ")], ["──────", " left footer", " right footer"], id="open-ended"),
        pytest.param(
            [RegionSpec(name="r", start=r"^\* ", end="^─", inclusive=True)], ["* newest", "  of all"], id="inclusive"
        ),
        pytest.param([RegionSpec(name="r", start="^> ", end="^nothing", closed=True)], None, id="never-closed"),
        pytest.param(
            [RegionSpec(name="r", start="^>", preceded=r"^\* ", inclusive=True)], None, id="preceded-by-something-else"
        ),
        pytest.param(
            [RegionSpec(name="r", start="^> ", preceded="^─", inclusive=True, lines=1)], ["> second"], id="preceded"
        ),
        pytest.param(
            [RegionSpec(name="r", start=r"^\* ", end="^─", inclusive=True)], ["* newest", "  of all"], id="first-end"
        ),
        pytest.param(
            [RegionSpec(name="r", start=r"^\* ", end="^─", followed="^ left", closed=True)],
            ["  of all", "──────", "> second"],
            id="the-end-that-is-followed",
        ),
        pytest.param([RegionSpec(name="r", start="^nothing", top=True, lines=1)], ["──────"], id="from-the-top"),
        pytest.param([RegionSpec(name="r", start="^nothing")], None, id="no-start-no-region"),
        pytest.param([BOX, RegionSpec(name="r", above="box", lines=1)], ["  of all"], id="right-above-without-frame"),
        pytest.param(
            [BOX, RegionSpec(name="r", above="box", start="^$")], ["* newest", "  of all"], id="last-paragraph"
        ),
        pytest.param([BOX, RegionSpec(name="r", below="box", lines=2)], ["──────", " left footer"], id="below"),
        pytest.param([RegionSpec(name="r", lines=1)], [" right footer"], id="lines-alone-are-the-lowest"),
        pytest.param([RegionSpec(name="r", above="nobody")], None, id="above-what-is-not-there"),
        pytest.param([RegionSpec(name="r", above="r")], None, id="above-itself"),
    ],
)
def test_cut(specs: list[RegionSpec], lines: list[str] | None) -> None:
    assert cut(*specs) == lines


LISTED = RegionSpec(name="r", start=r"^[\s│]*● *\d+\.", inclusive=True, numbered=True)


@pytest.mark.parametrize(
    ("screen", "lines"),
    [
        pytest.param("Which?\n  1. a\n● 2. b\n  3. c", ["  1. a", "● 2. b", "  3. c"], id="the-middle-of-a-list"),
        pytest.param("│ 1. a\n│    long\n\n│●2. b", ["│ 1. a", "│    long", "│●2. b"], id="a-long-entry-above"),
        pytest.param("  1. a\n  2. b\n\n● 1. c", ["● 1. c"], id="another-list-above"),
        pytest.param("  1. a\n  3. b\n● 4. c", ["  3. b", "● 4. c"], id="a-list-that-is-cut-off"),
        pytest.param("1. a\nb\nc\nd\ne\nf\n● 2. g", ["● 2. g"], id="too-far-away"),
    ],
)
def test_a_numbered_list_is_whole_whatever_is_selected(screen: str, lines: list[str]) -> None:
    assert cut(LISTED, screen=screen) == lines


DRAFT = "  third\n  fourth\n──────\n footer"
CUT = RegionSpec(name="box", start="^─{5,}", end="^─{5,}", closed=True, cut="^(> |  )")


@pytest.mark.parametrize(
    ("screen", "lines"),
    [
        pytest.param(DRAFT, ["  third", "  fourth"], id="its-upper-edge-scrolled-away"),
        pytest.param("● said\n" + DRAFT, None, id="something-else-stands-above-the-edge"),
        pytest.param(DRAFT + "\n one\n two\n three", None, id="more-than-a-footer-stands-below"),
        pytest.param("  third\n  fourth", None, id="no-edge-at-all"),
        pytest.param("──────\n> all\n──────", ["> all"], id="not-cut"),
    ],
)
def test_cut_off_at_the_top(screen: str, lines: list[str] | None) -> None:
    assert cut(CUT, screen=screen) == lines


def test_built_in_regions_need_no_declaration() -> None:
    regions = Regions(Profile(name="fable"), read_lines("\n".join("abcdefghij") + "\n\n"), {"pane_title": "t…"}, None)
    found = {name: regions.get(name) for name in ("screen", "bottom", "last_line", "title")}
    assert {name: "".join(line.text for line in region.lines) for name, region in found.items() if region} == {
        "screen": "abcdefghij",
        "bottom": "cdefghij",
        "last_line": "j",
        "title": "t…",
    }


def test_there_is_no_title_region_without_the_variable() -> None:
    assert Regions(Profile(name="fable"), (), {}, None).get("title") is None


@pytest.mark.parametrize(
    ("columns", "joined"),
    [
        pytest.param(None, "esc to inter rupt", id="unknown-width-joins-words"),
        pytest.param(13, "esc to interrupt", id="a-full-line-was-cut-inside-a-word"),
    ],
)
def test_joined_text(columns: int | None, joined: str) -> None:
    spec = RegionSpec(name="r", lines=2, joined=True)
    regions = Regions(Profile(name="fable", regions=(spec,)), read_lines(" esc to inter\nrupt"), {}, columns)
    region = regions.get("r")
    assert region is not None
    assert region.joined == joined
