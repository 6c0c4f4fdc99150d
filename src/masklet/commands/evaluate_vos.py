"""`masklet evaluate vos DATA`: objects followed through videos from a prompt on their first frame."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from masklet.commands.evaluate_options import Data, Loader, RuleOption, Taken, Train, WithHota, Working
from masklet.commands.evaluate_run import Run, command_words
from masklet.commands.evaluate_said import video_lines
from masklet.commands.evaluate_sets import open_videos
from masklet.commands.grouped import grouped
from masklet.commands.report import Ending
from masklet.errors import InputError

if TYPE_CHECKING:
    from masklet.evaluate.answers import Given
    from masklet.evaluate.jobs import VosJob
    from masklet.evaluate.parts import Outcome
    from masklet.evaluate.predictions_out import Form, Server
    from masklet.evaluate.record import Record
    from masklet.evaluate.rules import Rule
    from masklet.evaluate.systems import System


@grouped
def vos(
    data: Data,
    *,
    given: Annotated[
        str, typer.Option("--given", help="What objects are given by; numbers are clicks.", metavar="mask,box,N…")
    ] = "mask",
    system: Annotated[
        str,
        typer.Option("--system", help="full, or a baseline: masks, propagate, picture.", metavar="NAME,NAME…"),
    ] = "full",
    load: Loader,
    rule: RuleOption = None,
    hota: WithHota = False,
    train: Train = None,
    save: Annotated[
        str | None, typer.Option("--save", help="Keep the masks: indexed, objects or json.", metavar="FORM")
    ] = None,
    zip_for: Annotated[
        str | None,
        typer.Option("--zip", help="Pack them for a server: davis, mose, youtube-vos or sav.", metavar="SERVER"),
    ] = None,
    taken: Taken,
    work: Working,
) -> int | Ending:
    """J&F of objects that are followed from a mask, a box or clicks on their first frame.

    Writes a record per kind of prompt. A run that was stopped goes on when the same command is given again.
    """
    from masklet.evaluate.jobs import VosJob

    ways, systems = read_given(given), read_systems(system)
    form: Form | None = _form(save, zip_for) or ("objects" if work.pages else None)
    load.check()
    seen = read_extras(hota, train)
    videos = open_videos(data, taken.layout)
    names = taken.names(videos)
    words = command_words(
        "vos", data, given=given, system=None if system == "full" else system, **load.words, rule=rule, hota=hota,
        train=train, save=save, zip=zip_for, **taken.words,
    )  # fmt: skip
    with work.begin(data, words, load.device) as here:
        counting = read_rule(rule, videos.layout)
        here.tell_model(load)
        records: list[Record] = []
        for how in ways:
            for which in systems:
                label = "-".join(["vos", slug(how), *([which] if which != "full" else [])])
                kept = None if form is None else (form, (here.out / "masks" / label).resolve())
                job = VosJob(videos.folder, taken.layout, names, load, load.stamp, how, counting, which, hota, kept)
                records.append(follow_videos(here, label, job, load.model, seen))
                if zip_for is not None and kept is not None:
                    _pack(here, zip_for, kept[1], label)
        runs = [_told(one) for one in records]
        return here.end({"data": str(data), "model": load.model, "runs": runs}, video_lines(records))
    return Ending.STOPPED_AND_SAVED


def follow_videos(here: Run, label: str, job: VosJob, model: str, seen: frozenset[str] | None = None) -> Record:
    """The semi-supervised protocol over a set, written as the record LABEL. seen: as `video_figures`."""
    from masklet.evaluate.answers import name_of

    outcome, seconds = here.work_out(job, label)
    protocol = {"given": name_of(job.given), "rule": job.rule, "system": job.system}
    if job.save is not None and job.save[0] == "indexed":
        protocol["overlaps"] = "smaller on top"  # as it is kept
    figures = video_figures(outcome, seen, job.hota)
    return here.write(label, "vos", model, job.folder, outcome, seconds, figures, protocol=protocol)


def video_figures(outcome: Outcome, seen: frozenset[str] | None, hota: bool) -> dict[str, float]:
    """The headline of a set of videos. seen: the training set's categories, for G.

    Raises InputError when G was asked for and there are no seen or no unseen objects.
    """
    from masklet.evaluate.summary import over_objects, youtube_vos_g

    figures = over_objects(outcome.items)
    if hota:
        from masklet.evaluate.hota import combine_hota

        found = combine_hota([part.more["hota"] for part in outcome.parts.values()])
        figures |= {"hota": found.hota, "det_a": found.detection, "ass_a": found.association, "loc_a": found.location}
    if seen is not None:
        categories = {name: part.more["categories"] for name, part in outcome.parts.items()}
        figures |= youtube_vos_g(outcome.items, lambda one: categories[one.sequence].get(str(one.object)) in seen)
    return figures


def read_extras(hota: bool, train: Path | None) -> frozenset[str] | None:
    """The training set's categories; raises InputError now, rather than at the end, for what cannot be had."""
    if hota:
        from masklet.evaluate.hota import check_hota

        check_hota()
    if train is None:
        return None
    from masklet.evaluate.summary import seen_categories

    return seen_categories(train)


def read_given(text: str) -> tuple[Given, ...]:
    """What --given says. Raises InputError."""
    found: list[Given] = []
    for part in (part.strip() for part in text.split(",")):
        if part in ("mask", "box"):
            found.append(cast("Given", part))
        elif part.isdecimal() and int(part) > 0:
            found.append(int(part))
        else:
            raise InputError(f"--given {text!r}: give mask, box or numbers of clicks, such as mask,box,1,3")
    return tuple(found)


def read_systems(text: str) -> tuple[System, ...]:
    """What --system says. Raises InputError."""
    from masklet.evaluate.systems import SYSTEMS

    parts = [part.strip() for part in text.split(",")]
    for part in parts:
        if part not in SYSTEMS:
            raise InputError(f"--system {part!r}: there are {', '.join(SYSTEMS)}")
    return cast("tuple[System, ...]", tuple(parts))


def read_rule(text: str | None, layout: str) -> Rule:
    """What --rule says, or what the set's format implies. Raises InputError."""
    from masklet.evaluate.rules import RULES, rule_of

    if text is None:
        return rule_of(layout)
    if text not in RULES:
        raise InputError(f"--rule {text!r}: there are {', '.join(RULES)}")
    return text


def _form(save: str | None, zip_for: str | None) -> Form | None:
    from masklet.evaluate.predictions_out import FORMS, SERVERS

    if save is not None and save not in FORMS:
        raise InputError(f"--save {save!r}: there are {', '.join(FORMS)}")
    if zip_for is None:
        return save
    if zip_for not in SERVERS:
        raise InputError(f"--zip {zip_for!r}: there are {', '.join(SERVERS)}")
    form = SERVERS[cast("Server", zip_for)][0]
    if save not in (None, form):
        raise InputError(f"the server {zip_for} takes the form {form}, not --save {save}")
    return form


def slug(given: Given) -> str:
    """What an object is given by, as a part of a file's name."""
    from masklet.evaluate.answers import name_of

    return name_of(given).replace(" ", "-")


def _pack(here: Run, server: str, folder: Path, label: str) -> None:
    from masklet.evaluate.predictions_out import pack

    path = here.out / f"{label}-{server}.zip"
    pack(cast("Server", server), folder, here.done[label], path)
    here.written[f"{label}-{server}"] = path


def _told(record: Record) -> dict[str, Any]:
    return {"protocol": dict(record.protocol), "figures": dict(record.figures), "seconds": record.seconds}
