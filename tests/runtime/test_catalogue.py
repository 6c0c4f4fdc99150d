"""Tests of what models there are and where they lie."""

import subprocess
import sys

import pytest

from masklet.errors import ModelError
from masklet.model.checkpoint import blank_network
from masklet.model.presets import PRESETS
from masklet.runtime import catalogue
from masklet.runtime.catalogue import find_weights, list_models, models_folder


@pytest.fixture(autouse=True)
def folders(tmp_path, monkeypatch):
    monkeypatch.setenv("MASKLET_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(catalogue, "EMBEDDED_FOLDER", tmp_path / "package")
    (tmp_path / "home" / "models").mkdir(parents=True)
    (tmp_path / "package").mkdir()
    return tmp_path


def test_every_preset_is_listed_with_its_own_number_of_parameters():
    models = list_models()
    assert models[0].name == "nano"
    assert [m.name for m in models if m.embedded] == ["nano"]
    assert {m.name: m.parameters for m in models} == {
        name: sum(p.numel() for p in blank_network(config).parameters()) for name, config in PRESETS.items()
    }


def test_presence_follows_the_files(folders):
    assert not any(m.present for m in list_models())
    (folders / "package" / "nano.safetensors").touch()
    (folders / "home" / "models" / "sam2.1-base+.safetensors").touch()
    assert [m.name for m in list_models() if m.present] == ["nano", "sam2.1-base+"]
    assert find_weights("nano") == folders / "package" / "nano.safetensors"
    assert find_weights("sam2.1-base+") == models_folder() / "sam2.1-base+.safetensors"


def test_a_path_is_taken_as_it_is(folders):
    path = folders / "own.safetensors"
    path.touch()
    assert find_weights(path) == find_weights(str(path)) == path


@pytest.mark.parametrize(
    ("model", "text"),
    [
        ("micro", "no model 'micro': choose nano, sam2-tiny"),
        ("nano", "install masklet anew"),
        ("sam2.1-tiny", "not on this machine"),
        ("none.safetensors", "no such weights file"),
        ("some/where", "no such weights file"),
        ("no/such/folder", "there is no such weights file$"),
        ("facebook/sam2.1-hiera-tiny", r"masklet\.Net\.from_pretrained$"),
        ("home/sam2.1-hiera-tiny", "there is no such weights file$"),
        ("sam2.1-tyny", r"no model 'sam2\.1-tyny': did you mean sam2\.1-tiny\? masklet models list"),
        ("mobile_sam", r"did you mean mobile-sam\?"),
        ("EdgeTAM", r"did you mean edgetam\?"),
        ("mobile_sam.pt", r"^mobile_sam\.pt: there is no such weights file$"),
        ("", "no model ''"),
        (".", r"is a folder without model\.safetensors"),
    ],
)
def test_what_is_not_there_says_so_in_one_line(model, text, folders, monkeypatch):
    monkeypatch.chdir(folders)
    with pytest.raises(ModelError, match=text) as caught:
        find_weights(model)
    assert "\n" not in str(caught.value)


def test_without_masklet_home_the_platform_says_where(monkeypatch):
    monkeypatch.delenv("MASKLET_HOME")
    assert models_folder().parts[-2:] == ("masklet", "models")


def test_listing_imports_no_torch():
    code = "import sys, masklet.runtime as r; r.list_models(); sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
