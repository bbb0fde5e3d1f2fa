"""`schema`: the JSON Schema of each kind of file, for editors and other programs."""

from __future__ import annotations

import click

EXAMPLE = "\b\nExample:\n  amp-fsm schema > amp-fsm.schema.json"


@click.command("schema", epilog=EXAMPLE, short_help="Print the JSON Schema.")
@click.argument("kind", default="amp-fsm")
def command(kind: str) -> None:
    """Print the JSON Schema of a KIND of file; without KIND that of configurations."""
    from amp_fsm.config.problems import did_you_mean
    from amp_fsm.world.config_files import schema_kinds, schema_text

    kinds = schema_kinds()
    if kind not in kinds:
        raise click.BadParameter(f"no schema {kind!r}; {did_you_mean(kind, kinds)}", param_hint="KIND")
    click.echo(schema_text(kind), nl=False)
