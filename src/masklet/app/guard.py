"""What keeps other pages, other hosts and other people out: an ASGI layer around the whole server."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
COOKIE = "masklet_token"
_TAKES_FILES = re.compile(r"/api/(projects|bring|projects/[\w-]+/bring)")
MAX_JSON = 16 << 20  # bytes of a request that is no upload
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self'; font-src 'self'; media-src 'self' blob:; form-action 'none'; frame-ancestors 'none'; "
    "base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


@dataclass(frozen=True)
class Rules:
    """hosts: names that the server answers to, without ports. token: what a client must know; None: nothing."""

    hosts: frozenset[str]
    token: str | None = None


class Guard:
    """Checks, before anything else sees a request:

    - the Host header names this server (a foreign name that resolves to this machine is refused: DNS rebinding);
    - a request that changes something comes from this server's own page, or from no page at all;
    - the token, when there is one: as "Authorization: Bearer …", as ?token=… once, then as a cookie;
    - the size of what is no upload.
    """

    def __init__(self, app: App, rules: Rules) -> None:
        self._app, self._rules = app, rules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # no WebSockets here
            await send({"type": "websocket.close", "code": 1008})
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name.lower() for name, _ in message["headers"]}
                fresh = [
                    (k.lower().encode(), v.encode()) for k, v in HEADERS.items() if k.lower().encode() not in given
                ]
                message["headers"] = [*message["headers"], *fresh]
            await send(message)

        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        refused = self._refusal(scope, headers)
        if refused is not None:
            await _answer(send_guarded, *refused)
            return
        if self._rules.token is not None:
            allowed = await self._admit(scope, headers, send_guarded)
            if not allowed:
                return
        bounded = _Bounded(receive) if not _is_upload(scope, headers) else receive
        await self._app(scope, bounded, send_guarded)

    def _refusal(self, scope: Scope, headers: dict[str, str]) -> tuple[int, str] | None:
        host = headers.get("host", "")
        if _name(host) not in self._rules.hosts:
            return 421, "this server does not answer to that host name"
        if scope["method"] not in SAFE_METHODS:
            origin, site = headers.get("origin"), headers.get("sec-fetch-site", "none")
            if (origin is not None and urlsplit(origin).netloc != host) or site not in ("same-origin", "none"):
                return 403, "requests from other pages are refused"
        length = headers.get("content-length", "0")
        if not length.isdecimal():
            return 400, "the length of the request is no number"
        if int(length) > MAX_JSON and not _is_upload(scope, headers):
            return 413, f"a request may have {MAX_JSON} bytes"
        return None

    async def _admit(self, scope: Scope, headers: dict[str, str], send: Send) -> bool:
        """Whether the client knows the token. One that brings it in the address gets it as a cookie instead."""
        wanted = self._rules.token or ""
        query = dict(parse_qsl(scope["query_string"].decode("latin-1")))
        if scope["method"] == "GET" and _same(query.pop("token", ""), wanted):
            place = scope["path"] + (f"?{urlencode(query)}" if query else "")
            cookie = f"{COOKIE}={wanted}; Path=/; HttpOnly; SameSite=Strict"
            head = [(b"location", place.encode("latin-1")), (b"set-cookie", cookie.encode()), (b"content-length", b"0")]
            await send({"type": "http.response.start", "status": 303, "headers": head})
            await send({"type": "http.response.body", "body": b""})
            return False
        bearer = headers.get("authorization", "").removeprefix("Bearer ").strip()
        if _same(bearer, wanted) or _same(_cookie(headers.get("cookie", "")), wanted):
            return True
        await _answer(send, 401, "a token is needed: open the address that masklet printed when it started")
        return False


class _Bounded:
    """A request's body, cut off when it grows past what its header may say."""

    def __init__(self, receive: Receive) -> None:
        self._receive, self._left = receive, MAX_JSON

    async def __call__(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            return {"type": "http.disconnect"}
        return message


def _is_upload(scope: Scope, headers: dict[str, str]) -> bool:
    kind = headers.get("content-type", "").split(";")[0].strip()
    return (
        scope["method"] == "POST" and _TAKES_FILES.fullmatch(scope["path"]) is not None and kind != "application/json"
    )


def _name(host: str) -> str:
    """A Host header's name, lower case, without the port."""
    if host.startswith("["):
        return host.split("]")[0].lower() + "]"
    return host.rsplit(":", 1)[0].lower() if ":" in host else host.lower()


def _same(given: str, wanted: str) -> bool:
    return secrets.compare_digest(given.encode(), wanted.encode())


def _cookie(header: str) -> str:
    try:
        found = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return ""
    return "" if found is None else found.value


async def _answer(send: Send, status: int, text: str) -> None:
    body = json.dumps({"error": text}).encode()
    head = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": body})
