"""The part of the interface that makes files to take away and takes files back."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from io import FileIO
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse

from masklet.app import schemas
from masklet.app.bring import bring_masks, bring_project
from masklet.app.preview import preview
from masklet.app.project import SOURCE, Project
from masklet.app.sound import sound_of
from masklet.app.store import Store
from masklet.errors import InputError

_KINDS = {".mp4": "video/mp4", ".mov": "video/quicktime", ".webm": "video/webm", ".json": "application/json"}
_PART = 1 << 20
_FILE_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class TooLarge(InputError):
    """An upload passes the bound."""


def add_files(router: APIRouter, store: Store) -> None:
    """The routes over a store."""

    @router.post("/projects/{project}/exports", status_code=202)
    def export(project: str, wanted: schemas.ExportIn) -> schemas.ExportOut:
        """Begin to make a file to take away; "export" events tell how far it is, and when it can be had."""
        look = None if wanted.look is None else wanted.look.model_dump()
        behind = _behind(store, wanted.look)
        source = None if behind is None else behind.folder / SOURCE
        return schemas.ExportOut(file=store.get(project).exporter.start(wanted.what, wanted.form, look, source))

    @router.post(
        "/projects/{project}/preview",
        response_class=Response,
        responses={200: {"content": {"image/jpeg": {}, "image/png": {}}, "description": "the frame"}},
    )
    def show(project: str, wanted: schemas.PreviewIn) -> Response:
        """A frame with an effect, drawn as in the finished video: a JPEG, or a PNG where it is transparent."""
        behind = _behind(store, wanted.look)
        data, kind = preview(store.get(project), wanted.look.model_dump(), wanted.frame, behind, wanted.width)
        return Response(data, media_type=kind, headers={"Cache-Control": "no-store"})

    @router.delete("/projects/{project}/exports")
    def stop_export(project: str) -> schemas.Done:
        """Stop what is being made."""
        store.get(project).exporter.stop()
        return schemas.Done()

    @router.get("/projects/{project}/exports/{name}", response_class=FileResponse)
    def read_export(project: str, name: str) -> FileResponse:
        """A finished file."""
        exporter = store.get(project).exporter
        path = exporter.path(name)
        kind = _KINDS.get(path.suffix, "application/zip")
        return FileResponse(path, media_type=kind, filename=exporter.download_name(name))

    @router.get(
        "/projects/{project}/sound",
        response_class=FileResponse,
        responses={200: {"content": {"audio/mpeg": {}}, "description": "the sound; ranges can be asked for"}},
    )
    def read_sound(project: str) -> FileResponse:
        """The video's sound as an mp3 that begins with frame 0; made when it is first asked for."""
        path = sound_of(store.get(project))
        return FileResponse(path, media_type="audio/mpeg", headers={"Cache-Control": "private, max-age=86400"})

    @router.post("/bring", status_code=201, openapi_extra=_FILE_BODY)
    async def bring(request: Request) -> schemas.ProjectOut:
        """A project from the file that was taken away of it: the request's body."""
        project = await _with_body(store, request, lambda file: bring_project(store, file))
        return schemas.ProjectOut(**await run_in_threadpool(project.state))

    @router.post("/projects/{project}/bring", openapi_extra=_FILE_BODY)
    async def bring_in(project: str, request: Request) -> schemas.Brought:
        """Masks of another tool as new objects: the request's body is SA-V's or COCO's JSON, or a zip.

        A zip holds NAME/00000.png per object, DAVIS's Annotations/…/00000.png, YOLO's labels, or one such JSON.
        """
        found = await run_in_threadpool(store.get, project)
        made = await _with_body(store, request, lambda file: bring_masks(found, file))
        return schemas.Brought(objects=made)


def _behind(store: Store, look: schemas.LookIn | None) -> Project | None:
    return None if look is None or look.background is None else store.get(look.background)


async def receive_file(store: Store, request: Request, path: Path) -> None:
    """Write the request's body to `path`, within the bound, the next part coming in meanwhile. Raises InputError."""
    bound, size, held, waiting = store.settings.max_bytes, 0, list[bytes](), 0
    writing: asyncio.Future[None] | None = None
    with path.open("wb", buffering=0) as file:
        try:
            async for part in request.stream():
                size, waiting = size + len(part), waiting + len(part)
                if size > bound:
                    raise TooLarge(f"the file has more than {bound:,} bytes, which is the bound here")
                held.append(part)
                if waiting >= _PART:  # small parts would cost a thread's turn each
                    if writing is not None:
                        await writing
                    writing = asyncio.ensure_future(run_in_threadpool(_write, file, held))
                    held, waiting = [], 0
        finally:
            if writing is not None:
                await writing
        await run_in_threadpool(_write, file, held)
    if size == 0:
        raise InputError("the upload is empty: send the file as the request's body")


def _write(file: FileIO, parts: list[bytes]) -> None:
    for part in parts:
        rest = memoryview(part)
        while rest:
            rest = rest[file.write(rest) :]


async def _with_body(store: Store, request: Request, use: Callable[[Path], Any]) -> Any:
    folder = await run_in_threadpool(store.begin)
    try:
        await receive_file(store, request, folder / "body")
        return await run_in_threadpool(use, folder / "body")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
