"""`masklet models list`: which models there are, and which of them are on this machine."""

from __future__ import annotations

import typer

from masklet.commands import options
from masklet.commands.report import Report

app = typer.Typer(help="The models there are.", rich_markup_mode=None)


@app.callback()
def _models() -> None:
    """The models there are."""  # a callback keeps `list` a word of its own while it is the only one


@app.command("list")
def list_models(as_json: options.AsJson = False, quiet: options.Quiet = False) -> None:
    """List the models that have a name, and where their weights are or belong."""
    from masklet.runtime import list_models as known_models

    models = known_models()
    described = [
        {
            "name": one.name,
            "parameters": one.parameters,
            "licence": one.licence,
            "embedded": one.embedded,
            "present": one.present,
            "path": str(one.path),
        }
        for one in models
    ]
    width = max(len(one.name) for one in models)
    lines = [
        f"{one.name:<{width}}  {one.parameters / 1e6:7.1f} M parameters  {one.licence:<12}  "
        + ("here" if one.present else f"not here; its weights belong at {one.path}")
        for one in models
    ]
    Report(as_json, quiet).finish({"models": described}, lines)
