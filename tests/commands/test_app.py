"""`masklet app` from the outside: how it starts, what it refuses, how it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.app.client import ROOT, Server


def refused(home: Path, *words: str, **environment: str) -> str:
    """The one line that it ends with, but for the one that tells what runs the model."""
    command = [sys.executable, "-m", "tests.app.serve", "--no-browser", "--home", str(home), *words]
    python = {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}"}
    ended = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **python, **environment}, capture_output=True, text=True, timeout=120
    )
    assert ended.returncode == 2, ended.stderr
    (line,) = (line for line in ended.stderr.splitlines() if " runs by " not in line)
    return line


def test_it_starts_says_where_and_ends_with_ctrl_c(tmp_path: Path) -> None:
    server = Server(tmp_path).start()
    assert server.said.count(" runs by ") == 1 and server.said.startswith("masklet: fake runs by ")
    assert b"<title>masklet</title>" in server.get("/")
    assert "is in use" in refused(tmp_path, "--port", server.address.rsplit(":", 1)[1])  # in use
    assert server.process is not None
    server.process.send_signal(signal.SIGINT)
    said = server.process.communicate(timeout=60)[1]
    assert "every project is on disk" in said
    assert "Traceback" not in said
    assert server.process.returncode == 0


def test_what_it_refuses(tmp_path: Path) -> None:
    assert "65535" in refused(tmp_path, "--port", "99999")
    assert "MASKLET_APP_MAX_BYTES" in refused(tmp_path, MASKLET_APP_MAX_BYTES="much")
    (tmp_path / "file").touch()
    assert "file is in the way" in refused(tmp_path / "file")


def test_without_the_extra_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from masklet.cli import main
    from masklet.commands import app

    monkeypatch.setattr(app, "find_spec", lambda name: None)
    assert main(["app"]) == 2
    assert capsys.readouterr().err.strip() == 'masklet: the page needs fastapi and uvicorn: pip install "masklet[app]"'
