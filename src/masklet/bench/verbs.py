"""The four verbs of one model, ready to be called: each on its own, with as full a memory as it was trained for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from masklet.bench.scene import HEIGHT, WIDTH, Scene
from masklet.runtime.protocol import Recollection, Runtime
from masklet.session.geometry import to_network
from masklet.values import Prompt

Task = Callable[[], object]


@dataclass(frozen=True, eq=False)
class Verbs:
    """Calls without arguments, for one object. recall and remember are None for a model that knows pictures alone."""

    see: Task
    recall: Task | None
    decode: Task
    remember: Task | None

    def all(self) -> list[Task]:
        """Those that there are, in the order in which a frame needs them."""
        return [task for task in (self.see, self.recall, self.decode, self.remember) if task is not None]


def open_verbs(runtime: Runtime, scene: Scene) -> Verbs:
    """The verbs on the scene's first picture and its first disc; decode answers one click.

    Every call waits until its result is there.
    """
    picture, spec = scene.picture(0), runtime.spec
    seen = runtime.see(picture)
    unconditioned = runtime.recall(seen, [Recollection()])
    click = to_network(Prompt(points=(scene.centres()[0],), labels=(1,)), (HEIGHT, WIDTH), spec)

    def waited(call: Task) -> Task:
        def task() -> object:
            result = call()
            runtime.wait()
            return result

        return task

    see, decode = waited(lambda: runtime.see(picture)), waited(lambda: runtime.decode(unconditioned, [click]))
    if spec.recent_memories == 0:
        return Verbs(see, None, decode, None)
    answer = runtime.decode(unconditioned, [click])
    logits, presence = answer.mask_logits[:, 0], answer.presence
    (memory,) = runtime.remember(seen, logits, presence, [False])
    full = Recollection(
        tuple((slot, memory) for slot in (0, *(spec.slots or range(1, spec.recent_memories + 1)))),
        tuple((distance, answer.pointers[0, 0]) for distance in range(1, spec.pointers + 1)),
    )
    return Verbs(
        see,
        waited(lambda: runtime.recall(seen, [full])),
        decode,
        waited(lambda: runtime.remember(seen, logits, presence, [False])),
    )
