"""Fetching a video from an address, only where the settings allow it, and never from a private network.

The name is resolved here, every address that it has must be public, and the connection goes to the address that was
checked; a redirection is checked like the first address.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import SplitResult, urljoin, urlsplit

from masklet.app.settings import Settings
from masklet.errors import InputError

Resolver = Callable[[str, int], list[str]]
_REDIRECTIONS, _SECONDS, _PART = 5, 20.0, 1 << 18


def resolve(host: str, port: int) -> list[str]:
    """All addresses of a name. Raises OSError."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def fetch(url: str, path: Path, settings: Settings, *, resolver: Resolver = resolve) -> str:
    """Write what lies at `url` to `path`; the last part of the address, as a title. Raises InputError, one line."""
    if not settings.allow_urls:
        raise InputError("this server fetches no addresses (MASKLET_APP_ALLOW_URLS=1 lets it): upload the file")
    until = time.monotonic() + settings.fetch_seconds
    for _ in range(_REDIRECTIONS + 1):
        parts = checked(url)
        connection = _connect(parts, public_address(parts, resolver))
        try:
            place = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("GET", place, headers={"User-Agent": "masklet", "Accept": "video/*, image/*, */*"})
            answer = connection.getresponse()
            if answer.status in (301, 302, 303, 307, 308):
                url = urljoin(url, answer.headers.get("Location", ""))
                continue
            if answer.status != 200:
                raise InputError(f"the address answers {answer.status}: check it in a browser")
            _copy(answer, path, settings.max_bytes, until)
            return parts.path.rsplit("/", 1)[-1] or str(parts.hostname)
        except (OSError, http.client.HTTPException) as error:
            raise InputError(f"the address cannot be fetched: {type(error).__name__}") from error
        finally:
            connection.close()
    raise InputError(f"the address leads on more than {_REDIRECTIONS} times")


def checked(url: str) -> SplitResult:
    """The address in its parts. Raises InputError unless it is plain http or https on the usual ports."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise InputError("this is no address") from error
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        raise InputError("an address begins with https:// or http://, and has no user name in it")
    if port not in (None, 80, 443):
        raise InputError("only the usual ports (80 and 443) are fetched from")
    return parts


def public_address(parts: SplitResult, resolver: Resolver = resolve) -> str:
    """An address of the host, all of which are public. Raises InputError."""
    host, port = str(parts.hostname), parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = resolver(host, port)
    except (OSError, UnicodeError) as error:
        raise InputError(f"there is no host {host[:80]!r}") from error
    if not found or not all(is_public(one) for one in found):
        raise InputError("the address lies in a private network, from which nothing is fetched")
    return found[0]


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet's."""
    try:
        given = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    inner = getattr(given, "ipv4_mapped", None) or getattr(given, "sixtofour", None)
    if inner is not None and not is_public(str(inner)):
        return False
    if isinstance(given, ipaddress.IPv6Address) and given in ipaddress.ip_network("64:ff9b::/96"):  # NAT64
        return is_public(str(ipaddress.IPv4Address(int(given) & 0xFFFFFFFF)))
    return given.is_global and not given.is_multicast and not given.is_reserved


def _connect(parts: SplitResult, address: str) -> http.client.HTTPConnection:
    """A connection to that very address, so that a name that changes its mind in between gains nothing."""
    host = str(parts.hostname)
    if parts.scheme == "http":
        connection = http.client.HTTPConnection(host, parts.port or 80, timeout=_SECONDS)
    else:
        connection = http.client.HTTPSConnection(
            host, parts.port or 443, timeout=_SECONDS, context=ssl.create_default_context()
        )

    def create(_: tuple[str, int], timeout: float | None = None, *__: object) -> socket.socket:
        return socket.create_connection((address, connection.port), timeout)

    connection._create_connection = create  # type: ignore[attr-defined]
    return connection


def _copy(answer: http.client.HTTPResponse, path: Path, bound: int, until: float) -> None:
    left = bound
    with path.open("wb") as file:
        while part := answer.read(_PART):
            left -= len(part)
            if left < 0:
                raise InputError(f"the file has more than {bound:,} bytes, which is the bound here")
            if time.monotonic() > until:
                raise InputError("the file takes too long to fetch")
            file.write(part)
    if answer.length:  # bytes that were announced and never came; reading in parts does not tell
        raise InputError("the address broke off before the whole file was here: try again")
    if left == bound:
        raise InputError("there is nothing at that address")
