"""Fetching a file over connections that break, from servers that err, beside others that fetch it too."""

from __future__ import annotations

import http.client
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from masklet.errors import ModelError, OutputError
from masklet.hub import part
from masklet.hub.download import fetch
from tests.hub.file_server import FileServer, random_bytes, serve

SIZE = 1_000_000
FETCH = """
import sys
from pathlib import Path
from masklet.hub.download import fetch
url, target, sha256 = sys.argv[1:]
found = fetch(url, Path(target), sha256, waiting=lambda: print("waiting", flush=True))
print("already" if found.already else f"from {found.resumed_at}", flush=True)
"""


@pytest.fixture
def server() -> Iterator[FileServer]:
    with serve(random_bytes(SIZE)) as file:
        yield file


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "models" / "sam2.1-tiny.pt"


def part_of(target: Path) -> Path:
    return target.with_name(f".{target.name}.part")


def left_beside(target: Path) -> list[str]:
    """What lies beside the target, but for the lock."""
    return sorted(path.name for path in target.parent.iterdir() if path.suffix != ".lock")


def apart(server: FileServer, target: Path) -> subprocess.Popen[str]:
    words = [sys.executable, "-c", FETCH, server.url, str(target), server.sha256]
    return subprocess.Popen(words, stdout=subprocess.PIPE, text=True)


def test_a_whole_file_comes_and_is_checked(server: FileServer, target: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    found = fetch(server.url, target, server.sha256, progress=lambda have, total: seen.append((have, total)))
    assert target.read_bytes() == server.data
    assert (found.checked, found.already, found.sha256) == (True, False, server.sha256)
    assert seen[0] == (0, SIZE) and seen[-1] == (SIZE, SIZE)
    assert left_beside(target) == ["sam2.1-tiny.pt"]


def test_a_file_that_is_there_is_checked_and_not_fetched_again(server: FileServer, target: Path) -> None:
    fetch(server.url, target, server.sha256)
    assert fetch(server.url, target, server.sha256).already
    assert len(server.asked) == 1
    target.write_bytes(b"something else")
    with pytest.raises(ModelError, match="is not the published file"):
        fetch(server.url, target, server.sha256)
    assert target.read_bytes() == b"something else"


@pytest.mark.parametrize("chunked", [False, True])
def test_broken_connections_are_taken_up_where_they_broke(server: FileServer, target: Path, chunked: bool) -> None:
    server.breaks, server.chunked = [300_000, 0, 200_000], chunked
    fetch(server.url, target, server.sha256, patience=0)
    assert target.read_bytes() == server.data
    assert server.asked == [None, "bytes=300000-", "bytes=300000-", "bytes=500000-"]


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(breaks=st.lists(st.integers(1, SIZE), max_size=6), ranges=st.booleans())
def test_wherever_it_breaks_the_bytes_are_the_files(
    server: FileServer, target: Path, breaks: list[int], ranges: bool
) -> None:
    server.breaks, server.ranges = list(breaks), ranges
    target.unlink(missing_ok=True)
    try:
        fetch(server.url, target, server.sha256, patience=0)
    except ModelError as problem:  # without ranges five broken connections in a row bring nothing new
        assert not ranges and "run again" in str(problem)
        server.breaks = []
        fetch(server.url, target, server.sha256)
    assert target.read_bytes() == server.data


def test_a_connection_whose_encryption_breaks_is_taken_up_too(
    server: FileServer, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, broken = http.client.HTTPResponse.read, [ssl.SSLError(1, "record layer failure")]

    def read_or_break(answer: http.client.HTTPResponse, *size: int) -> bytes:
        if broken and part_of(target).exists():
            raise broken.pop()
        return read(answer, *size)

    monkeypatch.setattr(http.client.HTTPResponse, "read", read_or_break)
    fetch(server.url, target, server.sha256, patience=0)
    assert target.read_bytes() == server.data and not broken


def test_a_server_that_breaks_off_for_ever_is_given_up_and_a_later_call_goes_on(
    server: FileServer, target: Path
) -> None:
    server.breaks = [400_000, 0, 0, 0, 0, 0]
    with pytest.raises(ModelError, match=r"broke off at 0\.4 MB .*run again") as caught:
        fetch(server.url, target, server.sha256, patience=0)
    assert "\n" not in str(caught.value) and not target.exists()
    server.breaks = []
    assert fetch(server.url, target, server.sha256).resumed_at == 400_000
    assert target.read_bytes() == server.data


def test_a_file_that_changed_on_the_server_is_fetched_anew(server: FileServer, target: Path) -> None:
    server.breaks = [400_000, 0, 0, 0, 0, 0]
    with pytest.raises(ModelError):
        fetch(server.url, target, patience=0)
    server.breaks, server.tag, server.data = [], '"second"', random_bytes(SIZE, seed=1)
    fetch(server.url, target, patience=0)
    assert target.read_bytes() == server.data


def test_without_a_hash_and_a_servers_word_nothing_is_taken_up(server: FileServer, target: Path) -> None:
    server.tag, server.breaks = "", [400_000, 0, 0, 0, 0]
    with pytest.raises(ModelError):
        fetch(server.url, target, patience=0)
    assert not fetch(server.url, target).checked
    assert server.asked[-1] is None


def test_a_part_that_was_whole_already_needs_only_its_name(server: FileServer, target: Path) -> None:
    target.parent.mkdir()
    part_of(target).write_bytes(server.data)
    assert fetch(server.url, target, server.sha256).resumed_at == SIZE
    assert target.read_bytes() == server.data


def test_a_part_longer_than_the_file_is_thrown_away(server: FileServer, target: Path) -> None:
    target.parent.mkdir()
    part_of(target).write_bytes(server.data + b"more")
    fetch(server.url, target, server.sha256, patience=0)
    assert target.read_bytes() == server.data


@pytest.mark.parametrize("begun", [False, True])
def test_another_file_is_thrown_away(server: FileServer, target: Path, begun: bool) -> None:
    if begun:  # the beginning of another file, left by who knows whom
        target.parent.mkdir()
        part_of(target).write_bytes(b"x" * 1000)
    wrong = server.sha256 if begun else "0" * 64
    with pytest.raises(ModelError, match=r"gave another file \(SHA-256 .*thrown away") as caught:
        fetch(server.url, target, wrong)
    assert str(target) in str(caught.value) and left_beside(target) == []
    if begun:
        fetch(server.url, target, server.sha256)


def test_a_portals_page_is_no_weights(server: FileServer, target: Path) -> None:
    server.data, server.kind = b"<html>Please sign in</html>", "text/html"
    with pytest.raises(ModelError, match="gave a web page"):
        fetch(server.url, target, "0" * 64)
    with pytest.raises(ModelError, match="gave a web page"):
        fetch(server.url, target)
    assert left_beside(target) == []


def test_what_a_server_refuses_is_told_at_once(server: FileServer, target: Path) -> None:
    server.statuses = [404]
    with pytest.raises(ModelError, match=r"answers 404, Not Found for http://.*put it at /.*sam2\.1-tiny\.pt"):
        fetch(server.url, target, server.sha256)
    assert len(server.asked) == 1 and left_beside(target) == []


def test_a_busy_server_is_asked_again(server: FileServer, target: Path) -> None:
    server.statuses = [503, 429]
    fetch(server.url, target, server.sha256, patience=0)
    assert len(server.asked) == 3
    server.statuses = [503] * 5
    with pytest.raises(ModelError, match="answers 503"):
        fetch(server.url, target.with_name("other.pt"), server.sha256, patience=0)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/weights.pt", "http://no-such-host.invalid/weights.pt"])
def test_without_a_network_the_line_says_where_from_and_where_to(url: str, target: Path) -> None:
    with pytest.raises(ModelError) as caught:
        fetch(url, target, "0" * 64, patience=0)
    said = str(caught.value)
    assert url in said and str(target) in said and "without a network" in said and "\n" not in said


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://host/file", "weights.pt"])
def test_only_the_web_is_fetched_from(url: str, target: Path) -> None:
    with pytest.raises(ModelError, match="is not an address to fetch from"):
        fetch(url, target)


def test_no_room_is_told_before_anything_is_written(
    server: FileServer, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(part.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 10_000})())
    with pytest.raises(OutputError, match=r"1\.0 MB are needed and 0\.0 MB are free.*MASKLET_HOME"):
        fetch(server.url, target, server.sha256)
    assert not part_of(target).exists()


def test_a_disk_that_fills_up_half_way_keeps_what_came(server: FileServer, target: Path) -> None:
    # a limit on the size of files stands for the full disk: the write fails in the same place
    code = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, 500_000)); {FETCH.strip()}"
    words = [sys.executable, "-c", code.replace("; import sys", "\nimport sys"), server.url, str(target), server.sha256]
    ended = subprocess.run(words, capture_output=True, text=True)
    assert ended.returncode == 1 and "OutputError: cannot write" in ended.stderr
    have = part_of(target).stat().st_size
    assert 0 < have <= 500_000 and not target.exists()
    assert fetch(server.url, target, server.sha256).resumed_at == have


def test_a_folder_that_cannot_be_made_is_told(server: FileServer, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="a file is in the way"):
        fetch(server.url, tmp_path / "file" / "weights.pt", server.sha256)


def test_after_a_kill_the_next_call_goes_on(server: FileServer, target: Path) -> None:
    server.pause = 0.1
    process = apart(server, target)
    while not part_of(target).exists() or part_of(target).stat().st_size < 200_000:
        assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    have = part_of(target).stat().st_size
    assert not target.exists() and 0 < have < SIZE
    server.pause = 0
    assert fetch(server.url, target, server.sha256).resumed_at == have
    assert target.read_bytes() == server.data


def test_of_two_at_once_the_second_waits_and_nothing_is_fetched_twice(server: FileServer, target: Path) -> None:
    server.pause = 0.1
    first = apart(server, target)
    while not part_of(target).exists():
        assert first.poll() is None
    second = apart(server, target)
    assert second.stdout is not None
    assert second.stdout.readline() == "waiting\n"
    server.pause = 0
    assert first.communicate(timeout=60)[0] == "from 0\n"
    assert second.communicate(timeout=60)[0] == "already\n"
    assert target.read_bytes() == server.data and len(server.asked) == 1
