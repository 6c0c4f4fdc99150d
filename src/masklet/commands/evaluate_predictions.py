"""`masklet evaluate predictions FOLDER --data DATA`: masks that other tools made, scored."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from masklet.commands.evaluate_options import RuleOption, Taken, Train, WithHota, Working
from masklet.commands.evaluate_run import command_words
from masklet.commands.evaluate_said import video_lines
from masklet.commands.evaluate_sets import open_videos
from masklet.commands.evaluate_vos import read_extras, read_rule, video_figures
from masklet.commands.grouped import grouped
from masklet.commands.report import Ending


@grouped
def predictions(
    folder: Annotated[
        Path, typer.Argument(help="Masks by video: a folder, or a zip.", metavar="FOLDER", show_default=False)
    ],
    *,
    data: Annotated[Path, typer.Option("--data", help="The data set with the truth.", metavar="DIR")],
    rule: RuleOption = None,
    hota: WithHota = False,
    train: Train = None,
    taken: Taken,
    work: Working,
) -> int | Ending:
    """J&F and all other figures of masks that any tool made, in the sets' own formats.

    VIDEO/FRAME.png with the objects' numbers, VIDEO/OBJECT/FRAME.png, or VIDEO.json of SA-V's form. A video whose masks
    are missing or broken is named and left out of the figures, and the exit code is 2. Writes predictions.json.
    """
    from masklet.evaluate.jobs import PredictionsJob
    from masklet.evaluate.predictions_in import check_predictions

    check_predictions(folder)
    seen = read_extras(hota, train)
    videos = open_videos(data, taken.layout)
    names = taken.names(videos)
    words = command_words("predictions", folder, data=data, rule=rule, hota=hota, train=train, **taken.words)
    with work.begin(folder, words, "cpu") as here:
        counting = read_rule(rule, videos.layout)
        job = PredictionsJob(videos.folder, taken.layout, names, folder.resolve(), counting, hota)
        outcome, seconds = here.work_out(job, "predictions")
        figures = video_figures(outcome, seen, hota)
        model, protocol = f"predictions:{folder.resolve().name}", {"rule": counting}
        record = here.write("predictions", "predictions", model, data, outcome, seconds, figures, protocol=protocol)
        result = {"data": str(data), "predictions": str(folder), "objects": len(record.items), "figures": figures}
        return here.end(result, video_lines([record]))
    return Ending.STOPPED_AND_SAVED
