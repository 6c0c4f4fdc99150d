"""The command line: names the commands, and turns what goes wrong into one line and an exit code.

0 done, 2 the input was wrong (one line on standard error), 1 masklet itself failed, 130 stopped by Ctrl-C.
"""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from masklet import __version__
from masklet.commands import app as page
from masklet.commands import bench, data, evaluate, everything, export, finetune, models, segment, track, train
from masklet.commands.report import Ending
from masklet.errors import InputError

DONE, FAILED, WRONG_INPUT, STOPPED = 0, 1, 2, 130

# What a machine or a folder can refuse: the user can mend it, so it is no fault of masklet's.
_REFUSED = {
    errno.ENOSPC: "the disk is full; free some space or give another --out",
    errno.EDQUOT: "the disk quota is used up; free some space or give another --out",
    errno.EFBIG: "the file would grow past what is allowed here; give another --out",
    errno.EACCES: "permission denied; check who may read and write it",
    errno.EPERM: "not permitted; check who may read and write it",
    errno.EROFS: "the disk can only be read; give another --out",
    errno.ENOTDIR: "a file stands where a folder should be; give another path",
    errno.EISDIR: "this is a folder, not a file; give another path",
    errno.ENOENT: "there is no such file or folder; check the path",
    errno.EEXIST: "something else of this name is there; give another --out",
    errno.ENAMETOOLONG: "the name is too long; give a shorter one",
    errno.EMFILE: "too many files are open; close some programs",
}
_UsageProblem = typer.BadParameter.__mro__[2]  # click's own class, which typer carries under changing names

app = typer.Typer(
    name="masklet",
    help="Follow anything through a video from one click.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("segment")(segment.segment)
app.command("everything")(everything.everything)
app.command("track")(track.track)
app.command("bench")(bench.bench)
app.command("train")(train.train)
app.command("finetune")(finetune.finetune)
app.command("export")(export.export)
app.command("app")(page.app)
app.add_typer(models.app, name="models")
app.add_typer(data.app, name="data")
app.add_typer(evaluate.app, name="evaluate")


def _version(wanted: bool) -> None:
    if wanted:
        print(f"masklet {__version__}")
        raise typer.Exit()


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """Follow anything through a video from one click."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code.

    arguments: without the program's name; None takes them from the process.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        ended = app(words or ["--help"], prog_name="masklet", standalone_mode=False)
    except typer.Exit as leave:
        return leave.exit_code
    except (KeyboardInterrupt, typer.Abort):
        return _say("stopped before there was anything to save", STOPPED)
    except InputError as problem:
        return _say(str(problem), WRONG_INPUT)
    except BrokenPipeError:
        # Whoever read our output has left; Python would complain once more while closing it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except OSError as problem:
        if problem.errno not in _REFUSED:
            return _own_fault()
        where = f"{problem.filename}: " if problem.filename else ""
        return _say(f"{where}{_REFUSED[problem.errno]}", WRONG_INPUT)
    except Exception as problem:
        if isinstance(problem, _UsageProblem):
            return _say(_usage(problem), WRONG_INPUT)
        return _own_fault()
    if isinstance(ended, Ending):
        return STOPPED
    if ended == STOPPED:  # typer turns a Ctrl-C that no command took into this number
        return _say("stopped before there was anything to save", STOPPED)
    return ended if isinstance(ended, int) else DONE


def _say(text: str, code: int) -> int:
    print(f"masklet: {' '.join(text.split())}", file=sys.stderr, flush=True)
    return code


def _usage(problem: Any) -> str:
    """What click finds wrong with the words, and the command whose help tells the right ones."""
    command = problem.ctx.command_path if problem.ctx is not None else "masklet"
    return f"{problem.format_message()} See: {command} --help"


def _own_fault() -> int:
    traceback.print_exc()
    return _say("this is a fault of masklet's own, not yours; please report it with the lines above", FAILED)


if __name__ == "__main__":
    sys.exit(main())
