"""A listing that says the same again gives the same panes, and whatever differs gives other ones."""

from __future__ import annotations

from amp_fsm.model.seen import PaneSeen
from amp_fsm.world.tmux_listing import KnownPanes, Listing

NONCE = "0123456789abcdef"


def said(*titles: str, now: int = 100, clients: str = "") -> str:
    """Return what tmux says of panes with these titles, which drew at second 90."""
    numbers = "%{n},7,1,0,0,0,1,1,0,1,0,0,80,24,0,@1,90,0"
    free = ("team", "ada", "", "", "", "", "", "cat", "{title}")
    line = f"{NONCE}p{numbers}{NONCE}={f'{NONCE}='.join(free)}{NONCE}e\n"
    panes = "".join(line.format(n=number, title=title) for number, title in enumerate(titles))
    return f"{NONCE}s1:1 {now}\n{panes}{clients}"


def panes(known: KnownPanes, answer: str) -> tuple[PaneSeen, ...]:
    survey = Listing(nonce=NONCE, known=known).survey(answer, "team", "p/")
    assert survey is not None
    return survey.panes


def test_a_pane_that_is_listed_the_same_is_not_made_anew() -> None:
    known = KnownPanes()
    first = panes(known, said("a", "b"))
    again = panes(known, said("a", "c", now=105))
    assert (again[0] is first[0], again[1] is first[1]) == (True, False)
    assert [pane.variables["pane_title"] for pane in again] == ["a", "c"]
    assert first[0].at_rest


def test_the_same_line_says_something_else_once_its_second_is_over() -> None:
    known = KnownPanes()
    (drawing,) = panes(known, said("a", now=90))
    (resting,) = panes(known, said("a", now=91))
    assert (drawing.at_rest, resting.at_rest) == (False, True)


def test_a_person_who_comes_is_seen_and_so_is_his_leaving() -> None:
    known = KnownPanes()
    client = f"{NONCE}cteam{NONCE}=97{NONCE}=attached,UTF-8{NONCE}e\n"
    seen = [panes(known, answer)[0].person for answer in (said("a"), said("a", clients=client), said("a"))]
    assert seen == [None, 3.0, None]


def test_a_listing_of_some_makes_nobody_unknown() -> None:
    known = KnownPanes()
    first = panes(known, said("a", "b"))
    some = Listing(nonce=NONCE, known=known, owners=("p/agent/ada",)).survey(said("a"), "team", "")
    assert some is not None
    assert some.panes[0] is first[0]
    again = panes(known, said("a", "b"))
    assert (again[0] is first[0], again[1] is first[1]) == (True, True)


def test_what_was_gone_meanwhile_is_not_remembered() -> None:
    known = KnownPanes()
    (first,) = panes(known, said("a"))
    assert panes(known, said()) == ()
    (back,) = panes(known, said("a"))
    assert (back == first, back is first) == (True, False)
