from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from masklet.bench import memory
from masklet.bench.memory import MemoryUse, most_held, peak_memory, use_memory
from masklet.errors import InputError
from masklet.runtime import list_models
from tests.session.fake_runtime import FakeRuntime


def test_what_was_held_once_still_counts() -> None:
    before = most_held()
    assert before is not None and before > 1e6
    block = np.ones(before // 8 + 2_000_000)
    del block
    after = most_held()
    assert after is not None and after >= before + 8_000_000


def test_every_verb_is_called_before_the_memory_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    runtime = FakeRuntime()
    monkeypatch.setattr(memory, "load_runtime", lambda *_, **__: runtime)
    use = use_memory("nano", "cpu", "auto", "torch")
    assert use.process is not None and use.device is None
    assert len(runtime.calls.recall[-1][0].memories) == 4


@pytest.mark.slow
@pytest.mark.skipif(not list_models()[0].present, reason="the embedded model's weights are not here")
def test_a_process_of_its_own_tells_what_a_model_needs() -> None:
    use = peak_memory("nano", "cpu", "float32")
    assert isinstance(use, MemoryUse) and use.process is not None
    assert 50e6 < use.process < 4e9


@pytest.mark.slow
def test_a_model_that_cannot_be_loaded_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no\.safetensors") as problem:
        peak_memory(str(tmp_path / "no.safetensors"), "cpu")
    assert len(str(problem.value).splitlines()) == 1
