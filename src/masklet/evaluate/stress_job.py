"""The stress suite as a job that `parts` shares out, clip by clip, and resumes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

from masklet.data.synthetic.materials import Materials
from masklet.evaluate.answers import name_of
from masklet.evaluate.parts import Outcome, Part, Work
from masklet.evaluate.stress import LIMITS, Limit, ObjectRun, StreamAnswers, StressRun, Suite, follow_clip, joined
from masklet.evaluate.stress_metrics import StressFrame
from masklet.evaluate.stress_sheets import ClipSheet
from masklet.media.picture import write_picture

Open = Callable[[], StreamAnswers]
_NAME = re.compile(r"(.+)-(\d{4})")


@dataclass(frozen=True)
class StressJob:
    """suite: what is run. materials: made in the process that needs them, as `load`, which gives what opens streams;
    both can be pickled. model: its stamp. sheets: the folder for each clip's sheet."""

    suite: Suite
    load: Callable[[], Open]
    materials: Callable[[], Materials]
    model: str
    sheets: Path

    def names(self) -> Sequence[str]:
        """One for each clip."""
        return [f"{limit.name}-{k:04d}" for limit in self.suite.limits for k in range(self.suite.count(limit))]

    def settings(self) -> Mapping[str, Any]:
        """See Job."""
        suite = self.suite
        told = {"seed": suite.seed, "size": list(suite.size), "quick": suite.quick, "given": name_of(suite.given)}
        return {"protocol": "stress", "model": self.model, "materials": self.materials().name, **told}

    def stamp(self, name: str) -> str:
        """Clips follow from the settings alone."""
        return ""

    def start(self) -> Work:
        """See Job."""
        open_stream, materials = self.load(), self.materials()

        def work(name: str) -> Part:
            limit, index = clip_named(name)
            sheet = ClipSheet(self.suite.length(limit), limit.subject)
            run = follow_clip(open_stream(), self.suite, limit, index, materials, sheet.look)
            write_picture(self.sheets / f"{name}.png", sheet.drawn())
            objects = [_as_json(one) for one in run.objects]
            return Part((), frames=run.frames, seconds=run.seconds, more={"objects": objects, "iou": sheet.iou})

        return work


def clip_named(name: str) -> tuple[Limit, int]:
    """The limit and the number of the clip of that name."""
    found = _NAME.fullmatch(name)
    assert found is not None, name
    return next(limit for limit in LIMITS if limit.name == found[1]), int(found[2])


def run_of(suite: Suite, outcome: Outcome) -> StressRun:
    """The run that the parts of all clips make up."""
    runs = []
    for name, part in outcome.parts.items():
        limit, index = clip_named(name)
        objects = tuple(_from_json(limit, index, value) for value in part.more["objects"])
        runs.append(StressRun(suite, objects, part.frames, part.seconds))
    return joined(suite, runs)


def worst_clips(outcome: Outcome) -> dict[str, str]:
    """By limit, the name of the clip with the least mean IoU."""
    worst: dict[str, str] = {}
    for name, part in outcome.parts.items():
        limit = clip_named(name)[0].name
        if limit not in worst or part.more["iou"] < outcome.parts[worst[limit]].more["iou"]:
            worst[limit] = name
    return worst


def _as_json(one: ObjectRun) -> dict[str, Any]:
    frames = [list(astuple(frame)) for frame in one.frames]
    return {"number": one.number, "given": one.given, "cuts": one.cuts, "switches": one.switches, "frames": frames}


def _from_json(limit: Limit, index: int, value: Mapping[str, Any]) -> ObjectRun:
    frames = tuple(StressFrame(*row) for row in value["frames"])
    return ObjectRun(limit, index, value["number"], value["given"], tuple(value["cuts"]), value["switches"], frames)
