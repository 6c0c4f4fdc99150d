"""`masklet app`: the interactive page in the browser."""

from __future__ import annotations

import os
import sys
import webbrowser
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from masklet.commands import options
from masklet.commands.report import Report
from masklet.errors import InputError


def app(
    host: Annotated[
        str, typer.Option("--host", help="Address to listen at; others than this machine's own need a token.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", help="Port to listen at; 0 takes any free one.", min=0, max=65535)
    ] = 8000,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only print the address.")] = False,
    home: Annotated[
        Path | None, typer.Option("--home", help="Folder for projects; by default under MASKLET_HOME.", metavar="DIR")
    ] = None,
    model: options.Model = "nano",
    device: options.Device = "auto",
    precision: options.Precision = "auto",
    runtime: options.Runtime = "auto",
) -> None:
    """Click and follow objects in the browser.

    They can be corrected there, and their masks taken away.
    """
    missing = [name for name in ("fastapi", "uvicorn") if find_spec(name) is None]
    if missing:
        raise InputError(f'the page needs {" and ".join(missing)}: pip install "masklet[app]"')
    from masklet.app.server import serve
    from masklet.app.settings import projects_folder, settings_from
    from masklet.app.store import Store
    from masklet.commands.opening import open_net

    settings = settings_from(os.environ)
    net = open_net(Report(), model, device, precision, runtime=runtime)
    store = Store(home or projects_folder(), net, settings)

    def started(address: str) -> None:
        print(f"masklet app: {address}   (Ctrl-C ends it)", file=sys.stderr, flush=True)
        if not no_browser:
            webbrowser.open(address)

    try:
        serve(store, host, port, started)
    except KeyboardInterrupt:
        print("masklet app: ended; every project is on disk", file=sys.stderr)
