"""A training is read from a recipe, TOML or Python, and every fault is named in one line."""

from pathlib import Path

import pytest

from masklet.errors import InputError
from masklet.train.config import OptimiserConfig, TrainConfig, Training
from masklet.train.recipes import RECIPES
from masklet.train.settings import read_training


@pytest.mark.parametrize("name", RECIPES)
def test_recipes_come_through_unchanged(name: str) -> None:
    assert read_training(name) == RECIPES[name]()


def test_toml_fills_the_settings_it_names(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        'model = "nano"\nstart = "nano"\n[sources]\npictures = "p"\n'
        "[[stages]]\nsteps = 30\n[stages.optimiser]\nfrozen = ['trunk.']\n[[stages]]\nsteps = 40\n"
    )
    training = read_training(file)
    assert [stage.steps for stage in training.stages] == [30, 40]
    assert training.stages[0].optimiser == OptimiserConfig(frozen=("trunk.",))
    assert training.stages[1] == TrainConfig(steps=40)
    assert (training.start, training.sources.pictures) == ("nano", "p")


def test_python_sets_a_training(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(
        "from masklet.train.config import TrainConfig, Training\n"
        "training = Training(stages=tuple(TrainConfig(steps=n) for n in (5, 6)))\n"
    )
    assert read_training(file) == Training(stages=(TrainConfig(steps=5), TrainConfig(steps=6)))


def test_settings_of_the_command_line_win() -> None:
    training = read_training("nano", ["stages.0.steps=7", "stages.1.optimiser.rate=1e-5", "sources.pictures=a b"])
    assert training.stages[0].steps == 7
    assert training.stages[1].optimiser.rate == 1e-5
    assert training.sources.pictures == "a b"
    assert training.stages[2] == RECIPES["nano"]().stages[2]


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("stages.0.stps=7", "stages.0.stps: there is no such setting; did you mean steps?"),
        ("stages.9.steps=1", "there is no stage 9; they are numbered 0 to 6"),
        ("stages.x.steps=1", "there is no stage x"),
        ("model.x=1", "model has no settings inside"),
        ("stages.0.optimiser.rate=fast", "stages.0.optimiser.rate: Input should be a valid number.*'fast'"),
        ("stages.0.precision=half", "'float32' or 'bfloat16'"),
        ("stages.0.save_every=30", "save_every must be a multiple of log_every"),
        ("stages.0=3", "0 is the number of a stage"),
        ("steps", "expected KEY=VALUE"),
    ],
)
def test_wrong_settings_are_told_in_one_line(setting: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        read_training("nano", [setting])
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("broken.toml", "steps = = 3", "not TOML"),
        ("wrong.toml", "modle = 'nano'", "modle: there is no such setting; did you mean model?"),
        ("empty.py", "x = 1", "sets no `training`"),
        ("fails.py", "1 / 0", "stopped with ZeroDivisionError"),
        ("none.toml", "stages = []", "at least one stage"),
    ],
)
def test_wrong_files_are_told_in_one_line(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(InputError, match=said) as caught:
        read_training(tmp_path / name)
    assert name in str(caught.value)


def test_an_unknown_recipe_is_told_with_those_there_are() -> None:
    with pytest.raises(InputError, match="no such file, and no recipe of that name; recipes are nano"):
        read_training("giant")
