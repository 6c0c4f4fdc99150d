"""`masklet evaluate everything DATA`: how many objects are among all masks that the model finds."""

from __future__ import annotations

from masklet.commands.evaluate_options import Data, Loader, Taken, Working
from masklet.commands.evaluate_run import command_words
from masklet.commands.evaluate_said import recall_lines
from masklet.commands.evaluate_sets import open_pictures
from masklet.commands.grouped import grouped
from masklet.commands.report import Ending


@grouped
def everything(data: Data, load: Loader, taken: Taken, work: Working) -> int | Ending:
    """Average recall of 100 and 1000 proposals, as COCO computes it.

    Writes the record everything.json. The set should label all objects of its pictures. A run that was stopped goes on
    when the same command is given again.
    """
    from masklet.evaluate.jobs import EverythingJob
    from masklet.evaluate.proposals import average_recall

    load.check()
    pictures = open_pictures(data, taken.layout)
    names = taken.names(pictures)
    words = command_words("everything", data, **load.words, **taken.words)
    with work.begin(data, words, load.device) as here:
        here.tell_model(load)
        job = EverythingJob(pictures.folder, taken.layout, names, load, load.stamp)
        outcome, seconds = here.work_out(job, "everything")
        figures = average_recall([part.more for part in outcome.parts.values()])
        record = here.write("everything", "everything", load.model, data, outcome, seconds, figures, protocol={})
        told = {"data": str(data), "model": load.model, "objects": len(record.items), "figures": figures}
        return here.end(told, recall_lines(record))
    return Ending.STOPPED_AND_SAVED
