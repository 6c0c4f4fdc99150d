"""Networks from a hub and to it: folders, and a small hub of our own that answers as the real one does."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import masklet
from masklet.net import Net
from masklet.runtime import list_models
from tests.hub.fake_hub import FakeHub, fake_hub
from tests.session.drawn import disc, draw
from tests.session.fake_runtime import FakeRuntime

NAME = "nano"
NANO = list_models()[0].path
pytestmark = pytest.mark.skipif(not NANO.is_file(), reason="the embedded model's weights are not here")


@pytest.fixture(scope="module")
def net() -> Net:
    return masklet.load(NANO, device="cpu")


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    """The hub's library is told where the hub is by variables that it reads when imported."""
    constants = pytest.importorskip("huggingface_hub.constants")
    with fake_hub() as one:
        monkeypatch.setattr(constants, "ENDPOINT", one.url)
        monkeypatch.setattr(
            constants, "HUGGINGFACE_CO_URL_TEMPLATE", one.url + "/{repo_id}/resolve/{revision}/{filename}"
        )
        monkeypatch.setattr("huggingface_hub.hf_api.api.endpoint", one.url)
        monkeypatch.setenv("HF_ENDPOINT", one.url)
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
        yield one


def same_answer(one: Net, other: Net) -> bool:
    answers = [net.open_image(draw(0)).segment(points=[disc(0)])[0].logits for net in (one, other)]
    return bool(np.array_equal(answers[0], answers[1]))


def test_a_folder_holds_what_was_saved(net: Net, tmp_path: Path) -> None:
    net.save_pretrained(tmp_path / "saved")
    assert {path.name for path in (tmp_path / "saved").iterdir()} == {"README.md", "config.json", "model.safetensors"}
    assert json.loads((tmp_path / "saved" / "config.json").read_text())["network"] == NAME
    again = masklet.Net.from_pretrained(tmp_path / "saved", device="cpu")
    assert isinstance(again, masklet.Net) and again.name == NAME and same_answer(net, again)
    assert masklet.load(tmp_path / "saved", device="cpu").name == NAME
    plain = masklet.Net.from_pretrained(tmp_path / "saved", device="cpu", fine=False)
    assert plain.open_video([draw(0)]).log.header.fine is False
    torch = masklet.Net.from_pretrained(tmp_path / "saved", device="cpu", runtime="torch")
    assert torch.runtime.facts.library.startswith("torch ")


def test_a_network_goes_to_the_hub_and_comes_back(net: Net, tmp_path: Path, hub: FakeHub) -> None:
    address = net.push_to_hub("me/mine", token=hub.token)
    assert "me/mine" in address
    assert {"model.safetensors", "config.json", "README.md"} <= set(hub.repositories["me/mine"])
    assert "library_name: masklet" in hub.repositories["me/mine"]["README.md"].decode()
    again = masklet.Net.from_pretrained("me/mine", device="cpu", cache_dir=tmp_path / "cache", token=False)
    assert again.name == NAME and same_answer(net, again)


def test_a_repository_may_hold_what_its_makers_published(tmp_path: Path, hub: FakeHub) -> None:
    hub.repositories["maker/sam"] = {"README.md": b"# SAM", "small.safetensors": NANO.read_bytes()}
    net = masklet.Net.from_pretrained("maker/sam", device="cpu", cache_dir=tmp_path / "cache", token=False)
    assert net.name == NAME
    assert (
        masklet.Net.from_pretrained("maker/sam", device="cpu", cache_dir=tmp_path / "cache", local_files_only=True).name
        == NAME
    )


def test_what_the_hub_cannot_give_is_told_in_one_line(tmp_path: Path, hub: FakeHub) -> None:
    hub.repositories["me/empty"] = {"README.md": b"nothing"}
    hub.repositories["me/many"] = {"a.pt": b"x", "b.pt": b"y"}
    hub.repositories["me/broken"] = {"model.safetensors": b"broken"}
    for name, said in {
        "me/missing": "no repository me/missing",
        "me/empty": "holds no weights",
        "me/many": "holds 2 weights files",
        "me/broken": "not a whole safetensors file",
        "not/a/name": "neither a folder nor a repository's name",
    }.items():
        with pytest.raises(masklet.ModelError, match=said) as caught:
            masklet.Net.from_pretrained(name, cache_dir=tmp_path / "cache", token=False)
        assert "\n" not in str(caught.value)


def test_offline_what_is_not_cached_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(masklet.ModelError, match="me/mine") as caught:
        masklet.Net.from_pretrained("me/mine", cache_dir=tmp_path / "cache", token=False)
    assert "\n" not in str(caught.value)


@pytest.mark.slow  # the hub's library tries again for twenty seconds
def test_a_hub_that_cannot_be_reached_is_told(tmp_path: Path, hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    for name, value in {
        "ENDPOINT": "http://127.0.0.1:9",
        "HUGGINGFACE_CO_URL_TEMPLATE": "http://127.0.0.1:9/{repo_id}/resolve/{revision}/{filename}",
    }.items():
        monkeypatch.setattr(constants, name, value)
    monkeypatch.setattr("huggingface_hub.hf_api.api.endpoint", "http://127.0.0.1:9")
    with pytest.raises(masklet.ModelError, match="me/mine"):
        masklet.Net.from_pretrained("me/mine", cache_dir=tmp_path / "cache", token=False)


def test_who_may_not_write_is_told(net: Net, hub: FakeHub) -> None:
    with pytest.raises(masklet.ModelError, match="the hub refuses me/mine"):
        net.push_to_hub("me/mine", token="hf_wrong")


def test_a_network_without_weights_has_none_to_write(tmp_path: Path) -> None:
    with pytest.raises(masklet.ModelError, match="fake was not loaded from weights"):
        Net(FakeRuntime()).save_pretrained(tmp_path / "saved")


def test_without_the_hubs_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    monkeypatch.delitem(sys.modules, "masklet.hub.pretrained", raising=False)
    with pytest.raises(masklet.ModelError, match=r"masklet\[hub\]"):
        masklet.Net.from_pretrained("me/mine")


def test_masklet_imports_the_hubs_library_only_when_asked() -> None:
    code = "import sys, masklet; masklet.Net, masklet.load; print('huggingface_hub' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
