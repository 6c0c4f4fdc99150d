"""Where it listens, by which names it is called, and what it serves."""

from __future__ import annotations

import asyncio
import socket

import pytest

from masklet.app.server import _listen, host_names, is_loopback
from tests.app.client import Server, ask


@pytest.mark.parametrize("path", ["/../pyproject.toml", "/%2e%2e/server.py", "/page/../api.py", "//etc/passwd"])
def test_nothing_but_the_page_is_served(server: Server, path: str) -> None:
    assert ask(server, "GET", path, {}).status == 404


def test_which_addresses_are_this_machines_alone() -> None:
    assert all(map(is_loopback, ("127.0.0.1", "127.8.8.8", "::1", "localhost")))
    assert not any(map(is_loopback, ("0.0.0.0", "192.168.1.4", "::", "example.org", "localhost.example.org")))
    assert host_names("127.0.0.1") == {"127.0.0.1", "localhost", "[::1]"}


def test_small_answers_are_sent_at_once() -> None:
    async def no_delay() -> int:
        told: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        def met(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            told.set_result(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        listening = _listen("127.0.0.1", 0)
        async with await asyncio.start_server(met, sock=listening):
            await asyncio.open_connection(*listening.getsockname())
            return await told

    assert asyncio.run(no_delay()) > 0
