"""`masklet evaluate stress`: what cuts, covers, exits, crowds, darkness … cost a model, on clips that masklet draws."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from masklet.commands.data_synthesize import open_materials, read_size
from masklet.commands.evaluate_options import Loader, Working
from masklet.commands.evaluate_run import Run, command_words, machine_line
from masklet.commands.grouped import grouped
from masklet.commands.report import Ending
from masklet.errors import InputError
from masklet.media.files import atomic_write, make_folder

if TYPE_CHECKING:
    from masklet.data.synthetic.materials import Materials
    from masklet.evaluate.answers import Given
    from masklet.evaluate.parts import Outcome
    from masklet.evaluate.stress import StreamAnswers, Suite
    from masklet.values import Point

_LIMITS = "cuts, hidden-10, -30, -100, -300, exits, thin, crowd, fast, small, dark, noise, compression"
_LABEL = "stress"


@dataclass(frozen=True)
class StressWorking(Working):
    """The same; the default folder has another name."""

    out: Annotated[
        Path | None,
        typer.Option("--out", help="Folder for the record and the sheets; ./MODEL-stress by default.", metavar="DIR"),
    ] = None


@grouped
def stress(
    *,
    load: Loader,
    limit: Annotated[
        list[str] | None, typer.Option("--limit", help=f"Only this one; give several. {_LIMITS}.", metavar="NAME")
    ] = None,
    clips: Annotated[int, typer.Option("--clips", help="Of each limit.", metavar="N")] = 8,
    quick: Annotated[bool, typer.Option("--quick", help="Two shorter clips of each limit: a few minutes.")] = False,
    seed: Annotated[int, typer.Option("--seed", help="Another seed, other clips.", metavar="N")] = 0,
    size: Annotated[str, typer.Option("--size", help="Width and height of the clips.", metavar="WxH")] = "384x288",
    given: Annotated[
        str,
        typer.Option("--given", help="What objects are given by: mask, box, or clicks.", metavar="WHAT"),
    ] = "mask",
    pictures: Annotated[
        Path | None,
        typer.Option("--pictures", help="Pictures with label maps to make the clips of.", metavar="DIR"),
    ] = None,
    icons: Annotated[
        list[str] | None,
        typer.Option("--icons", help="A folder of icons with alpha, or: installed.", metavar="DIR"),
    ] = None,
    real: Annotated[
        list[str] | None,
        typer.Option("--real", help="A real clip to look at, too; several for several objects.", metavar="X,Y=VIDEO"),
    ] = None,
    work: StressWorking,
) -> int | Ending:
    """Follow objects through clips that are easy but for one thing, and tell what each thing costs.

    A run that was stopped goes on when the same command is given again.
    """
    from masklet.evaluate.stress import LIMITS, Suite, limits_named
    from masklet.evaluate.stress_job import StressJob

    suite = Suite(limits_named(limit) if limit else LIMITS, clips, seed, read_size(size), read_given(given), quick)
    suite.check()
    clicked = read_real(real or [])
    store = _Store(pictures, tuple(icons or ()))
    materials = store()
    load.check()
    words = command_words(
        "stress", **load.words, limit=limit, clips=None if clips == 8 else clips, quick=quick, seed=seed, size=size,
        given=given, pictures=pictures, icons=icons, real=real,
    )  # fmt: skip
    with work.begin(Path(load.model), words, load.device, "stress") as here:
        here.tell_model(load)
        job = StressJob(suite, _Streams(load), store, load.stamp, _sheets(here.out))
        outcome, seconds = here.work_out(job, _LABEL)
        return _end(here, suite, outcome, seconds, load.model, materials.name, lambda: _draw_real(load, clicked, here))
    return Ending.STOPPED_AND_SAVED


def _end(
    here: Run,
    suite: Suite,
    outcome: Outcome,
    seconds: float,
    model: str,
    materials: str,
    draw_real: Callable[[], Mapping[str, Path]],
) -> int:
    """Writes the record and the sheets, and says what came out."""
    from masklet.evaluate.stress_job import run_of, worst_clips
    from masklet.evaluate.stress_report import report_stress, stress_lines, stress_record

    run = run_of(suite, outcome)
    measured = report_stress(run)
    record = stress_record(
        measured,
        model=model,
        materials=materials,
        command=shlex.join(here.words),
        machine=machine_line(),
        seconds=round(seconds, 1),
    )
    here.written[_LABEL] = here.out / f"{_LABEL}.json"
    record.write(here.written[_LABEL])
    worst = worst_clips(outcome)
    dear = sorted(measured.limits, key=lambda one: one.cost is None)  # the dearest first, the easy ones last
    order = [one.limit.name for one in dear if one.limit.name in worst]
    sheets = {**_lay_out(here, {name: worst[name] for name in order}), **draw_real()}
    if here.pages:
        from masklet.evaluate.pages.report import write_report

        here.written[f"{_LABEL}-report"] = here.out / f"{_LABEL}.html"
        write_report(record, here.written[f"{_LABEL}-report"], sheets)
    result = {"model": model, "frames": run.frames, "seconds": round(run.seconds, 1), "figures": dict(record.figures)}
    said = f"{run.frames:,} frames in {seconds:.0f} s of {here.workers} processes; materials: {materials}"
    return here.end(result, [*stress_lines(measured), said])


def _lay_out(here: Run, worst: Mapping[str, str]) -> dict[str, Path]:
    """Sheets of these clips beside the record, by what each shows. worst: the clip of each limit."""
    here.written["sheets"] = make_folder(here.out / "sheets")
    found = {}
    for name, clip in worst.items():
        drawn, path = _sheets(here.out) / f"{clip}.png", here.written["sheets"] / f"{name}.png"
        if drawn.is_file():  # another machine keeps its own
            with atomic_write(path) as temporary:
                shutil.copyfile(drawn, temporary)
            found[f"{name}, the clip that went worst: the answers above, the truth below"] = path
    return found


def _sheets(folder: Path) -> Path:
    """Where every clip's sheet lies until the worst are chosen."""
    return folder / "parts" / _LABEL / "sheets"


def read_given(text: str) -> Given:
    """What objects are given by. Raises InputError."""
    known: dict[str, Given] = {"mask": "mask", "box": "box"}
    if text in known:
        return known[text]
    if text.isdecimal() and int(text) >= 1:
        return int(text)
    raise InputError(f"--given {text}: expected mask, box, or a number of clicks from 1 up")


def read_real(words: list[str]) -> dict[Path, list[Point]]:
    """Each video's points. Raises InputError for a word of another form, and for a video that is not there."""
    found: dict[Path, list[Point]] = {}
    for word in words:
        point, _, path = word.partition("=")
        try:
            x, y = (float(part) for part in point.split(","))
        except ValueError:
            raise InputError(f"--real {word}: expected X,Y=VIDEO, say 320,180=dog.mp4") from None
        if not path or not Path(path).exists():
            raise InputError(f"--real {word}: there is no {path or 'video named'}")
        found.setdefault(Path(path), []).append((x, y))
    return found


@dataclass(frozen=True)
class _Streams:
    """Opens streams, in the process that loads the model."""

    load: Loader

    def __call__(self) -> Callable[[], StreamAnswers]:
        return self.load().open_stream


@dataclass(frozen=True)
class _Store:
    """Opens the materials where they are needed."""

    pictures: Path | None
    icons: tuple[str, ...]

    def __call__(self) -> Materials:
        return open_materials(self.pictures, list(self.icons))


def _draw_real(load: Loader, clicked: Mapping[Path, list[Point]], here: Run) -> dict[str, Path]:
    """Sheets of the real clips, by what each shows."""
    from masklet.evaluate.stress_sheets import real_sheet
    from masklet.media.picture import write_picture

    found: dict[str, Path] = {}
    if not clicked:
        return found
    net = load()
    here.written["real"] = here.out / "real"
    with here.report.progress("Real clips", len(clicked)) as steps:
        for path, points in clicked.items():
            sheet = here.out / "real" / f"{path.stem}.png"
            write_picture(sheet, real_sheet(net.open_stream, path, points))
            found[f"{path.name}, a real clip: the answers"] = sheet
            steps.one()
    return found
