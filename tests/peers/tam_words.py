"""The same words to masklet and to another implementation of EdgeTAM or EfficientTAM."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from masklet.session.image import ImageSession
from masklet.session.video import VideoSession
from tests.peers.agreement import Agreement, presence
from tests.peers.edgetam_family import RecordingRuntime
from tests.peers.sam_family import scene


def ask(predictor: Any, runtime: RecordingRuntime, picture: np.ndarray, agree: Agreement) -> None:
    """Clicks and boxes on a picture, and each answer refined. The published predictor cuts its logits off at ± 32."""
    predictor.set_image(picture)
    session = ImageSession(runtime, picture)
    points, labels = np.array([[100.0, 60.0], [200.5, 120.25]]), np.array([1, 0])
    box = np.array([30.0, 20.0, 250.0, 160.0])
    click, clicks = ({"point_coords": points[:k], "point_labels": labels[:k]} for k in (1, 2))
    said: list[tuple[dict[str, Any], dict[str, Any], bool]] = [
        ({"points": points[:1]}, click, True),
        ({"points": points, "labels": labels}, clicks, False),
        ({"box": box}, {"box": box}, False),
        ({"points": points, "labels": labels, "box": box}, {**clicks, "box": box}, False),
    ]
    shares: list[float] = []
    for mine, theirs, several in said:
        found = session.segment(**mine)
        _, scores, logits = predictor.predict(**theirs, multimask_output=several, return_logits=True)
        order = np.argsort(-scores, kind="stable")
        assert len(found) == len(scores)
        for candidate, k in zip(found, order, strict=True):
            agree.scores(candidate.score, scores[k], mine)
            agree.logits(np.clip(candidate.logits, -32, 32), logits[k], mine)
        shares += [candidate.mask.mean() for candidate in found]
        refined = session.segment(**mine, previous=found[0])[0]
        _, scores, logits = predictor.predict(
            **theirs, mask_input=logits[order[0]][None], multimask_output=False, return_logits=True
        )
        agree.scores(refined.score, scores[0], mine)
        agree.logits(np.clip(refined.logits, -32, 32), logits[0], mine)
    assert np.mean([0 < share < 1 for share in shares]) > 0.5  # neither empty nor full


def moving(side: int, frames: int) -> list[np.ndarray]:
    """A window of the network's own size that wanders over a larger scene, and a square of another that crosses it."""
    large, patch = scene(side + 8 * frames, side + 8 * frames, seed=1), scene(side // 4, side // 4, seed=2)
    out = []
    for t in range(frames):
        frame = large[4 * t : 4 * t + side, 6 * t : 6 * t + side].copy()
        x = (side // 20 * t) % (side - side // 4)
        frame[side // 3 : side // 3 + side // 4, x : x + side // 4] = patch
        out.append(frame)
    return out


def steadiest(
    runtime: RecordingRuntime, pictures: list[np.ndarray], frame: int, options: list[dict[str, Any]]
) -> dict[str, Any]:
    """The prompt whose mask keeps farthest away from zero. Memories of prompted frames are made of the mask's signs at
    the picture's size: where one is so near to zero that rounding turns it, all that follows differs by more."""
    video = VideoSession(runtime, pictures)
    margins = []
    for n, said in enumerate(options):
        video.prompt(str(n), frame=frame, **said)
        logits = torch.from_numpy(runtime.remembered[-1][0])[None]
        full = F.interpolate(logits, size=pictures[0].shape[:2], mode="bilinear", align_corners=False)
        margins.append(float(full.abs().min()) if (logits > 0).any() else 0.0)
    runtime.remembered.clear()
    return options[int(np.argmax(margins))]


def follow(
    peer: Any,
    runtime: RecordingRuntime,
    pictures: list[np.ndarray],
    reverse: bool,
    agree: Agreement,
    *,
    masks: bool = True,
) -> list[bool]:
    """Both follow objects, one clicked on, one in a box and perhaps one of a given mask, and say the same of them on
    every frame: whether they are there, in any order."""
    side = len(pictures[0])
    start, s = len(pictures) - 1 if reverse else 0, side / 256
    shifts = [s * pixels for pixels in (0, 3, 6, 9, 12, 15)]
    stripe = np.zeros((side, side), bool)
    stripe[:, side // 4 : side // 2 + side // 8] = True
    prompts: list[dict[str, Any]] = [
        steadiest(
            runtime,
            pictures,
            start,
            [{"points": [(60 * s + dx, 70 * s), (150 * s, 180 * s)], "labels": [1, 0]} for dx in shifts],
        ),
        steadiest(runtime, pictures, start, [{"box": (100 * s, 30 * s, 220 * s - dx, 160 * s)} for dx in shifts]),
        {"mask": stripe},
    ][: 3 if masks else 2]
    video = VideoSession(runtime, pictures)
    for index, said in enumerate(prompts):
        peer.prompt(str(index), start, **said)
        video.prompt(str(index), frame=start, **said)
    peer.track(start, reverse)
    order = [frame.index for frame in video.track(start=start, reverse=reverse)]
    assert len(order) == len(pictures)
    prompted, tracked = runtime.remembered[: len(prompts)], runtime.remembered[len(prompts) :]
    remembered = dict(zip(order[1:], tracked, strict=True))
    remembered[start] = np.concatenate([one[0] for one in prompted]), np.concatenate([one[1] for one in prompted])
    expected = peer.shown()
    assert len(expected) == len(prompts) * len(pictures)
    for (name, frame), theirs in expected.items():
        logits, there = (one[int(name)] for one in remembered[frame])
        agree.logits(logits, theirs.logits, (name, frame))
        agree.scores(presence(float(there)), presence(theirs.presence), (name, frame))
        result = video.result(name, frame)
        assert result is not None
        agree.scores(result.score, theirs.iou, (name, frame))
    shares = [(theirs.logits > 0).mean() for theirs in expected.values() if theirs.presence > 0]
    assert all(0.001 < share < 0.999 for share in shares)
    return [theirs.presence > 0 for theirs in expected.values()]
