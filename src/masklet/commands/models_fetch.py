"""`masklet models fetch NAME`: published weights into the folder where they are found by name."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from masklet.commands import options
from masklet.commands.models_known import Name
from masklet.commands.report import Ending, Report
from masklet.errors import InputError, ModelError
from masklet.hub.published import PUBLISHED
from masklet.runtime import list_models
from masklet.runtime.catalogue import models_folder

if TYPE_CHECKING:
    from masklet.hub.download import Fetched


def fetch_model(
    name: Name,
    source: Annotated[
        str | None,
        typer.Option(
            "--from", help="Another address of the same file, say a mirror; the hash must agree.", metavar="URL"
        ),
    ] = None,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> Ending | None:
    """Fetch a published model's weights, to be loaded by name.

    What breaks off goes on where it was when the command is run again; the file is checked by its SHA-256. It goes
    into MASKLET_HOME/models, or the platform's cache folder.
    """
    from masklet.hub.download import fetch

    report = Report(as_json, quiet)
    models = {one.name: one for one in list_models()}
    if name not in models:
        raise ModelError(f"no model {name!r}: choose {', '.join(models)}")
    model, known = models[name], PUBLISHED.get(name)
    if model.embedded:
        raise ModelError(f"{name} comes with masklet: there is nothing to fetch")
    if known is None:
        raise ModelError(f"no address is known for {name}; put its weights at {model.path}")
    target = models_folder() / f"{name}{known.suffix}"
    if model.present and model.path != target:
        raise ModelError(f"{name} is here already, as {model.path}; move that away to fetch the published file")
    url = source or known.url
    try:
        with report.progress(name, None, in_bytes=True) as steps:
            found = fetch(
                url,
                target,
                known.sha256,
                progress=steps.to,
                waiting=lambda: report.remark(f"{name} is being fetched by another masklet; waiting for it"),
            )
    except KeyboardInterrupt:
        report.remark(f"stopped; to go on: masklet models fetch {name}")
        return Ending.STOPPED_AND_SAVED
    said = _checked(found, name, url)
    result = {
        "model": name,
        "url": url,
        "sha256": found.sha256,
        "checked_by": "sha256" if found.checked else None,
        "already_here": found.already,
        "resumed_at": found.resumed_at,
        "bytes": found.path.stat().st_size,
        "outputs": {"weights": str(found.path)},
    }
    report.finish(result, [f"{name}: {said}", f"Weights: {found.path}", f"Use:     masklet.load({name!r})"])
    return None


def _checked(found: Fetched, name: str, url: str) -> str:
    """How the file was checked, in words. What was fetched and is not the model is thrown away."""
    before = "already here, " if found.already else ""
    if found.checked:
        return f"{before}its SHA-256 is the published file's"
    if find_spec("torch") is None:
        return f"{before}unchecked: its makers publish no hash, and looking into it needs PyTorch"
    fault = _fault(found.path, name)
    if not fault:
        return f"{before}its makers publish no hash; its tensors are whole, those of {name}"
    if found.already:
        raise InputError(f"{found.path}: {fault}; remove it and fetch again")
    found.path.unlink(missing_ok=True)
    raise InputError(f"{url} gave what is not {name}: {fault}. It was thrown away")


def _fault(path: Path, name: str) -> str:
    """What keeps a file from being that model; "" when it is."""
    from masklet.runtime.checkpoints import describe

    try:
        described = describe(path)
    except ModelError as error:
        return str(error).removeprefix(f"{path}: ")
    other = f"its tensors are those of {described.network}" if described.network != name else ""
    return described.fault or other
