"""`masklet models list` and `show`: the models that have a name, what is known of them, and whether they are here."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from masklet import runtime
from masklet.commands import options
from masklet.commands.report import Report
from masklet.errors import ModelError
from masklet.hub.published import MOSE, PUBLISHED, SA23_1, SA23_5, SAV_TEST, SPEED, Published
from masklet.runtime import ModelInfo

Name = Annotated[str, typer.Argument(help="A model's name: masklet models list.", metavar="NAME", show_default=False)]
_HEADS = ("model", "parameters", "licence", "SA-V test", "MOSE val", "SA-23", "A100 fps", "weights")
_FOOT = (
    "Figures are the publishers': videos in J&F, pictures in mIoU at 1 (5) clicks; – is not published.",
    "Part of what nano was trained on is for research or non-commercial use: masklet models show nano.",
    "Their sources, and nano's own figures: masklet models show NAME",
)


def list_known(as_json: options.AsJson = False, quiet: options.Quiet = False) -> None:
    """List the models that have a name, their makers' figures, and whether their weights are here."""
    models = runtime.list_models()
    table = [_HEADS, *(_row(one) for one in models)]
    widths = [max(len(row[column]) for row in table) for column in range(len(_HEADS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table]
    Report(as_json, quiet).finish({"models": [_described(one) for one in models]}, [*lines, *_FOOT])


def show(name: Name, as_json: options.AsJson = False, quiet: options.Quiet = False) -> None:
    """Show a model's card: the embedded model's whole, of the published ones what is known."""
    models = {one.name: one for one in runtime.list_models()}
    if name not in models:
        raise ModelError(f"no model {name!r}: choose {', '.join(models)}")
    model = models[name]
    card = model.path.with_suffix(".md")
    text = card.read_text(encoding="utf-8") if model.embedded and card.is_file() else None
    described = {**_described(model), "card": text}
    Report(as_json, quiet).finish(described, text.splitlines() if text is not None else _facts(model))


def _row(model: ModelInfo) -> tuple[str, ...]:
    known = PUBLISHED.get(model.name)
    where = str(model.path) if model.present else f"masklet models fetch {model.name}"
    if model.embedded:
        where = "in the package" if model.present else "missing: install masklet anew"
    return (
        model.name,
        f"{model.parameters / 1e6:.1f} M".rjust(len("parameters")),
        model.licence,
        *(_value(known, what) for what in (SAV_TEST, MOSE)),
        _on_pictures(known),
        _value(known, SPEED, "{:.0f}"),
        where,
    )


def _value(known: Published | None, what: str, form: str = "{:.1f}") -> str:
    value = known.figure(what) if known is not None else None
    return "–" if value is None else form.format(value)


def _on_pictures(known: Published | None) -> str:
    one, five = _value(known, SA23_1), _value(known, SA23_5)
    return one if five == "–" else f"{one} ({five})"


def _described(model: ModelInfo) -> dict[str, Any]:
    known = PUBLISHED.get(model.name)
    figures = known.figures if known is not None else ()
    return {
        "name": model.name,
        "parameters": model.parameters,
        "licence": model.licence,
        "embedded": model.embedded,
        "present": model.present,
        "path": str(model.path),
        "url": known.url if known is not None else None,
        "sha256": known.sha256 if known is not None else None,
        "makers": known.makers if known is not None else None,
        "paper": known.paper if known is not None else None,
        "figures": [{"what": one.what, "value": one.value, "source": one.source} for one in figures],
    }


def _facts(model: ModelInfo) -> list[str]:
    known = PUBLISHED.get(model.name)
    lines = [f"{model.name}: {model.parameters:,} parameters, {model.licence}"]
    if known is not None:
        lines += [f"made by    {known.makers}", f"paper      {known.paper}", f"file       {known.url}"]
        lines += [f"SHA-256    {known.sha256 or 'none is published'}"]
        lines += [f"{one.what}: {one.value:g}   ({one.source})" for one in known.figures] or ["no figures published"]
    here = f"here, {model.path}" if model.present else f"not here: masklet models fetch {model.name}"
    return [*lines, f"weights    {here}"]
