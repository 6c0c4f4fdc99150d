"""What the page on published weights says of other packages: every call in its tables exists there as it is written.

Of a call its name is looked up, and every argument that is a name, and every keyword, must be one of its parameters.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.test_published_weights_page import PEERS, rows

pytestmark = pytest.mark.slow  # importing three large packages


def sam2_names() -> Mapping[str, Any]:
    pytest.importorskip("sam2")
    from sam2.automatic_mask_generator import SAM2AutomaticMaskGenerator
    from sam2.build_sam import build_sam2, build_sam2_video_predictor
    from sam2.sam2_image_predictor import SAM2ImagePredictor
    from sam2.sam2_video_predictor import SAM2VideoPredictor

    return {
        "build_sam2": build_sam2,
        "build_sam2_video_predictor": build_sam2_video_predictor,
        "SAM2AutomaticMaskGenerator": SAM2AutomaticMaskGenerator,
        "generator": SAM2AutomaticMaskGenerator,
        "predictor": (SAM2ImagePredictor, SAM2VideoPredictor),
    }


def transformers_names() -> Mapping[str, Any]:
    transformers = pytest.importorskip("transformers")
    from transformers.models.sam2_video.modeling_sam2_video import Sam2VideoInferenceSession

    generator = transformers.MaskGenerationPipeline
    return {
        **{name: getattr(transformers, name) for name in ("Sam2Model", "Sam2Processor", "SamModel", "Sam2VideoModel")},
        "pipeline": transformers.pipeline,
        "processor": (transformers.Sam2Processor, transformers.Sam2VideoProcessor),
        "model": (transformers.Sam2Model, transformers.Sam2VideoModel),
        "processor()": transformers.Sam2Processor.__call__,
        "model()": transformers.Sam2VideoModel.forward,
        "generator()": (generator.__call__, generator.preprocess, generator._forward),
        "inference_session": Sam2VideoInferenceSession,
    }


def ultralytics_names() -> Mapping[str, Any]:
    pytest.importorskip("ultralytics")
    from ultralytics.models.sam import SAM, SAM2DynamicInteractivePredictor, SAM2VideoPredictor

    return {
        "SAM": SAM,
        "model()": SAM.__call__,
        "SAM2VideoPredictor": SAM2VideoPredictor,
        "tracker": SAM2VideoPredictor,
        "tracker()": (SAM2VideoPredictor.__call__, SAM2VideoPredictor.inference),
        "SAM2DynamicInteractivePredictor": SAM2DynamicInteractivePredictor,
        "interactive()": (SAM2DynamicInteractivePredictor.__call__, SAM2DynamicInteractivePredictor.inference),
    }


NAMES: Mapping[str, Callable[[], Mapping[str, Any]]] = {
    "sam2": sam2_names,
    "transformers": transformers_names,
    "ultralytics": ultralytics_names,
}


def fault(call: str, names: Mapping[str, Any]) -> str | None:
    """What is wrong with a call, None when it fits one of the things it may be of."""
    tree = ast.parse(call, mode="eval").body
    assert isinstance(tree, ast.Call), f"{call} is no call"
    said = [one.id for one in tree.args if isinstance(one, ast.Name)] + [str(one.arg) for one in tree.keywords]
    if isinstance(tree.func, ast.Attribute):
        assert isinstance(tree.func.value, ast.Name)
        owners = names[tree.func.value.id]
        found = [getattr(one, tree.func.attr, None) for one in (owners if isinstance(owners, tuple) else (owners,))]
        groups = [[one] for one in found if one is not None]
        if not groups:
            return f"{call}: there is no {tree.func.attr}"
    else:
        assert isinstance(tree.func, ast.Name)
        own = names.get(f"{tree.func.id}()", names.get(tree.func.id))
        if own is None:
            return f"{call}: there is no {tree.func.id}"
        groups = [list(own) if isinstance(own, tuple) else [own]]
    for functions in groups:
        parameters = {name for one in functions for name in inspect.signature(one).parameters}
        unknown = [name for name in said if name not in parameters]
        if not unknown:
            return None
    return f"{call}: there is no parameter {unknown[0]}"


@pytest.mark.parametrize("peer", PEERS)
def test_every_call_of_the_other_package_is_there(peer: str) -> None:
    names = NAMES[peer]()
    calls = [call for theirs, _ in rows(peer) for call in theirs]
    assert len(calls) > 10
    assert [problem for call in calls if (problem := fault(call, names))] == []


def test_what_is_not_there_is_found() -> None:
    class Predictor:
        def predict(self, points: Any, *, box: Any = None) -> None: ...

    names = {"predictor": Predictor, "predictor()": (Predictor.predict,)}
    assert fault("predictor.predict(points, box=3)", names) is None
    assert "no parameter labels" in str(fault("predictor.predict(points, labels)", names))
    assert "no parameter mask" in str(fault("predictor(points, mask=mask)", names))
    assert "no set_image" in str(fault("predictor.set_image(points)", names))
    assert "no generator" in str(fault("generator(points)", names))
