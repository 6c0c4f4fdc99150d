"""What happens is told to everyone who looks on."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

from masklet.app.hub import Hub
from tests.app.client import Server, click
from tests.session import drawn


def test_two_pages_see_each_other(server: Server, project: dict[str, Any]) -> None:
    other = server.events(project["id"])
    assert next(other)[0] == "hello"
    red = server.post(f"/api/projects/{project['id']}/objects", {"name": "red"})["id"]
    assert next(other)[1]["objects"][0]["name"] == "red"
    answer = click(server, project["id"], red, 0, drawn.disc(0))
    kind, value = next(other)
    assert (kind, value["objects"][red]["counts"]) == ("masks", answer["counts"])


def test_every_listener_hears_all_in_order_from_any_thread_until_it_is_let_go() -> None:
    hub = Hub()

    async def read() -> dict[str, Any]:
        return {"n": -1}

    async def hear() -> list[str]:
        return [text async for text in hub.listen(read)]

    async def run() -> list[list[str]]:
        hearing = [asyncio.create_task(hear()) for _ in range(2)]
        while hub.listeners < 2:
            await asyncio.sleep(0)

        def tell() -> None:
            for number in range(50):
                hub.publish("step", {"n": number})
            hub.close()

        threading.Thread(target=tell).start()
        return await asyncio.gather(*hearing)

    heard = asyncio.run(asyncio.wait_for(run(), 30))
    steps = [f'event: step\ndata: {{"n": {number}}}\n\n' for number in range(50)]
    assert heard == [['event: hello\ndata: {"n": -1}\n\n', *steps]] * 2
    assert hub.listeners == 0


def test_what_happens_while_a_page_reads_the_state_is_told_to_it_afterwards() -> None:
    hub = Hub()

    async def read() -> dict[str, Any]:
        hub.publish("objects", {"name": "new"})
        return {"name": "old"}

    async def run() -> list[str]:
        stream = hub.listen(read)
        return [await anext(stream), await anext(stream)]

    heard = asyncio.run(asyncio.wait_for(run(), 30))
    assert heard == ['event: hello\ndata: {"name": "old"}\n\n', 'event: objects\ndata: {"name": "new"}\n\n']


def test_whoever_comes_after_the_end_is_let_go_at_once() -> None:
    hub = Hub()
    hub.close()

    async def read() -> dict[str, Any]:
        return {}

    async def hear() -> list[str]:
        return [text async for text in hub.listen(read)]

    assert asyncio.run(asyncio.wait_for(hear(), 30)) == []
