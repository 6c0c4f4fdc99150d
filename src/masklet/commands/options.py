"""The options that several commands share, each declared once, and groups of options that go together.

typer reads the metadata of `Annotated` types; a command names a type here and gives the default, or takes a group as
one parameter (see `grouped`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from masklet.commands.prompts import Said, read_prompts

if TYPE_CHECKING:
    from masklet.commands.report import Report
    from masklet.net import Net

Model = Annotated[
    str, typer.Option("--model", help="A model's name (masklet models list) or a checkpoint's path.", metavar="NAME")
]
OptionalModel = Annotated[
    str | None,
    typer.Option(
        "--model", help="A model's name (masklet models list) or a checkpoint's path; nano by default.", metavar="NAME"
    ),
]
Device = Annotated[str, typer.Option("--device", help="auto, cpu, cuda, cuda:1, mps …", metavar="NAME")]
Precision = Annotated[str, typer.Option("--precision", help="auto, float32, bfloat16 or float16.", metavar="NAME")]
Runtime = Annotated[str, typer.Option("--runtime", help="What computes: auto, openvino or torch.", metavar="NAME")]
Strict = Annotated[
    bool, typer.Option("--strict", help="Do as SAM 2's published code does also where masklet differs on purpose.")
]
Fine = Annotated[
    bool | None,
    typer.Option(
        "--fine/--no-fine",
        help="Look at small objects again, through windows of their own: on every frame, or never. By default where "
        "they are prompted, with nano.",
        show_default=False,
    ),
]
Out = Annotated[
    Path | None,
    typer.Option("--out", help="Folder for the results. By default ./NAME-masklet beside you.", metavar="DIR"),
]
AsJson = Annotated[
    bool, typer.Option("--json", help="Print one JSON object on standard output, and nothing else there.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress bar and no summary.")]


@dataclass(frozen=True)
class Computing:
    """What computes a network, where, and in which precision."""

    device: Device = "auto"
    precision: Precision = "auto"
    runtime: Runtime = "auto"

    def load(self, model: str, *, strict: bool = False, fine: bool | None = None) -> Net:
        """The model, loaded. Raises ModelError."""
        import masklet

        return masklet.load(model, self.device, self.precision, runtime=self.runtime, strict=strict, fine=fine)

    def open(
        self, model: str, report: Report, *, strict: bool = False, fine: bool | None = None, follows: bool = False
    ) -> Net:
        """The same, told on standard error: see `open_net`."""
        from masklet.commands.opening import open_net

        how = self.device, self.precision
        return open_net(report, model, *how, runtime=self.runtime, strict=strict, fine=fine, follows=follows)

    @property
    def words(self) -> list[str]:
        """As options of a command that computes in the same way."""
        said = ("--device", self.device), ("--precision", self.precision), ("--runtime", self.runtime)
        return [word for option, value in said if value != "auto" for word in (option, value)]


@dataclass(frozen=True)
class PicturePrompts:
    """What is meant on a picture."""

    point: Annotated[list[str] | None, typer.Option("--point", help="A click on the object.", metavar="X,Y[=NAME]")] = (
        None
    )
    not_: Annotated[
        list[str] | None, typer.Option("--not", help="A click beside the object.", metavar="X,Y[=NAME]")
    ] = None
    box: Annotated[
        list[str] | None, typer.Option("--box", help="A box around the object.", metavar="X0,Y0,X1,Y1[=NAME]")
    ] = None
    mask: Annotated[
        list[str] | None,
        typer.Option("--mask", help="A rough mask of the object, bright on dark.", metavar="PNG[=NAME]"),
    ] = None

    def read(self) -> list[Said]:
        """The prompts. Raises PromptError, as `read_prompts`."""
        return read_prompts(self.point or (), self.not_ or (), self.box or (), self.mask or (), frames=False)


@dataclass(frozen=True)
class VideoPrompts:
    """What is meant in a video."""

    point: Annotated[
        list[str] | None, typer.Option("--point", help="A click on the object.", metavar="X,Y[@FRAME][=NAME]")
    ] = None
    not_: Annotated[
        list[str] | None, typer.Option("--not", help="A click beside the object.", metavar="X,Y[@FRAME][=NAME]")
    ] = None
    box: Annotated[
        list[str] | None,
        typer.Option("--box", help="A box around the object.", metavar="X0,Y0,X1,Y1[@FRAME][=NAME]"),
    ] = None
    mask: Annotated[
        list[str] | None,
        typer.Option("--mask", help="A mask of the object, bright on dark.", metavar="PNG[@FRAME][=NAME]"),
    ] = None

    def read(self, *, continued: bool) -> list[Said]:
        """The prompts. continued: whether a log is repeated before. Raises PromptError, as `read_prompts`."""
        said = self.point or (), self.not_ or (), self.box or (), self.mask or ()
        return read_prompts(*said, continued=continued)
