"""How well objects are followed through videos from a prompt on their first frame.

The semi-supervised protocol of DAVIS and its kin: every object is given once, on the first frame that shows it,
as a mask, a box or a few clicks, and is tracked to the video's end. Clicks are placed as on still pictures:
the first on the object's centre, every later one on the centre of the largest region that is still wrong on that
frame. Every object's mask is scored as the session gives it, whether or not it overlaps another object's.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace

from masklet.data.sets.values import VideoItem
from masklet.evaluate.answers import Given, Predicted, VideoAnswers, check_given
from masklet.evaluate.following import Following, first_frames, truth_mask
from masklet.evaluate.metrics import iou
from masklet.evaluate.record import Item
from masklet.evaluate.rules import Rule
from masklet.evaluate.scoring import Places, Scored, score_video

Step = Callable[[int, int], None]
"""Called with how many frames of the video have passed and how many there are."""


@dataclass(frozen=True)
class Followed:
    """One video's objects, followed. shown: their masks. given: the IoU of the answer to each one's prompt.

    frames: how many were tracked. seconds: the session's work alone, decoding included.
    """

    shown: Predicted
    given: dict[int, float]
    frames: int
    seconds: float


def follow_video(video: VideoAnswers, item: VideoItem, given: Given = "mask", step: Step | None = None) -> Followed:
    """Prompts every object on its first frame and follows it to the end; closes the video.

    Raises InputError when `given` is no known prompt or the video breaks off; MediaError for an unreadable file.
    """
    check_given(given)
    firsts = first_frames(item)
    with closing(video):
        run = Following(video, item)
        ious = {}
        for number, t in firsts.items():
            ious[number] = iou(run.give(number, t, given), truth_mask(item, number, t))
        if firsts:
            for frame in run.follow(start=min(firsts.values())):
                if step:
                    step(frame.index + 1, len(item))
    run.check_whole(firsts)
    return Followed(run.shown, ious, run.tracked, run.seconds)


def evaluate_video(
    video: VideoAnswers,
    item: VideoItem,
    given: Given,
    rule: Rule,
    *,
    places: Places | None = None,
    hota: bool = False,
    step: Step | None = None,
    seen: Callable[[Predicted], Predicted] | None = None,
) -> tuple[Scored, Followed]:
    """Follows the objects of one video and scores them; items also tell "given_iou", that of the answer to the prompt.

    seen: what of the masks is scored, where that is not what the session shows. Raises InputError as `follow_video` and
    `score_video`.
    """
    followed = follow_video(video, item, given, step)
    shown = seen(followed.shown) if seen else followed.shown
    scored = score_video(item, shown, rule, places=places, hota=hota)
    items = tuple(_with_given(one, followed.given) for one in scored.items)
    return replace(scored, items=items), followed


def _with_given(one: Item, given: dict[int, float]) -> Item:
    return replace(one, figures={**one.figures, "given_iou": given[int(one.object)]})
