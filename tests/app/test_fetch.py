"""What is fetched, and above all what is not."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from masklet.app import fetch as fetching
from masklet.app.fetch import checked, fetch, is_public
from masklet.app.settings import Settings
from masklet.errors import InputError
from tests.app.client import Refused, Server

ALLOWED = replace(Settings(), allow_urls=1)
PRIVATE = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1",
    "2002:7f00:1::", "fe80::1%eth0", "localhost", "",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_never_fetched_from(address: str, tmp_path: Path) -> None:
    assert not is_public(address)
    for answers in ([address], ["93.184.216.34", address]):
        with pytest.raises(InputError, match="private network"):
            fetch("http://innocent.example/a.mp4", tmp_path / "f", ALLOWED, resolver=lambda *_, found=answers: found)


def test_public_addresses_are_public() -> None:
    assert all(map(is_public, ("93.184.216.34", "8.8.8.8", "2606:2800:220:1:248:1893:25c8:1946")))


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "ftp://a.example/x", "gopher://a", "http://", "http://u:p@a.example/", "http://a.example:22/",
     "http://a.example:notaport/", "//a.example/x", "", "data:video/mp4,x", "http://[::1"],
)  # fmt: skip
def test_only_plain_addresses(url: str) -> None:
    with pytest.raises(InputError):
        checked(url)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/", "http://2130706433/", "http://0x7f.1/", "http://localhost/", "http://[::1]/"]
)
def test_this_machine_under_any_name(url: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="private network|no host"):
        fetch(url, tmp_path / "f", ALLOWED)


class Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/inside":
            self.send_response(302)
            self.send_header("Location", "http://169.254.169.254/secret")
            self.end_headers()
        elif self.path == "/round":
            self.send_response(302)
            self.send_header("Location", "/round")
            self.end_headers()
        else:
            self.send_response(200 if self.path.startswith("/clip") else 404)
            if self.path == "/clip-cut-off":
                self.send_header("Content-Length", "9000")
            self.end_headers()
            self.wfile.write(b"x" * 5000)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A site on this machine that passes for a public one."""
    server = HTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = server.server_address[1]
    plain = fetching.checked
    monkeypatch.setattr(fetching, "is_public", lambda address: address == "127.0.0.1" or is_public(address))
    monkeypatch.setattr(
        fetching, "checked", lambda url: plain(url.replace(f":{port}", ""))._replace(netloc=f"site.example:{port}")
        if "site.example" in url else plain(url),
    )  # fmt: skip
    yield f"http://site.example:{port}"
    server.shutdown()


def test_a_file_is_fetched_within_its_bound(site: str, tmp_path: Path) -> None:
    def local(host: str, _: int) -> list[str]:
        return ["127.0.0.1"] if host == "site.example" else [host]

    assert fetch(f"{site}/clip.mp4?x=1", tmp_path / "f", ALLOWED, resolver=local) == "clip.mp4"
    assert (tmp_path / "f").read_bytes() == b"x" * 5000
    with pytest.raises(InputError, match="4,000 bytes"):
        fetch(f"{site}/clip.mp4", tmp_path / "f", replace(ALLOWED, max_bytes=4000), resolver=local)
    with pytest.raises(InputError, match="broke off"):
        fetch(f"{site}/clip-cut-off", tmp_path / "f", ALLOWED, resolver=local)
    with pytest.raises(InputError, match="private network"):
        fetch(f"{site}/inside", tmp_path / "f", ALLOWED, resolver=local)
    with pytest.raises(InputError, match="leads on"):
        fetch(f"{site}/round", tmp_path / "f", ALLOWED, resolver=local)
    with pytest.raises(InputError, match="answers 404"):
        fetch(f"{site}/nothing", tmp_path / "f", ALLOWED, resolver=local)


def test_the_server_fetches_nothing_unless_it_is_allowed(server: Server) -> None:
    with pytest.raises(Refused, match="fetches no addresses"):
        server.post("/api/projects", {"url": "https://example.org/a.mp4"})
    with pytest.raises(Refused, match="either a sample or"):
        server.post("/api/projects", {})
