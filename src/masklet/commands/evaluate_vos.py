"""`masklet evaluate vos DATA`: objects followed through videos from a prompt on their first frame."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from masklet.commands import evaluate_run as run
from masklet.commands import options
from masklet.commands.evaluate_said import video_lines
from masklet.commands.evaluate_sets import open_videos
from masklet.commands.report import Ending, Report
from masklet.errors import InputError

if TYPE_CHECKING:
    from masklet.evaluate.answers import Given
    from masklet.evaluate.parts import Outcome
    from masklet.evaluate.predictions_out import Form, Server
    from masklet.evaluate.record import Record
    from masklet.evaluate.rules import Rule
    from masklet.evaluate.systems import System


def vos(
    data: run.Data,
    given: Annotated[
        str, typer.Option("--given", help="What objects are given by; numbers are clicks.", metavar="mask,box,N…")
    ] = "mask",
    system: Annotated[
        str,
        typer.Option("--system", help="full, or a baseline: masks, propagate, picture.", metavar="NAME,NAME…"),
    ] = "full",
    model: options.Model = "nano",
    rule: run.RuleOption = None,
    hota: run.WithHota = False,
    train: run.Train = None,
    save: Annotated[
        str | None, typer.Option("--save", help="Keep the masks: indexed, objects or json.", metavar="FORM")
    ] = None,
    zip_for: Annotated[
        str | None,
        typer.Option("--zip", help="Pack them for a server: davis, mose, youtube-vos or sav.", metavar="SERVER"),
    ] = None,
    layout: run.Format = None,
    split: run.Split = None,
    only: run.Only = None,
    limit: run.Limit = None,
    workers: run.Workers = None,
    ray: run.OnRay = False,
    pages: run.Pages = False,
    device: options.Device = "auto",
    precision: options.Precision = "auto",
    runtime: options.Runtime = "auto",
    out: options.Out = None,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> int | Ending:
    """J&F of objects that are followed from a mask, a box or clicks on their first frame.

    Writes a record per kind of prompt. A run that was stopped goes on when the same command is given again.
    """
    report = Report(as_json, quiet)
    ways, systems = read_given(given), read_systems(system)
    form: Form | None = _form(save, zip_for) or ("objects" if pages else None)
    load = run.Loader(model, device, precision, runtime)
    load.check()
    seen = read_extras(hota, train)
    videos = open_videos(data, layout)
    names = run.chosen(videos, split, only, limit)
    words = run.command_words(
        "vos", data, given=given, system=None if system == "full" else system, model=model, device=device,
        precision=precision, runtime=runtime, rule=rule, hota=hota, train=train, save=save, zip=zip_for, format=layout,
        split=split, only=only, limit=limit,
    )  # fmt: skip
    here = run.begin(report, out, data, words, workers, ray, device, pages)
    counting = read_rule(rule, videos.layout)
    records: list[Record] = []
    from masklet.evaluate.answers import name_of
    from masklet.evaluate.jobs import VosJob

    try:
        for how in ways:
            for which in systems:
                label = "-".join(["vos", name_of(how).replace(" ", "-"), *([which] if which != "full" else [])])
                kept = None if form is None else (form, (here.out / "masks" / label).resolve())
                job = VosJob(videos.folder, layout, names, load, load.stamp, how, counting, which, hota, kept)
                outcome, seconds = here.work_out(job, label)
                protocol = {"given": name_of(how), "rule": counting, "system": which}
                figures = video_figures(outcome, seen, hota)
                records.append(here.write(label, "vos", model, data, outcome, seconds, figures, protocol=protocol))
                if zip_for is not None and kept is not None:
                    _pack(here, zip_for, kept[1], list(outcome.parts), label)
    except KeyboardInterrupt:
        report.remark(f"stopped; the same command goes on with {here.out}")
        return Ending.STOPPED_AND_SAVED
    return here.end({"data": str(data), "model": model, "runs": [_told(one) for one in records]}, video_lines(records))


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


def _pack(here: run.Run, server: str, folder: Path, names: Sequence[str], label: str) -> None:
    from masklet.evaluate.predictions_out import pack

    path = here.out / f"{label}-{server}.zip"
    pack(cast("Server", server), folder, names, path)
    here.written[f"{label}-{server}"] = path


def _told(record: Record) -> dict[str, Any]:
    return {"protocol": dict(record.protocol), "figures": dict(record.figures), "seconds": record.seconds}
