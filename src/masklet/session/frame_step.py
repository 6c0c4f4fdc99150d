"""One frame's work with the network, the same for videos and streams. B objects."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from masklet.errors import PromptError
from masklet.runtime.protocol import Features, Memory, NetworkPrompt, Recollection, Runtime
from masklet.session.answer import Answer, is_ambiguous, separate, take
from masklet.session.closer import LOOKS, look_closer
from masklet.session.geometry import SURE, Logits, Size, given_mask, to_network
from masklet.session.likeness import depict, likeness, look_of, trusted, weigh
from masklet.session.meant import favour, ranked
from masklet.session.memory import MemoryBank, MemoryPolicy, Step, Trace
from masklet.session.strays import clear_strays
from masklet.values import Mask, Picture, Prompt


@dataclass(frozen=True, eq=False)
class Place:
    """Where tracking stands: a frame's number, its features, its size (height, width), the direction."""

    frame: int
    features: Features
    size: Size
    step: Step


def join_prompts(earlier: Prompt | None, said: Prompt) -> Prompt:
    """What stands on a frame once `said` follows `earlier`.

    Clicks join the clicks and the box that are there; a new box or a new mask replaces everything; clicks on a given
    mask replace it, and refine it.
    """
    if earlier is None or said.box is not None or said.mask is not None or earlier.mask is not None:
        return said
    return Prompt((*earlier.points, *said.points), (*earlier.labels, *said.labels), earlier.box)


def answer_prompt(
    runtime: Runtime,
    features: Features,
    size: Size,
    prompt: Prompt,
    recollection: Recollection,
    refined: Logits | None,
    *,
    closer: Picture | None = None,
) -> tuple[Answer, Trace]:
    """One object's answer to all that stands on a frame, and the memory of it.

    refined: hxw logits of the answer before, which clicks make better. A given mask is its own answer, pixel for
    pixel. A click on the object or a box around it says that it is there, whatever the network thinks; so does a click
    beside it where it was shown, as long as something is left that the click does not deny.
    closer: the frame's picture, on which what is small is then looked at again.
    """
    spec = runtime.spec
    # the published code asks the network even then
    there = not spec.strict and prompt.mask is None and (prompt.box is not None or 1 in prompt.labels)
    beside = not spec.strict and prompt.mask is None and not there and refined is not None
    network_prompt = replace(to_network(prompt, size, spec, refined), surely_there=there or beside)
    recalled = runtime.recall(features, [recollection])
    decoded = runtime.decode(recalled, [network_prompt])
    if beside and not _stands(take(decoded, 0, network_prompt, size).mask, prompt):
        network_prompt = replace(network_prompt, surely_there=False)
        decoded = runtime.decode(recalled, [network_prompt])
    given = None if spec.strict else prompt.mask  # the published code shows and remembers a given mask's answer
    several = is_ambiguous(network_prompt) and refined is None and prompt.mask is None and decoded.iou.shape[1] > 1
    which: Sequence[int | None] = ranked(decoded, 0, network_prompt, spec)[:LOOKS] if several else [None]
    firsts = [take(decoded, 0, network_prompt, size, given=given, chosen=k) for k in which]
    answer = shown = firsts[0]
    if closer is not None and prompt.mask is None:
        # The memory is of the first answer: training knew no others, and objects are followed less well from these.
        answer, shown = max(
            zip(firsts, _closer(runtime, closer, prompt, firsts), strict=True),
            key=lambda pair: favour(pair[1].mask, pair[1].score, prompt, spec),
        )
    remembered = answer.logits
    if given is not None:
        remembered = (2 * SURE * given_mask(given, spec.picture_size) - SURE).astype(np.float32)
    presence = np.array([answer.presence], np.float32)
    (memory,) = runtime.remember(features, remembered[None], presence, [given is None])
    depicted = depict(runtime, features)
    look = None if depicted is None or answer.presence <= 0 else look_of(depicted, answer.logits > 0)
    return shown, replace(_trace(answer, memory, spec.reach), look=look)


def track_objects(
    runtime: Runtime,
    policy: MemoryPolicy,
    place: Place,
    banks: Sequence[MemoryBank],
    fixed: Sequence[Mask] | None = None,
    *,
    beside: Executor | None = None,
    closer: Picture | None = None,
) -> list[tuple[Answer, Trace | None]]:
    """Answers for B objects from their memories alone, each verb called once; and what is to be remembered.

    fixed: masks of other objects on this frame; when given (empty too), no two objects overlap. The banks are only
    read: `commit` writes. beside: makes memories of the answers while their masks are made, and compressed, here.
    closer: the frame's picture, on which what is small is then looked at again, object by object.
    """
    nothing = NetworkPrompt()
    recalled = runtime.recall(place.features, [policy.read(bank, place.frame, place.step) for bank in banks])
    decoded = runtime.decode(recalled, [nothing] * len(banks))
    reach = runtime.spec.reach
    answers = [take(decoded, index, nothing, place.size) for index in range(len(banks))]
    if np.isfinite(reach):
        covers = [bank.last_cover(place.frame, place.step) for bank in banks]
        answers = [clear_strays(answer, cover, reach) for answer, cover in zip(answers, covers, strict=True)]
    depicted = depict(runtime, place.features)
    alike = [_likeness(answer, depicted, bank) for answer, bank in zip(answers, banks, strict=True)]
    answers = [weigh(answer, one) for answer, one in zip(answers, alike, strict=True)]
    if closer is not None:
        looked = [_closer(runtime, closer, Prompt(), [answer])[0] for answer in answers]
        answers = [
            answer if look is answer else replace(look, logits=answer.logits, score=trusted(look.score, one))
            for look, answer, one in zip(looked, answers, alike, strict=True)
        ]
    if fixed is not None:
        answers = separate(answers, fixed, place.size)
    writes = [policy.writes(bank, place.frame, place.step, answer) for bank, answer in zip(banks, answers, strict=True)]
    memories = iter(_remember(runtime, place, answers, writes, beside))
    return [
        (answer, _trace(answer, next(memories), reach) if write else None)
        for answer, write in zip(answers, writes, strict=True)
    ]


def commit(bank: MemoryBank, policy: MemoryPolicy, place: Place, trace: Trace | None) -> None:
    """Write a tracked frame into the bank, and let go of what nobody can recall any more."""
    if trace is not None:
        bank.write_tracked(place.frame, place.step, trace)
    bank.trim(policy, place.frame, place.step)


def check_name(name: str) -> None:
    """Raises PromptError unless the name can be an object's: it is used for folders, too."""
    if not isinstance(name, str) or not name.strip():
        raise PromptError("an object needs a name: some text that is not empty")
    if name.startswith(".") or any(character in "/\\:" or not character.isprintable() for character in name):
        raise PromptError(f"name {name!r} cannot be a folder's: leave out / \\ : and control signs, and a leading dot")


def _closer(runtime: Runtime, picture: Picture, prompt: Prompt, firsts: Sequence[Answer]) -> list[Answer]:
    """Answers for one object after a closer look at each; the same where that shows nothing new."""
    if not firsts or firsts[0].presence <= 0:
        return list(firsts)
    looks = look_closer(runtime, picture, prompt, [(one.mask, one.logits) for one in firsts])
    return [
        one if look is None else replace(one, shown=look.mask, logits=look.logits, score=look.score)
        for one, look in zip(firsts, looks, strict=True)
    ]


def _likeness(answer: Answer, depicted: NDArray[np.float32] | None, bank: MemoryBank) -> float | None:
    """How like its prompted frames an object looks on a tracked one; None where nobody asks or it is absent anyway."""
    if depicted is None or answer.presence <= 0:
        return None
    looks = [trace.look for trace in bank.prompted.values() if trace.look is not None]
    return likeness(depicted, answer.logits > 0, looks)


def _stands(mask: Mask, prompt: Prompt) -> bool:
    """Whether something is left of an object, and none of it is where the clicks say that the object is not."""
    height, width = mask.shape
    places = [(min(int(y), height - 1), min(int(x), width - 1)) for x, y in prompt.points]
    return bool(mask.any()) and not any(mask[max(y, 0), max(x, 0)] for y, x in places)


def _remember(
    runtime: Runtime, place: Place, answers: Sequence[Answer], writes: Sequence[bool], beside: Executor | None
) -> list[Memory]:
    """The memories of those answers that are to be written."""
    written = [answer for answer, write in zip(answers, writes, strict=True) if write]
    if not written:
        return []
    logits = np.stack([answer.logits for answer in written])
    presence = np.array([answer.presence for answer in written], np.float32)
    said = place.features, logits, presence, [False] * len(written)
    if beside is None:
        return runtime.remember(*said)
    memories = beside.submit(runtime.remember, *said)
    for answer in answers:
        _ = answer.rle, answer.packed
    return memories.result()


def _trace(answer: Answer, memory: Memory, reach: float) -> Trace:
    # A row of the batch's array would keep all of it alive.
    cover = answer.logits > 0 if np.isfinite(reach) else None
    return Trace(memory, np.array(answer.pointer), answer.score, answer.presence, cover)
