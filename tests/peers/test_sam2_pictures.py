"""SAM 2 and 2.1 give what the published code gives with the same weights: clicks, boxes and masks on pictures.

Quick networks run at 128 pixels; the sizes as published are slow and run by `make test-peers`.
"""

from __future__ import annotations

import numpy as np
import pytest

from masklet.session.image import ImageSession

pytest.importorskip("sam2", reason="the published SAM 2 code is not installed")
from tests.peers.agreement import Agreement
from tests.peers.sam2_family import build, runtime
from tests.peers.sam_family import scene

QUICK = [("sam2.1-tiny", 128), ("sam2-tiny", 128)]
PUBLISHED = [(f"{release}-{size}", 1024) for size in ("tiny", "small", "base+") for release in ("sam2.1", "sam2")]
PUBLISHED += [("sam2-large", 1024), ("sam2.1-large", 1024)]
SIZES = [pytest.param(*one, id=f"{one[0]}-{one[1]}") for one in QUICK]
SIZES += [pytest.param(*one, id=f"{one[0]}-{one[1]}", marks=pytest.mark.slow) for one in PUBLISHED]


@pytest.mark.parametrize(("name", "side"), SIZES)
def test_pictures(name: str, side: int, agree: Agreement) -> None:
    from sam2.sam2_image_predictor import SAM2ImagePredictor

    peer = build(name, side, video=False)
    picture = scene(190, 310)
    predictor = SAM2ImagePredictor(peer)
    predictor._bb_feat_sizes = [(side // stride, side // stride) for stride in (4, 8, 16)]  # it takes 1024 for granted
    predictor.set_image(picture)
    session = ImageSession(runtime(name, side, peer), picture)
    points, labels = np.array([[100.0, 60.0], [200.5, 120.25]]), np.array([1, 0])
    box = np.array([30.0, 20.0, 250.0, 160.0])
    both = {"point_coords": points, "point_labels": labels}
    said = [
        ({"points": points[:1]}, {"point_coords": points[:1], "point_labels": labels[:1]}, True),
        ({"points": points, "labels": labels}, both, False),
        ({"box": box}, {"box": box}, False),
        ({"points": points, "labels": labels, "box": box}, {**both, "box": box}, False),
    ]
    for mine, theirs, several in said:
        found = session.segment(**mine)
        _, scores, logits = predictor.predict(**theirs, multimask_output=several, return_logits=True)
        order = np.argsort(-scores, kind="stable")
        assert len(found) == len(scores)
        for candidate, k in zip(found, order, strict=True):
            agree.scores(candidate.score, scores[k])
            agree.logits(np.clip(candidate.logits, -32, 32), logits[k])  # it hands them out cut off
            assert 0 < candidate.mask.mean() < 1
        refined = session.segment(**mine, previous=found[0])[0]
        _, scores, logits = predictor.predict(
            **theirs, mask_input=logits[order[0]][None], multimask_output=False, return_logits=True
        )
        agree.scores(refined.score, scores[0])
        agree.logits(np.clip(refined.logits, -32, 32), logits[0])
