from __future__ import annotations

from pathlib import Path

from masklet.bench.contestant import labels, size_of
from tests.bench.runtimes import contestants


def test_labels_are_short_and_unlike_each_other() -> None:
    models = ["nano", "/far/away/sam_vit_b.pth", "other/nano.safetensors", "nano", "sam2.1-tiny"]
    assert labels(models, ["nano", "sam2.1-tiny"]) == ["nano", "sam_vit_b.pth", "nano (2)", "nano (3)", "sam2.1-tiny"]


def test_a_model_without_memory_follows_no_videos() -> None:
    films, pictures = contestants()
    assert (films.follows_videos, pictures.follows_videos) == (True, False)


def test_the_size_of_files_and_folders(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    (tmp_path / "deeper").mkdir()
    (tmp_path / "deeper/b").write_bytes(b"123")
    assert (size_of(tmp_path / "a"), size_of(tmp_path)) == (5, 8)
