"""Tests of what a weights file is and of its conversion, for those who run no network."""

import signal
from pathlib import Path

import pytest

from masklet.errors import ModelError, OutputError
from masklet.runtime.checkpoints import convert, describe
from tests.model.random_weights import write_random_nano


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_random_nano(tmp_path_factory.mktemp("weights") / "some.safetensors")


def test_a_whole_file_is_described_and_converted(weights: Path, tmp_path: Path) -> None:
    described = describe(weights)
    assert (described.network, described.fault, described.video) == ("nano", "", True)
    assert convert(weights, tmp_path / "copy.safetensors", "masklet") == "nano"
    assert describe(tmp_path / "copy.safetensors").network == "nano"


def test_what_is_no_weights_file_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "no.pt").write_text("hello")
    for call in (lambda: describe(tmp_path / "no.pt"), lambda: convert(tmp_path / "no.pt", tmp_path / "o", "masklet")):
        with pytest.raises(ModelError, match="neither safetensors nor a PyTorch checkpoint") as caught:
            call()
        assert "\n" not in str(caught.value)
    assert not (tmp_path / "o").exists()


def test_a_layout_that_it_has_not_is_refused(weights: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="nano has no layout 'transformers'"):
        convert(weights, tmp_path / "o.safetensors", "transformers")


def test_targets_that_will_not_do(weights: Path, tmp_path: Path) -> None:
    before = weights.read_bytes()
    with pytest.raises(OutputError, match="this is the source itself"):
        convert(weights, weights.parent / "." / weights.name, "masklet")
    for target in (tmp_path, tmp_path / "none" / "o.safetensors"):
        with pytest.raises(OutputError, match="not a file's name in a folder that exists"):
            convert(weights, target, "masklet")
    assert weights.read_bytes() == before


def test_what_the_disk_refuses_is_told_in_one_line(weights: Path, tmp_path: Path) -> None:
    resource = pytest.importorskip("resource", reason="no limits on files here")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(OutputError, match="cannot write ") as caught:
            convert(weights, tmp_path / "o.safetensors", "masklet")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_others_may_read_what_was_written_as_they_may_read_any_file(weights: Path, tmp_path: Path) -> None:
    (tmp_path / "any").touch()
    convert(weights, tmp_path / "o.safetensors", "masklet")
    assert (tmp_path / "o.safetensors").stat().st_mode == (tmp_path / "any").stat().st_mode
