"""The HTTP interface under /api: what the page does, and any other client can do."""

from __future__ import annotations

import shutil
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

import masklet
from masklet.app import schemas
from masklet.app.answers import to_json
from masklet.app.api_files import add_files, receive_file
from masklet.app.fetch import fetch
from masklet.app.project import SOURCE, Project
from masklet.app.samples import SAMPLES, sample_picture
from masklet.app.store import Store
from masklet.errors import InputError
from masklet.media.rle import decode_mask, rle_to_json

ProjectId = Annotated[str, Path(max_length=40)]
_PROBLEMS = {
    400: {"model": schemas.Problem, "description": "what is asked does not fit"},
    404: {"model": schemas.Problem, "description": "there is no such project"},
}


def make_router(store: Store) -> APIRouter:
    """The routes over a store."""
    router = APIRouter(prefix="/api", responses=_PROBLEMS)  # type: ignore[arg-type]
    _add_projects(router, store)
    _add_prompts(router, store)
    _add_following(router, store)
    add_files(router, store)
    return router


def _add_projects(router: APIRouter, store: Store) -> None:
    @router.get("/about")
    def about() -> schemas.About:
        """The model, the bounds and the samples."""
        return schemas.About(
            version=masklet.__version__,
            model=store.net.name,
            max_bytes=store.settings.max_bytes,
            urls=bool(store.settings.allow_urls),
            samples=SAMPLES,
        )

    @router.get(
        "/samples/{name}/picture",
        response_class=Response,
        responses={200: {"content": {"image/jpeg": {}}, "description": "what the sample shows"}},
    )
    def show_sample(name: str) -> Response:
        """A small picture of a sample."""
        if name not in SAMPLES:
            raise InputError(f"there is no sample {name[:40]!r}; there are: {', '.join(SAMPLES)}")
        return Response(sample_picture(name), media_type="image/jpeg", headers={"Cache-Control": "max-age=86400"})

    upload = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    sample = {"application/json": {"schema": schemas.NewProject.model_json_schema()}}

    @router.post(
        "/projects", status_code=201, openapi_extra={"requestBody": {"required": True, "content": upload | sample}}
    )
    async def make_project(request: Request, title: Annotated[str, Query(max_length=300)] = "") -> schemas.ProjectOut:
        """A new project: the body is the video or picture itself, or JSON that names a sample."""
        if request.headers.get("content-type", "").split(";")[0].strip() == "application/json":
            wanted = schemas.NewProject.model_validate_json(await request.body())
            project = await run_in_threadpool(_from_order, store, wanted)
        else:
            project = await _from_upload(store, request, title)
        return schemas.ProjectOut(**await run_in_threadpool(project.state))

    @router.get("/projects/{project}")
    def read_project(project: ProjectId) -> schemas.ProjectOut:
        """The project as it stands, without its masks."""
        return schemas.ProjectOut(**store.get(project).state())

    @router.delete("/projects/{project}")
    def delete_project(project: ProjectId) -> schemas.Done:
        """Delete the project with all that it holds."""
        store.remove(project)
        return schemas.Done()

    @router.get(
        "/projects/{project}/frames/{frame}",
        response_class=Response,
        responses={200: {"content": {"image/jpeg": {}}, "description": "the frame"}},
    )
    def read_frame(project: ProjectId, frame: int, width: Annotated[int, Query(ge=16, le=8192)] = 1920) -> Response:
        """A frame as a JPEG, no wider than `width`; decoded when it is asked for."""
        found = store.get(project)
        if not 0 <= frame < len(found.frames):
            raise InputError(f"frame {frame} is not in the video: it has frames 0 to {len(found.frames) - 1}")
        try:
            data = found.frames.jpeg(frame, width)
        except IndexError as error:
            raise InputError(f"frame {frame} cannot be had: {error}") from error
        return Response(data, media_type="image/jpeg", headers={"Cache-Control": "private, max-age=86400, immutable"})

    @router.get("/projects/{project}/masks")
    def read_masks(
        project: ProjectId, first: Annotated[int, Query(ge=0)] = 0, last: Annotated[int, Query(ge=0)] = 1 << 30
    ) -> schemas.MasksOut:
        """The masks of frames `first` to `last`, both included."""
        return schemas.MasksOut.model_validate({"frames": store.get(project).masks(first, last)})


def _add_prompts(router: APIRouter, store: Store) -> None:
    @router.post("/projects/{project}/objects", status_code=201)
    def add_object(project: ProjectId, wanted: schemas.ObjectIn) -> schemas.ObjectOut:
        """A new object, to be prompted."""
        return _object(store.get(project), None, wanted)

    @router.patch("/projects/{project}/objects/{target}")
    def change_object(project: ProjectId, target: str, wanted: schemas.ObjectIn) -> schemas.ObjectOut:
        """Another name or colour."""
        return _object(store.get(project), target, wanted)

    @router.delete("/projects/{project}/objects/{target}")
    def forget_object(project: ProjectId, target: str) -> schemas.Done:
        """Drop an object; undo brings it back."""
        store.get(project).forget(target)
        return schemas.Done()

    @router.post("/projects/{project}/prompts")
    def prompt(project: ProjectId, said: schemas.PromptIn) -> schemas.Mask:
        """Say what an object is on a frame, and get its mask there. The prompt is on disk when this answers."""
        mask = None
        if said.mask is not None:
            found = store.get(project)
            if said.mask.size != found.frames.size:
                raise InputError(f"the mask's size is {said.mask.size}, the video's {found.frames.size}")
            mask = decode_mask(said.mask.model_dump())
        answer = store.get(project).prompt(said.object, said.frame, said.points, said.labels, said.box, mask)
        return schemas.Mask(**to_json(answer))

    @router.post("/projects/{project}/hover")
    def hover(project: ProjectId, pointer: schemas.HoverIn) -> schemas.Mask:
        """What a click there would give; nothing is kept of it."""
        return schemas.Mask(**to_json(store.get(project).pointer.hover(pointer.frame, pointer.x, pointer.y)))

    @router.post("/projects/{project}/see")
    def see(project: ProjectId, shown: schemas.SeeIn) -> schemas.Done:
        """Look at a frame before anything is asked of it, so that the first answers about it come sooner."""
        store.get(project).pointer.see(shown.frame)
        return schemas.Done()

    @router.post("/projects/{project}/everything")
    def everything(project: ProjectId, wanted: schemas.EverythingIn) -> schemas.Regions:
        """All objects of a frame; nothing is kept of them. A region becomes an object by a prompt with its mask."""
        found = store.get(project).everything(wanted.frame, wanted.grid)
        regions = [
            schemas.Region(counts=rle_to_json(one.rle)["counts"], score=one.score, area=one.area, point=one.point)
            for one in found
        ]
        return schemas.Regions(regions=regions)

    @router.post("/projects/{project}/undo")
    def undo(project: ProjectId) -> schemas.Done:
        """Take back the last prompt or forgetting, with what was tracked since of that object."""
        store.get(project).undo()
        return schemas.Done()

    @router.post("/projects/{project}/redo")
    def redo(project: ProjectId) -> schemas.Done:
        """Do again what was taken back last."""
        store.get(project).redo()
        return schemas.Done()


def _add_following(router: APIRouter, store: Store) -> None:
    @router.post("/projects/{project}/follow", status_code=202)
    def follow(project: ProjectId) -> schemas.Done:
        """Begin to follow all objects through the video; masks come as events."""
        store.get(project).follow()
        return schemas.Done()

    @router.post("/projects/{project}/stop")
    def stop(project: ProjectId) -> schemas.Done:
        """Stop following; what was computed stays."""
        store.get(project).stop()
        return schemas.Done()

    @router.get(
        "/projects/{project}/events",
        response_class=StreamingResponse,
        responses={200: {"content": {"text/event-stream": {}}, "description": "Server-Sent Events"}},
    )
    async def events(project: ProjectId) -> StreamingResponse:
        """What happens, as Server-Sent Events: hello (the project), objects, masks (one frame's), followed."""
        found = await run_in_threadpool(store.get, project)
        stream = found.hub.listen(lambda: run_in_threadpool(found.state))
        return StreamingResponse(stream, media_type="text/event-stream", headers={"Cache-Control": "no-store"})


def _object(project: Project, target: str | None, wanted: schemas.ObjectIn) -> schemas.ObjectOut:
    thing = project.name_object(target, wanted.name, wanted.colour)
    return schemas.ObjectOut(**next(one for one in project.state()["objects"] if one["id"] == thing.id))


def _from_order(store: Store, wanted: schemas.NewProject) -> Project:
    if (wanted.sample is None) == (wanted.url is None):
        raise InputError("name either a sample or an address (url)")
    if wanted.sample is not None:
        return store.make_sample(wanted.sample)
    folder = store.begin()
    try:
        title = fetch(str(wanted.url), folder / SOURCE, store.settings)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return store.finish(folder, title)


async def _from_upload(store: Store, request: Request, title: str) -> Project:
    folder = await run_in_threadpool(store.begin)
    try:
        await receive_file(store, request, folder / SOURCE)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return await run_in_threadpool(store.finish, folder, title)
