"""`masklet models`: which models there are, fetching them, what a weights file is, and its conversion."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from masklet.commands import options
from masklet.commands.models_fetch import fetch_model
from masklet.commands.models_known import list_known, show
from masklet.commands.report import Report
from masklet.errors import InputError
from masklet.runtime import list_models
from masklet.runtime.catalogue import find_weights

app = typer.Typer(help="The models there are, and their weights.", rich_markup_mode=None)


@app.callback(invoke_without_command=True)
def models(context: typer.Context) -> None:
    """The models there are, and their weights. Alone, it lists them."""
    if context.invoked_subcommand is None:
        list_known()


app.command("list")(list_known)
app.command("show")(show)
app.command("fetch")(fetch_model)

File = Annotated[
    Path, typer.Argument(help="A weights file, a hub's folder with one, or a model's name.", metavar="FILE")
]


@app.command("check")
def check(file: File, as_json: options.AsJson = False, quiet: options.Quiet = False) -> None:
    """Tell what a weights file is, and whether it is whole. Nothing in it is run."""
    _require_torch()
    from masklet.runtime.checkpoints import describe

    file = _weights(file)
    found = describe(file)
    if found.fault:
        raise InputError(f"{file}: {found.fault}")
    described = {
        "file": str(file),
        "layout": found.title,
        "model": found.network,
        "parameters": found.parameters,
        "precision": list(found.dtypes),
        "video": found.video,
        "bytes": file.stat().st_size if file.is_file() else None,
    }
    use = "pictures and videos" if found.video else "pictures alone: the parts that follow objects are not in it"
    lines = [
        f"{file}: {found.network}, {found.title}, whole",
        f"{found.parameters:,} numbers as {' and '.join(found.dtypes)}; {use}",
    ]
    Report(as_json, quiet).finish(described, lines)


@app.command("convert")
def convert(
    source: File,
    target: Annotated[Path, typer.Argument(help="The file to write.", metavar="OUT")],
    to: Annotated[
        str, typer.Option("--to", help="masklet, published (its makers' layout) or transformers.", metavar="LAYOUT")
    ] = "masklet",
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Write a weights file in another layout. Numbers keep their precision: converted back, they are the same bits."""
    _require_torch()
    from masklet.runtime.checkpoints import TARGETS
    from masklet.runtime.checkpoints import convert as convert_file

    if to not in TARGETS:
        raise InputError(f"no layout {to!r} to convert to: choose {', '.join(TARGETS)}")
    source = _weights(source)
    network = convert_file(source, target, to)
    result = {"source": str(source), "model": network, "layout": to, "outputs": {"weights": str(target)}}
    Report(as_json, quiet).finish(result, [f"{network} in {target}"])


def _weights(file: Path) -> Path:
    named = str(file) in {one.name for one in list_models()} and not file.exists()
    return find_weights(file) if named else file


def _require_torch() -> None:
    if find_spec("torch") is None:
        raise InputError('looking into weights needs PyTorch: pip install "masklet[torch]"')
