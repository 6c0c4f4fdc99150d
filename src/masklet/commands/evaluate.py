"""`masklet evaluate`: the field's figures on anybody's data, for masklet and for masks made by other tools."""

from __future__ import annotations

import typer

from masklet.commands import (
    evaluate_everything,
    evaluate_images,
    evaluate_interactive,
    evaluate_predictions,
    evaluate_records,
    evaluate_stress,
    evaluate_transfer,
    evaluate_vos,
)

app = typer.Typer(help="The field's figures, on your data.", rich_markup_mode=None)
app.command("vos")(evaluate_vos.vos)
app.command("images")(evaluate_images.images)
app.command("interactive")(evaluate_interactive.interactive)
app.command("everything")(evaluate_everything.everything)
app.command("transfer")(evaluate_transfer.transfer)
app.command("predictions")(evaluate_predictions.predictions)
app.command("stress")(evaluate_stress.stress)
app.command("report")(evaluate_records.report)
app.command("groups")(evaluate_records.groups)
app.command("compare")(evaluate_records.compare)
app.command("card")(evaluate_records.card)


@app.callback()
def _evaluate() -> None:
    """The field's figures, on your data."""
