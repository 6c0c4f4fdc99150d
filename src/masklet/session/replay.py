"""Repeating a run from its prompt log."""

from __future__ import annotations

import os

from masklet.errors import InputError
from masklet.session.log import PromptLog, read_log
from masklet.session.video import VideoSession


def replay(log: PromptLog | str | os.PathLike[str], session: VideoSession) -> None:
    """Do all that a log holds on a fresh session: the same results, bit for bit on the same machine, if the session
    was opened as the log's header says (model, policy, exclusive, fine).

    Raises InputError when the log is of a video of another size or of fewer frames, or the session was used already.
    """
    events = log if isinstance(log, PromptLog) else read_log(log)
    if len(session.log):
        raise InputError("a log is repeated on a session in which nothing was done yet: open the video anew")
    if events.header.size != session.size:
        (height, width), (own_height, own_width) = events.header.size, session.size
        raise InputError(
            f"the log is of a video of {width}x{height} pixels, this one has {own_width}x{own_height}: open the other"
        )
    for event in events:
        session.apply(event)
