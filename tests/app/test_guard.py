"""Who is let in, asked of a real server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from masklet.app.guard import HEADERS
from tests.app.client import Server, ask


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "169.254.169.254", "[::2]:80"])
def test_other_host_names_are_refused(server: Server, host: str) -> None:
    assert ask(server, "GET", "/api/about", {"Host": host}).status == 421


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:8000", "LOCALHOST", "[::1]:99"])
def test_its_own_names_are_served(server: Server, host: str) -> None:
    assert ask(server, "GET", "/api/about", {"Host": host}).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_other_pages_change_nothing(server: Server, headers: dict[str, str]) -> None:
    assert ask(server, "POST", "/api/projects", headers).status == 403


def test_the_own_page_may(server: Server) -> None:
    answer = ask(server, "POST", "/api/projects", {"Origin": server.address, "Sec-Fetch-Site": "same-origin"})
    assert answer.status == 400  # it came through: the upload is empty


def test_every_answer_has_the_security_headers(server: Server) -> None:
    for path in ("/", "/api/about", "/nothing", "/api/projects/x"):
        answer = ask(server, "GET", path, {})
        for name, value in HEADERS.items():
            assert answer.getheader(name) == value, path
        assert answer.getheader("Server") is None


def test_a_large_request_is_refused(server: Server) -> None:
    assert ask(server, "POST", "/api/projects/x/prompts", {"Content-Length": str(1 << 30)}).status == 413


@pytest.fixture(scope="module")
def open_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("open"), ("--host", "0.0.0.0")).start()
    yield running
    running.stop()


def test_away_from_loopback_a_token_is_needed(open_server: Server) -> None:
    token = open_server.address.split("token=")[1]
    assert len(token) >= 30
    own = {"Host": "127.0.0.1"}
    for headers in ({}, {"Authorization": "Bearer x"}, {"Cookie": "masklet_token=x"}, {"Cookie": "a=;;;\x01"}):
        assert ask(open_server, "GET", "/api/about", own | headers).status == 401
    assert ask(open_server, "GET", "/?token=x", own).status == 401
    assert ask(open_server, "GET", "/api/about", own | {"Authorization": f"Bearer {token}"}).status == 200
    admitted = ask(open_server, "GET", f"/?a=b&token={token}", own)
    assert (admitted.status, admitted.getheader("Location")) == (303, "/?a=b")
    cookie = admitted.getheader("Set-Cookie") or ""
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert ask(open_server, "GET", "/api/about", own | {"Cookie": cookie.split(";")[0]}).status == 200
