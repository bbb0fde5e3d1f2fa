"""`python -m tests.screens`: read the whole corpus and write docs/detection.md; `-v` lists every misreading too."""

from __future__ import annotations

import sys

from amp_fsm.world.config_files import load_profiles
from tests.screens.corpus import FOLDER, load_screens
from tests.screens.judge import judge
from tests.screens.report import report

PAGE = FOLDER.parents[1] / "docs" / "detection.md"


def main(arguments: list[str]) -> None:
    """Write the page and say what was misread."""
    profiles = load_profiles()
    judged = list(judge(load_screens(), profiles))
    PAGE.write_text(report(judged, profiles), "utf-8")
    if "-v" in arguments:
        print("\n".join(str(one) for one in judged if not one.right))
    dangerous = [one for one in judged if one.dangerous]
    print("\n".join(f"DANGEROUS {one}" for one in dangerous))
    print(f"{sum(one.right for one in judged)} of {len(judged)} right, {len(dangerous)} dangerous; wrote {PAGE}")


if __name__ == "__main__":
    main(sys.argv[1:])
