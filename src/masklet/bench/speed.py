"""How fast: the verbs one by one, a prompt on an open picture, and whole frames of a stream with its memory full."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from masklet.bench.contestant import Contestant
from masklet.bench.peak import measure_peak
from masklet.bench.scene import HEIGHT, WIDTH, Scene
from masklet.bench.timing import Timing, take_turns
from masklet.bench.verbs import Task, Verbs, open_verbs
from masklet.runtime.operations import count_operations
from masklet.runtime.protocol import Runtime, RuntimeFacts
from masklet.session.image import ImageSession
from masklet.session.stream import StreamSession

Progress = Callable[[int, int], None]
"""Called with how many steps are done and how many there are."""


@dataclass(frozen=True)
class SpeedReport:
    """What came out, one timing per thing measured, all contestants in each.

    size: (height, width) of the pictures. rounds: how often each thing was done. objects: numbers of objects that
    whole frames were timed with. operations: per verb, how many each contestant does in a call; None where nobody
    counts. peaks: operations a second that the machine reaches by precision, for each contestant; none where unknown.
    precisions: per verb, in what each contestant computes it.
    """

    timings: tuple[Timing, ...]
    size: tuple[int, int]
    rounds: int
    objects: tuple[int, ...]
    operations: Mapping[str, tuple[int | None, ...]] = field(default_factory=dict)
    peaks: tuple[Mapping[str, float], ...] = ()
    precisions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def peak(self, verb: str, contestant: int) -> float | None:
        """Operations a second that the machine reaches in the verb's precision; None where it is not known."""
        in_what = self.precisions.get(verb)
        return self.peaks[contestant].get(in_what[contestant]) if self.peaks and in_what else None

    def share_of_peak(self, timing: Timing, contestant: int) -> float | None:
        """What part of the machine's peak a contestant reached in a verb; None where it is not known."""
        counted, seconds = self.operations.get(timing.name), timing.spread(contestant)
        if counted is None or seconds is None:
            return None
        operations, peak = counted[contestant], self.peak(timing.name, contestant)
        return None if operations is None or peak is None else operations / seconds.median / peak


def measure_speed(
    contestants: Sequence[Contestant],
    objects: Sequence[int] = (1, 4),
    rounds: int = 9,
    progress: Progress | None = None,
) -> SpeedReport:
    """Times all contestants in turns. objects, rounds: see SpeedReport; all 1 or more."""
    numbers = tuple(dict.fromkeys(objects))
    steps = _Steps(_count(contestants, numbers, rounds), progress)
    scene = Scene()
    verbs = [open_verbs(one.runtime, scene) for one in contestants]
    timings = [
        take_turns("see", [one.see for one in verbs], rounds, step=steps.one),
        take_turns("recall", [one.recall for one in verbs], rounds, step=steps.one),
        take_turns("decode", [one.decode for one in verbs], rounds, step=steps.one),
        take_turns("remember", [one.remember for one in verbs], rounds, step=steps.one),
        take_turns("prompt", [_prompt(one.runtime, scene) for one in contestants], rounds, step=steps.one),
    ]
    for number in numbers:
        tasks = [_frames(one, number, steps) if one.follows_videos else None for one in contestants]
        timings.append(take_turns(frame_name(number), tasks, rounds, step=steps.one))
    operations, facts = _operations(contestants, verbs), [one.runtime.facts for one in contestants]
    precisions = {verb: tuple(one.precision_of(verb) for one in facts) for verb in operations}
    peaks = _peaks(facts, precisions)
    return SpeedReport(tuple(timings), (HEIGHT, WIDTH), rounds, numbers, operations, peaks, precisions)


def _operations(contestants: Sequence[Contestant], verbs: Sequence[Verbs]) -> dict[str, tuple[int | None, ...]]:
    def count(one: Contestant, task: Task | None) -> int | None:
        return None if task is None else count_operations(one.runtime, task)

    pairs = list(zip(contestants, verbs, strict=True))
    return {
        "see": tuple(count(one, verb.see) for one, verb in pairs),
        "recall": tuple(count(one, verb.recall) for one, verb in pairs),
        "decode": tuple(count(one, verb.decode) for one, verb in pairs),
        "remember": tuple(count(one, verb.remember) for one, verb in pairs),
    }


def _peaks(facts: Sequence[RuntimeFacts], precisions: Mapping[str, tuple[str, ...]]) -> tuple[Mapping[str, float], ...]:
    """Measured once for each precision and number of threads; of processors alone."""
    found: dict[tuple[str, int], float | None] = {}
    for n, one in enumerate(facts):
        for kind in dict.fromkeys((each[n], one.threads) for each in precisions.values()):
            if one.device == "cpu" and kind not in found:
                found[kind] = measure_peak(*kind)
    return tuple(
        {precision: peak for (precision, threads), peak in found.items() if peak and threads == one.threads}
        if one.device == "cpu"
        else {}
        for one in facts
    )


def frame_name(objects: int) -> str:
    """What a whole frame with so many objects is called."""
    return "frame, 1 object" if objects == 1 else f"frame, {objects} objects"


def fill(runtime: Runtime) -> int:
    """How many frames it takes until an object's memory is full."""
    return max(runtime.spec.recent_memories, runtime.spec.pointers)


def _prompt(runtime: Runtime, scene: Scene) -> Task:
    """One click on a picture that is open, answered with masks of the picture's size."""
    image, point = ImageSession(runtime, scene.picture(0)), scene.centres()[0]
    return lambda: image.segment(points=[point])


def _frames(contestant: Contestant, objects: int, steps: _Steps) -> Task:
    """The next frame of a stream on which so many objects were clicked, each with its memory full."""
    scene, session = Scene(objects), StreamSession(contestant.runtime)
    for number, point in enumerate(scene.centres()):
        session.prompt(str(number), points=[point])

    def step() -> None:
        session.step(scene.picture(0 if session.index is None else session.index + 1))
        contestant.runtime.wait()

    for _ in range(1 + fill(contestant.runtime)):
        step()
        steps.one()
    return step


def _count(contestants: Sequence[Contestant], objects: Sequence[int], rounds: int) -> int:
    """How many steps the whole run has, the uncounted first rounds and the filling of memories included."""
    followers = [one for one in contestants if one.follows_videos]
    filling = sum(1 + fill(one.runtime) for one in followers) * len(objects)
    calls = 3 * len(contestants) + (2 + len(objects)) * len(followers)
    return filling + calls * (rounds + 1)


class _Steps:
    def __init__(self, total: int, progress: Progress | None) -> None:
        self._done, self._total, self._progress = 0, total, progress

    def one(self) -> None:
        self._done += 1
        if self._progress:
            self._progress(self._done, self._total)
