"""Tests of devices and number formats: what "auto" takes, and which names are refused."""

import pytest
import torch

from masklet.errors import ModelError
from masklet.runtime.device import PRECISIONS, device_name, pick_device, pick_precision


def machine_with(monkeypatch: pytest.MonkeyPatch, *, cuda: int = 0, mps: bool = False, bfloat16: bool = True) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: cuda)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda: bfloat16)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)


@pytest.mark.parametrize(
    ("machine", "device"), [({"cuda": 1, "mps": True}, "cuda"), ({"mps": True}, "mps"), ({}, "cpu")]
)
def test_auto_is_the_best_there_is(monkeypatch, machine, device):
    machine_with(monkeypatch, **machine)
    assert pick_device("auto") == torch.device(device)


def test_devices_that_are_not_there(monkeypatch):
    machine_with(monkeypatch, cuda=2)
    assert pick_device("cuda:1") == torch.device("cuda:1")
    with pytest.raises(ModelError, match="no device 'cuda:2': this machine's last is cuda:1"):
        pick_device("cuda:2")
    for name in ("mps", "meta"):
        with pytest.raises(ModelError, match=f"no device '{name}' on this machine"):
            pick_device(name)
    with pytest.raises(ModelError, match="no device 'abacus': say auto"):
        pick_device("abacus")


def test_precisions(monkeypatch):
    machine_with(monkeypatch, cuda=1)
    cpu, cuda = torch.device("cpu"), torch.device("cuda")
    assert pick_precision("auto", cpu) == torch.float32
    assert pick_precision("auto", cuda) == torch.bfloat16
    machine_with(monkeypatch, cuda=1, bfloat16=False)
    assert pick_precision("auto", cuda) == torch.float32
    assert {name: pick_precision(name, cpu) for name in PRECISIONS} == PRECISIONS
    with pytest.raises(ModelError, match="no precision 'float7': say auto, float32, bfloat16, float16"):
        pick_precision("float7", cpu)


def test_a_gpu_is_called_by_its_own_name(monkeypatch):
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: f"GPU {device.index}")
    assert [device_name(torch.device(name)) for name in ("cpu", "mps", "cuda:1")] == ["cpu", "mps", "GPU 1"]
