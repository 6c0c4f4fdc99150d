"""The options that several commands share, each declared once.

typer reads the metadata of `Annotated` types; a command names a type here and gives the default.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

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
Out = Annotated[
    Path | None,
    typer.Option("--out", help="Folder for the results. By default ./NAME-masklet beside you.", metavar="DIR"),
]
AsJson = Annotated[
    bool, typer.Option("--json", help="Print one JSON object on standard output, and nothing else there.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress bar and no summary.")]

PicturePoint = Annotated[list[str] | None, typer.Option("--point", help="A click on the object.", metavar="X,Y[=NAME]")]
PictureNot = Annotated[list[str] | None, typer.Option("--not", help="A click beside the object.", metavar="X,Y[=NAME]")]
PictureBox = Annotated[
    list[str] | None, typer.Option("--box", help="A box around the object.", metavar="X0,Y0,X1,Y1[=NAME]")
]
PictureMask = Annotated[
    list[str] | None,
    typer.Option("--mask", help="A rough mask of the object, bright on dark.", metavar="PNG[=NAME]"),
]

VideoPoint = Annotated[
    list[str] | None, typer.Option("--point", help="A click on the object.", metavar="X,Y[@FRAME][=NAME]")
]
VideoNot = Annotated[
    list[str] | None, typer.Option("--not", help="A click beside the object.", metavar="X,Y[@FRAME][=NAME]")
]
VideoBox = Annotated[
    list[str] | None,
    typer.Option("--box", help="A box around the object.", metavar="X0,Y0,X1,Y1[@FRAME][=NAME]"),
]
VideoMask = Annotated[
    list[str] | None,
    typer.Option("--mask", help="A mask of the object, bright on dark.", metavar="PNG[@FRAME][=NAME]"),
]
