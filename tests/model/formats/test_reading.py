"""What is no weights file is told in one line, and nothing in it ever runs."""

import os
import pickle
import zipfile
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from masklet.model.checkpoint import CheckpointError, load_network
from masklet.model.formats import LAYOUTS
from masklet.model.formats.layout import Layout
from masklet.model.formats.recognise import layout_for, network_shapes
from masklet.model.presets import PRESETS

TINY = PRESETS["sam2.1-tiny"]
RAN = "it-ran"


class Hostile:
    """Makes a file named RAN where it is unpickled."""

    def __reduce__(self):
        return os.mkdir, (RAN,)


def blank_weights() -> dict[str, torch.Tensor]:
    layout = layout_for("published", TINY)
    assert layout is not None
    return layout.from_ours({name: torch.zeros(shape) for name, shape in network_shapes(TINY).items()})


def hostile_in_state(path: Path) -> None:
    torch.save({"model": blank_weights() | {"extra": Hostile()}}, path)


def cut_short(path: Path, share: float) -> None:
    torch.save({"model": blank_weights()}, path)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])


def other_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("hello.txt", "hello")


def changed(path: Path, **changes: torch.Tensor | None) -> None:
    held = blank_weights()
    for name, value in changes.items():
        name = name.replace("__", ".")
        if value is None:
            del held[name]
        else:
            held[name] = value
    torch.save({"model": held}, path)


KINDS = {
    "bare pickle with code": (lambda p: p.write_bytes(pickle.dumps(Hostile())), "holds more than weights"),
    "archive with code": (hostile_in_state, "holds more than weights"),
    "old archive with code": (
        lambda p: torch.save({"model": Hostile()}, p, _use_new_zipfile_serialization=False),
        "holds more than weights",
    ),
    "cut at a tenth": (lambda p: cut_short(p, 0.1), "cut short"),
    "cut at the end": (lambda p: cut_short(p, 0.999), "cut short"),
    "another zip": (other_zip, "cut short, or a zip archive of other things"),
    "web page": (lambda p: p.write_text("\n<!DOCTYPE html><html>not found</html>"), "a web page"),
    "LFS pointer": (lambda p: p.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0"), "Git LFS"),
    "picture": (lambda p: p.write_bytes(b"\xff\xd8\xff\xe0" + bytes(100)), "a JPEG picture"),
    "gzip": (lambda p: p.write_bytes(b"\x1f\x8b" + bytes(100)), "unpack it first"),
    "empty": (lambda p: p.write_bytes(b""), "an empty file"),
    "text": (lambda p: p.write_text("hello world, I am no checkpoint"), "neither safetensors nor a PyTorch"),
    "noise": (lambda p: p.write_bytes(bytes(range(256)) * 9), "neither safetensors nor a PyTorch"),
    "a list": (lambda p: torch.save([1, 2], p), "without a state dict"),
    "a number among weights": (lambda p: torch.save(blank_weights() | {"n": 3}, p), "'n' is no tensor"),
    "another network": (lambda p: torch.save({"fc.weight": torch.ones(2)}, p), "of no network that masklet knows"),
    "lacking": (lambda p: changed(p, no_obj_ptr=None), "sam2.1-tiny, but lacks no_obj_ptr"),
    "foreign": (lambda p: changed(p, head=torch.ones(1)), "has the unknown head"),
    "shape": (lambda p: changed(p, no_obj_ptr=torch.ones(1, 3)), r"no_obj_ptr is \(1, 3\), not \(1, 256\)"),
    "not finite": (lambda p: changed(p, no_obj_ptr=torch.full((1, 256), torch.nan)), "not finite"),
    "integers": (lambda p: changed(p, no_obj_ptr=torch.ones(1, 256, dtype=torch.int64)), "not a floating-point"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_wrong_is_told_in_one_line(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recwarn: pytest.WarningsRecorder
) -> None:
    monkeypatch.chdir(tmp_path)
    write, said = KINDS[kind]
    write(Path("weights.pt"))
    with pytest.raises(CheckpointError, match=said) as caught:
        load_network("weights.pt")
    assert str(caught.value).startswith("weights.pt: ") and "\n" not in str(caught.value)
    assert not Path(RAN).exists()
    assert not len(recwarn)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
@pytest.mark.parametrize("suffix", [".pt", ".safetensors"])
def test_every_layouts_broken_and_hostile_files(
    layout: Layout, suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few of its tensors suffice: what is wrong shows before anyone counts them."""
    monkeypatch.chdir(tmp_path)
    shapes = layout.shapes(network_shapes(layout.networks()[0]))
    few = {name: torch.zeros(shapes[name]) for name in (layout.marker, *list(shapes)[:5])}
    held = {layout.wrapper: few} if layout.wrapper else few
    broken, hostile = Path("broken" + suffix), Path("hostile" + suffix)
    if suffix == ".pt":
        torch.save(held, broken)
    else:
        save_file(few, broken)
    whole = broken.read_bytes()
    for share in (0.02, 0.5, 0.98):
        broken.write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(CheckpointError, match="cut short|not a whole|neither safetensors") as caught:
            load_network(broken)
        assert "\n" not in str(caught.value)
    torch.save({layout.wrapper: few | {"extra": Hostile()}} if layout.wrapper else few | {"extra": Hostile()}, hostile)
    with pytest.raises(CheckpointError, match="holds more than weights|not a whole") as caught:
        load_network(hostile)
    assert "\n" not in str(caught.value)
    assert not Path(RAN).exists()


def test_copies_that_differ_are_no_whole_model(tmp_path: Path) -> None:
    layout = layout_for("transformers", TINY)
    assert layout is not None
    held = layout.from_ours({name: torch.zeros(shape) for name, shape in network_shapes(TINY).items()})
    held = {name: value.clone() for name, value in held.items()}
    held["shared_image_embedding.positional_embedding"][0, 0] = 1
    save_file(held, tmp_path / "model.safetensors")
    with pytest.raises(CheckpointError, match="should hold the same numbers and do not"):
        load_network(tmp_path / "model.safetensors")


def test_a_folder_without_weights_and_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"a folder without model\.safetensors"):
        load_network(tmp_path)
    with pytest.raises(CheckpointError, match="there is no such file"):
        load_network(tmp_path / "none.pt")
