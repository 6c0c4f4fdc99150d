"""The server: the interface, the page's files, and what wraps them."""

from __future__ import annotations

import errno
import ipaddress
import logging
import secrets
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse
from pydantic import ValidationError
from starlette.exceptions import HTTPException

import masklet
from masklet.app.api import make_router
from masklet.app.api_files import TooLarge
from masklet.app.guard import Guard, Rules
from masklet.app.store import Store, UnknownProject
from masklet.errors import InputError, OutputError

PAGE = Path(__file__).parent / "page"
_KINDS = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
_log = logging.getLogger("masklet.app")


def make_app(store: Store) -> FastAPI:
    """The application over a store, without the guard."""

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        yield
        store.close()

    app = FastAPI(
        title="masklet",
        version=masklet.__version__,
        description="Click an object in a video, follow it, correct it, take the masks away.",
        docs_url=None,  # its pages load scripts from elsewhere
        redoc_url=None,
        openapi_url="/api/openapi.json",
        lifespan=life,
    )
    app.include_router(make_router(store))
    app.add_exception_handler(InputError, _said)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(ValidationError, _invalid)
    app.add_exception_handler(HTTPException, _plain)
    app.add_exception_handler(Exception, _own_fault)
    files = {f"/{path.relative_to(PAGE).as_posix()}": path for path in PAGE.rglob("*") if path.suffix in _KINDS}
    files["/"] = PAGE / "index.html"
    for place, path in files.items():
        app.add_api_route(place, _served(path), include_in_schema=False, methods=["GET"])
    return app


def serve(store: Store, host: str, port: int, on_start: Callable[[str], None]) -> None:
    """Serve until Ctrl-C. on_start: called with the page's address once the server listens.

    Away from the loopback addresses a token is made, which the address holds. Raises InputError when the address
    cannot be had.
    """
    listening = _listen(host, port)
    bound = listening.getsockname()[1]
    token = None if is_loopback(host) else secrets.token_urlsafe(24)
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{bound}/" + (f"?token={token}" if token else "")
    app = Guard(make_app(store), Rules(host_names(host), token))
    config = uvicorn.Config(
        app,  # type: ignore[arg-type]
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=1,
        ws="none",
        lifespan="on",
    )
    store.warm_up()
    server = _Server(config, lambda: on_start(address))
    server.run(sockets=[listening])


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server at that address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def host_names(host: str) -> frozenset[str]:
    """The names by which clients may call the server."""
    own = {"127.0.0.1", "localhost", "[::1]", f"[{host}]" if ":" in host else host.lower()}
    if not is_loopback(host):
        name = socket.gethostname().lower()
        own |= {name, f"{name}.local", socket.getfqdn().lower(), *_own_addresses()}
    return frozenset(own)


def _own_addresses() -> set[str]:
    try:
        found = socket.getaddrinfo(socket.gethostname(), None)
    except OSError:
        return set()
    return {f"[{at[4][0]}]" if ":" in str(at[4][0]) else str(at[4][0]) for at in found}


class _Server(uvicorn.Server):
    """uvicorn's, which tells when it listens."""

    def __init__(self, config: uvicorn.Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._tell = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._tell()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, so that asyncio sends small answers at once; else each waits 40 ms for the client's acknowledgement.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(128)
    except (OSError, OverflowError) as error:
        listening.close()
        if getattr(error, "errno", None) == errno.EADDRINUSE:
            raise InputError(f"port {port} of {host} is in use: give another --port, or 0 for any") from error
        raise InputError(f"cannot listen at {host}:{port}: {getattr(error, 'strerror', None) or error}") from error
    return listening


def _served(path: Path) -> Callable[[], FileResponse]:
    def read() -> FileResponse:
        return FileResponse(path, media_type=_KINDS[path.suffix], headers={"Cache-Control": "no-cache"})

    return read


async def _said(_: Request, problem: Exception) -> JSONResponse:
    status = 404 if isinstance(problem, UnknownProject) else 413 if isinstance(problem, TooLarge) else 400
    if isinstance(problem, OutputError):
        status = 507
    return _problem(status, str(problem))


async def _invalid(_: Request, problem: Exception) -> JSONResponse:
    assert isinstance(problem, RequestValidationError | ValidationError)
    first: dict[str, Any] = dict(problem.errors()[0])
    place = ".".join(str(part) for part in first["loc"])
    return _problem(400, f"{place or 'the request'}: {first['msg']}")


async def _plain(_: Request, problem: Exception) -> JSONResponse:
    assert isinstance(problem, HTTPException)
    return _problem(problem.status_code, str(problem.detail))


async def _own_fault(request: Request, problem: Exception) -> JSONResponse:
    _log.error("%s %s", request.method, request.url.path, exc_info=problem)
    return _problem(500, "this is a fault of masklet's own, not yours; the server's window says more")


def _problem(status: int, text: str) -> JSONResponse:
    return JSONResponse({"error": " ".join(text.split())[:500]}, status_code=status)
