"""What computes: by what is asked for, and by what is installed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from masklet.errors import ModelError
from masklet.runtime import choice
from masklet.runtime.choice import Choice, choose_runtime

WEIGHTS, GRAPHS = Path("nano.safetensors"), Path("graphs")
Machine = Callable[..., Callable[..., Choice]]


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine with or without torch, OpenVINO (and what it computes in), a GPU, graphs; gives the choice on it."""

    def make(
        *,
        torch: bool = True,
        light: tuple[str, ...] = ("bfloat16", "float32"),
        gpu: bool = False,
        graphs: Path | None = GRAPHS,
    ) -> Callable[..., Choice]:
        monkeypatch.setattr(choice, "find_spec", lambda name: object() if torch and name == "torch" else None)
        monkeypatch.setattr(choice, "precisions", lambda _: light)
        monkeypatch.setattr(choice, "_accelerator", lambda: gpu)
        monkeypatch.setattr(choice, "find_graphs", lambda _: graphs)

        def choose(device: str = "auto", precision: str = "auto", **more: Any) -> Choice:
            return choose_runtime("nano", WEIGHTS, device, precision, **more)

        return choose

    return make


@pytest.mark.parametrize("torch", [True, False])
def test_the_light_runtime_comes_first_on_a_cpu(machine: Machine, torch: bool) -> None:
    assert machine(torch=torch)() == Choice(GRAPHS, "bfloat16")
    assert machine(torch=torch)("cpu", "float32") == Choice(GRAPHS, "float32")
    assert machine(torch=torch, light=("float32",))() == Choice(GRAPHS, "float32")


def test_torch_comes_first_where_it_may_do_better(machine: Machine) -> None:
    assert machine(gpu=True)() == Choice()
    assert machine(gpu=True)("cpu") == Choice(GRAPHS, "bfloat16")
    assert machine(gpu=True)(runtime="openvino") == Choice(GRAPHS, "bfloat16")
    assert machine(gpu=True, torch=False)() == Choice(GRAPHS, "bfloat16")
    assert machine(graphs=None)() == machine()("cuda") == machine()(strict=True) == Choice()
    assert machine()(runtime="torch") == Choice()
    assert machine()(precision="float16") == Choice()


def test_torch_stands_in_with_one_line(machine: Machine, caplog: pytest.LogCaptureFixture) -> None:
    assert machine(light=())() == Choice()
    assert [one.getMessage() for one in caplog.records] == ["openvino is not installed; torch runs nano, more slowly"]


@pytest.mark.parametrize(
    ("how", "asked", "text"),
    [
        ({"graphs": None}, {}, "^the model nano needs PyTorch"),
        ({}, {"device": "cuda"}, "^device cuda needs PyTorch"),
        ({}, {"strict": True}, "^strict needs PyTorch"),
        ({}, {"precision": "float16"}, "^precision float16 needs PyTorch on this processor"),
        ({}, {"runtime": "torch"}, "^runtime torch needs PyTorch"),
        ({"light": ()}, {}, r"^running nano needs OpenVINO \(pip install openvino\) or PyTorch"),
    ],
)
def test_without_torch_the_extra_is_named(
    machine: Machine, how: dict[str, Any], asked: dict[str, Any], text: str
) -> None:
    with pytest.raises(ModelError, match=text + r': pip install "masklet\[torch\]"$'):
        machine(torch=False, **how)(**asked)


@pytest.mark.parametrize(
    ("how", "asked", "text"),
    [
        ({"graphs": None}, {}, "no graphs of nano for openvino"),
        ({}, {"device": "cuda"}, "openvino runs on the CPU: leave out --device cuda"),
        ({}, {"strict": True}, "to the letter: leave out strict"),
        ({"light": ("float32",)}, {"precision": "bfloat16"}, "no bfloat16 on this processor: say float32"),
        ({"light": ()}, {}, "pip install openvino"),
    ],
)
def test_what_the_light_runtime_cannot_do_is_told(
    machine: Machine, how: dict[str, Any], asked: dict[str, Any], text: str
) -> None:
    with pytest.raises(ModelError, match=text):
        machine(**how)(runtime="openvino", **asked)


def test_unknown_words_are_told(machine: Machine) -> None:
    with pytest.raises(ModelError, match="no runtime 'abacus': say auto, torch, openvino"):
        machine()(runtime="abacus")
    with pytest.raises(ModelError, match="no precision 'float7': say auto, float32"):
        machine()("cpu", "float7")
    with pytest.raises(ModelError, match="no device 'gpu': say auto or cpu, or with PyTorch cuda"):
        machine(torch=False)("gpu")
