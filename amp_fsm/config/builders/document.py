"""Documents from plain data."""

from __future__ import annotations

from amp_fsm.config.builders.values import Tree, convert
from amp_fsm.model.document import DocumentSpec

ASKS_HELP = ("HELP", "AIDE")
"""Words by which a status row asks for help, if the document says none."""


def build_document(name: str, data: Tree) -> DocumentSpec:
    """Return one document."""
    table = data["table"]
    rest = {key: value for key, value in data.items() if key != "table"}
    if data.get("columns") and data.get("words"):
        rest["words"] = {"help": ASKS_HELP, **data["words"]}
    return convert({**rest, "name": name, "heading": table["heading"], "key": table.get("key", "")}, DocumentSpec)
