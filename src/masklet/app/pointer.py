"""What is under the pointer: frames that are embedded, so that each move of it costs the decoder alone."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING

from masklet.app.turns import Turns
from masklet.values import ObjectFrame, Picture

if TYPE_CHECKING:
    from masklet.net import Net
    from masklet.session.image import ImageSession

_KEPT = 2  # frames that stay embedded


class Pointer:
    """A project's; nothing that is asked is kept. Methods may be called from any thread, without holding a turn."""

    def __init__(self, net: Net, picture: Callable[[int], Picture], turns: Turns, who: str) -> None:
        """picture: gives a frame. who: whose turns are taken."""
        self._net, self._picture, self._turns, self._who = net, picture, turns, who
        self._sessions: OrderedDict[int, ImageSession] = OrderedDict()  # guarded by holding a turn

    def see(self, frame: int) -> None:
        """Embed a frame before anything is asked of it; whoever waits for an answer goes first. Raises PromptError."""
        if frame not in self._sessions:
            picture = self._picture(frame)
            with self._turns.turn(self._who):
                self._session(frame, picture)

    def hover(self, frame: int, x: float, y: float) -> ObjectFrame:
        """What a click there would give. Raises PromptError."""
        picture = None if frame in self._sessions else self._picture(frame)  # others need not wait for its decoding
        with self._turns.turn(self._who, urgent=True):
            best = self._session(frame, picture).segment(points=[(x, y)])[0]
        return ObjectFrame(best.mask, best.score, 1.0)

    def clear(self) -> None:
        """Let go of all frames; a turn is held."""
        self._sessions.clear()

    def _session(self, frame: int, picture: Picture | None) -> ImageSession:
        session = self._sessions.get(frame)
        if session is None:
            # previews follow the pointer: closer looks would hold them up, and come with the click
            session = self._net.open_image(self._picture(frame) if picture is None else picture, fine=False)
            self._sessions[frame] = session
            while len(self._sessions) > _KEPT:
                self._sessions.popitem(last=False)
        self._sessions.move_to_end(frame)
        return session
