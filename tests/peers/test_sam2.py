"""SAM 2 and 2.1 give what the published code gives with the same weights: pictures, and objects followed through
videos, forward and backward, further than memories and pointers reach.

Quick networks run at 128 pixels; the sizes as published are slow and run by `make test-peers`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from masklet.session.answer import Answer
from masklet.session.image import ImageSession
from masklet.session.track import Track
from masklet.session.video import VideoSession

pytest.importorskip("sam2", reason="the published SAM 2 code is not installed (make peers)")
from tests.peers.sam2_family import build, runtime
from tests.peers.sam_family import scene

LOGITS, SCORES = 1e-4, 1e-5
QUICK = [("sam2.1-tiny", 128), ("sam2-tiny", 128)]
PUBLISHED = [(f"{release}-{size}", 1024) for release in ("sam2", "sam2.1") for size in ("tiny", "small", "base+")]
SIZES = [pytest.param(*one, id=f"{one[0]}-{one[1]}") for one in QUICK]
SIZES += [pytest.param(*one, id=f"{one[0]}-{one[1]}", marks=pytest.mark.slow) for one in PUBLISHED]


def moving(frames: int, height: int = 150, width: int = 210) -> list[np.ndarray]:
    """A window that wanders over a larger scene, and a square of another scene that crosses it."""
    large, patch = scene(2 * height, 2 * width, seed=1), scene(40, 40, seed=2)
    out = []
    for t in range(frames):
        frame = large[2 * t : 2 * t + height, 3 * t : 3 * t + width].copy()
        x = (9 * t) % (width - 40)
        frame[50:90, x : x + 40] = patch
        out.append(frame)
    return out


def difference(mine: np.ndarray, theirs: np.ndarray) -> float:
    """The largest; the published predictor of pictures hands its logits out cut off at ± 32."""
    return float(np.abs(np.clip(mine, -32, 32) - theirs).max())


@pytest.mark.parametrize(("name", "side"), SIZES)
def test_pictures(name: str, side: int) -> None:
    from sam2.sam2_image_predictor import SAM2ImagePredictor

    peer = build(name, side, video=False)
    picture = scene(190, 310)
    predictor = SAM2ImagePredictor(peer)
    predictor._bb_feat_sizes = [(side // stride, side // stride) for stride in (4, 8, 16)]  # it takes 1024 for granted
    predictor.set_image(picture)
    session = ImageSession(runtime(name, side, peer), picture)
    points, labels = np.array([[100.0, 60.0], [200.5, 120.25]]), np.array([1, 0])
    box = np.array([30.0, 20.0, 250.0, 160.0])
    said = [
        ({"points": points[:1]}, {"point_coords": points[:1], "point_labels": labels[:1]}, True),
        ({"points": points, "labels": labels}, {"point_coords": points, "point_labels": labels}, False),
        ({"box": box}, {"box": box}, False),
        (
            {"points": points, "labels": labels, "box": box},
            {"point_coords": points, "point_labels": labels, "box": box},
            False,
        ),
    ]
    for mine, theirs, several in said:
        found = session.segment(**mine)
        _, scores, logits = predictor.predict(**theirs, multimask_output=several, return_logits=True)
        order = np.argsort(-scores, kind="stable")
        assert len(found) == len(scores)
        for candidate, k in zip(found, order, strict=True):
            assert candidate.score == pytest.approx(scores[k], abs=SCORES)
            assert difference(candidate.logits, logits[k]) < LOGITS
            assert 0 < candidate.mask.mean() < 1
        refined = session.segment(**mine, previous=found[0])[0]
        _, scores, logits = predictor.predict(
            **theirs, mask_input=logits[order[0]][None], multimask_output=False, return_logits=True
        )
        assert refined.score == pytest.approx(scores[0], abs=SCORES)
        assert difference(refined.logits, logits[0]) < LOGITS


def follow(peer: torch.nn.Module, pictures: list[np.ndarray], folder: Path, start: int, reverse: bool) -> dict:
    """What the published predictor gives: frame -> {object: (logits at the network's mask size, presence)}."""
    for t, picture in enumerate(pictures):
        Image.fromarray(picture).save(folder / f"{t:05d}.png", format="PNG")
    state = peer.init_state(str(folder), async_loading_frames=False)
    peer.add_new_points_or_box(state, start, 1, points=[[60.0, 70.0]], labels=[1])
    peer.add_new_points_or_box(state, start, 2, box=[100.0, 30.0, 180.0, 110.0])
    list(peer.propagate_in_video(state, start_frame_idx=start, reverse=reverse))
    out: dict[int, dict[int, tuple[np.ndarray, float]]] = {}
    for index in (0, 1):
        held = state["output_dict_per_obj"][index]
        for frame, one in {**held["non_cond_frame_outputs"], **held["cond_frame_outputs"]}.items():
            logits = one["pred_masks"][0, 0].float().numpy()
            out.setdefault(frame, {})[index + 1] = (logits, float(one["object_score_logits"][0, 0]))
    return out


def exactly(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[int, str], Answer]:
    """Both sides keep memories as they are: rounded to bfloat16, a difference in a number's last bit becomes one of
    a 256th, and with random weights masks drift apart by some thousandths. Gives the answers that sessions take."""
    import sam2.sam2_video_predictor as predictor

    class WithoutRounding:
        bfloat16 = torch.float32

        def __getattr__(self, name: str) -> object:
            return getattr(torch, name)

    monkeypatch.setattr(predictor, "torch", WithoutRounding())
    monkeypatch.setattr(torch.Tensor, "bfloat16", lambda self: self)
    taken: dict[tuple[int, str], Answer] = {}
    for way in ("take_prompt", "take_tracked"):
        original = getattr(Track, way)

        def take(self, frame, second, third, *rest, original=original):
            answer = third if isinstance(third, Answer) else second
            taken[frame, self.name] = answer
            return original(self, frame, second, third, *rest)

        monkeypatch.setattr(Track, way, take)
    return taken


CASES = [pytest.param(*QUICK[0], 20, way, id=f"sam2.1-tiny-{way}") for way in ("forward", "backward")]
CASES += [
    pytest.param(*QUICK[1], 6, "forward", id="sam2-tiny-short"),
    pytest.param(*QUICK[0], 6, "forward", id="sam2.1-short"),
]
CASES += [
    pytest.param(*one, 20, way, id=f"{one[0]}-{one[1]}-{way}", marks=pytest.mark.slow)
    for one in PUBLISHED
    for way in ("forward", "backward")
]
CASES += [pytest.param("sam2.1-large", 1024, 3, "forward", id="large", marks=pytest.mark.slow)]


@pytest.mark.parametrize(("name", "side", "frames", "way"), CASES)
def test_objects_followed_through_a_video(
    name: str, side: int, frames: int, way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sam2.utils.misc as misc

    taken = exactly(monkeypatch)
    # its reader of folders takes JPEG files alone; lossless ones keep the comparison to the networks
    monkeypatch.setattr(misc.os.path, "splitext", _png_as_jpeg(misc.os.path.splitext))
    peer = build(name, side, video=True, presence=-2.0)
    pictures, reverse = moving(frames), way == "backward"
    start = frames - 1 if reverse else 0
    expected = follow(peer, pictures, tmp_path, start, reverse)
    video = VideoSession(runtime(name, side, peer), pictures)
    video.prompt("1", frame=start, points=[(60, 70)])
    video.prompt("2", frame=start, box=(100, 30, 180, 110))
    assert len(list(video.track(start=start, reverse=reverse))) == frames
    present = []
    for frame in range(frames):
        for key in (1, 2):
            logits, presence = expected[frame][key]
            mine = taken[frame, str(key)]
            assert mine.presence == pytest.approx(presence, abs=LOGITS)
            assert np.abs(mine.logits - logits).max() < LOGITS
            present.append(presence > 0)
    assert frames < 10 or (any(present) and not all(present))


def _png_as_jpeg(splitext):
    return lambda path: (splitext(path)[0], ".jpg" if splitext(path)[1] == ".png" else splitext(path)[1])
