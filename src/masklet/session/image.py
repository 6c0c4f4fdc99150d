"""A picture, seen once and asked as often as one likes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any

from numpy.typing import NDArray

from masklet.errors import PromptError
from masklet.media.picture import PictureSource, read_picture
from masklet.runtime.protocol import NetworkPrompt, Recollection, Runtime
from masklet.session.answer import SCORE_DELTA, candidates, stability
from masklet.session.closer import LOOKS, look_closer
from masklet.session.geometry import Logits, make_prompt, mask_box, names_object, on_picture, to_network
from masklet.session.meant import favour
from masklet.values import Candidate, Prompt

BATCH = 64  # prompts decoded in one call


class ImageSession:
    """Masks of what is pointed at on one picture.

    >>> best = session.segment(points=[(420, 310)])[0]
    >>> better = session.segment(points=[(420, 310), (300, 200)], labels=[1, 0], previous=best)[0]
    """

    def __init__(self, runtime: Runtime, picture: PictureSource, *, fine: bool | None = None) -> None:
        """Reads and embeds the picture; every later call reuses that. Raises MediaError for what is no picture.

        fine: what is small is looked at again through a window of its own (`masklet.session.closer`), which takes
        as long as opening a picture, for each window that the answers need; None: where the network gains by it (nano).
        """
        self.picture = read_picture(picture)
        self._runtime = runtime
        self._closer = runtime.spec.closer if fine is None else fine
        self._recalled = runtime.recall(runtime.see(self.picture), [Recollection()])

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) of the picture."""
        return self.picture.shape[0], self.picture.shape[1]

    def segment(
        self,
        points: Sequence[Sequence[float]] | NDArray[Any] = (),
        labels: Sequence[int] | NDArray[Any] | None = None,
        box: Sequence[float] | NDArray[Any] | None = None,
        mask: NDArray[Any] | None = None,
        previous: Candidate | None = None,
    ) -> list[Candidate]:
        """Candidates for one object, best first: several for a single click, which may mean several things; else one.

        points: (x, y) pixels; labels: 1 on the object, 0 outside, all 1 when left out. box: x0, y0, x1, y1.
        mask: a rough HxW mask to be made better; it stands alone. previous: an earlier answer that all the points
        given now refine. Raises PromptError when the prompt does not fit the picture.
        """
        return self.segment_many([make_prompt(self.size, points, labels, box, mask)], [previous])[0]

    def segment_many(
        self, prompts: Sequence[Prompt], previous: Sequence[Candidate | None] | None = None
    ) -> list[list[Candidate]]:
        """Candidates per prompt as `segment` gives them, one object each, decoded in batches.

        previous[i]: the answer that prompt i refines. Raises PromptError before anything is decoded.
        """
        earlier = [None] * len(prompts) if previous is None else list(previous)
        if len(earlier) != len(prompts):
            raise PromptError(f"{len(prompts)} prompts need {len(prompts)} previous answers, not {len(earlier)}")
        waiting = iter([self._to_network(one, before) for one, before in zip(prompts, earlier, strict=True)])
        found: list[list[Candidate]] = []
        while batch := list(islice(waiting, BATCH)):
            decoded = self._runtime.decode(self._recalled, batch)
            spec = self._runtime.spec
            found += [candidates(decoded, index, prompt, self.size, spec) for index, prompt in enumerate(batch)]
        if not self._closer:
            return found
        return [self._look_closer(prompt, first) for prompt, first in zip(prompts, found, strict=True)]

    def _look_closer(self, prompt: Prompt, first: list[Candidate]) -> list[Candidate]:
        """The answers after a closer look at the best of them, which are told apart better, too; best first."""
        if prompt.mask is not None:
            prompt = Prompt(box=mask_box(prompt.mask))
        seen, rest = first[:LOOKS], first[LOOKS:]
        looks = look_closer(self._runtime, self.picture, prompt, [(one.mask, one.logits) for one in seen])
        closer = [
            one if look is None else Candidate(look.mask, look.score, self._stability(look.logits), look.logits)
            for one, look in zip(seen, looks, strict=True)
        ]
        return sorted(closer, key=lambda one: -favour(one.mask, one.score, prompt, self._runtime.spec)) + rest

    def _stability(self, logits: Logits) -> float:
        return float(stability(on_picture(logits, self.size, self._runtime.spec.letterbox), SCORE_DELTA))

    def _to_network(self, prompt: Prompt, previous: Candidate | None) -> NetworkPrompt:
        checked = make_prompt(self.size, prompt.points, prompt.labels, prompt.box, prompt.mask)
        if not names_object(checked) and (previous is None or checked.mask is not None):
            raise PromptError("nothing says what the object is: add a click on it (label 1), a box or a mask")
        if previous is not None and not isinstance(previous, Candidate):
            raise PromptError(
                f"previous is one answer of an earlier call, such as segment(…)[0], not {type(previous).__name__}"
            )
        side = self._runtime.spec.mask_size
        if previous is not None and previous.logits.shape != (side, side):
            raise PromptError(
                f"the previous answer has logits of {previous.logits.shape}, this model's are {(side, side)}: "
                "refine it with the model that gave it"
            )
        earlier = None if previous is None else previous.logits
        return to_network(checked, self.size, self._runtime.spec, earlier, rough_mask=True)
