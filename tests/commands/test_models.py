"""`masklet models list`."""

from __future__ import annotations

import json
from collections.abc import Callable

from tests.commands.conftest import Ended


def test_the_embedded_model_comes_first(run: Callable[..., Ended]) -> None:
    ended = run("models", "list", "--json")
    models = json.loads(ended.out)["models"]
    assert models[0]["name"] == "nano"
    assert models[0]["embedded"]
    assert {"sam2.1-tiny", "sam2.1-large"} <= {one["name"] for one in models}
    listed = run("models", "list").out.splitlines()
    assert len(listed) == len(models)
    assert listed[0].startswith("nano")


def test_models_alone_asks_for_a_word(run: Callable[..., Ended]) -> None:
    ended = run("models")
    assert ended.code == 2
    assert ended.line
