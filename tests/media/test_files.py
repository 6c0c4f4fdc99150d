import os
import subprocess
import sys
from pathlib import Path

import pytest

from masklet.errors import OutputError
from masklet.media.files import atomic_write, make_folder


def test_file_appears_only_at_the_end(tmp_path: Path) -> None:
    target = tmp_path / "a" / "b" / "result.json"
    with atomic_write(target) as temporary:
        assert temporary.suffix == ".json"
        temporary.write_text("new")
        assert not target.exists()
    assert target.read_text() == "new"
    assert os.listdir(target.parent) == ["result.json"]


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, RuntimeError])
def test_interrupted_writing_keeps_the_old_file(tmp_path: Path, interruption: type[BaseException]) -> None:
    target = tmp_path / "result.json"
    target.write_text("old")
    with pytest.raises(interruption), atomic_write(target) as temporary:
        temporary.write_text("half")
        raise interruption
    assert target.read_text() == "old"
    assert os.listdir(tmp_path) == ["result.json"]


def test_folder_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "out.mp4").mkdir()
    with pytest.raises(OutputError, match="a folder of that name"), atomic_write(tmp_path / "out.mp4"):
        pass


def test_file_where_a_folder_is_needed(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(OutputError, match="a file is in the way"):
        make_folder(tmp_path / "out" / "masks")
    with pytest.raises(OutputError, match="a file is in the way"), atomic_write(tmp_path / "out" / "x.png"):
        pass


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_no_permission(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="no permission"), atomic_write(tmp_path / "x.png"):
        pass


def test_full_disk_is_one_line(tmp_path: Path) -> None:
    with (
        pytest.raises(OutputError, match="disk is full"),
        atomic_write(tmp_path / "x.bin") as _,
        open("/dev/full", "wb", buffering=0) as full,
    ):
        full.write(b"x")
    assert os.listdir(tmp_path) == []


def test_limit_on_file_size_leaves_nothing(tmp_path: Path) -> None:
    code = f"""
import resource
from pathlib import Path
from masklet.errors import OutputError
from masklet.media.files import atomic_write
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    with atomic_write(Path({str(tmp_path)!r}) / "x.bin") as temporary:
        temporary.write_bytes(bytes(5000))
except OutputError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "larger than this system allows" in done.stdout
    assert os.listdir(tmp_path) == []
