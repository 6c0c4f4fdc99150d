"""SAM and MobileSAM in masklet against the published code: the same random weights, the same answers.

Small networks in the published layouts run quickly; the published sizes are among the slow tests.
"""

from __future__ import annotations

import numpy as np
import pytest
import torch

import masklet
from masklet.model.checkpoint import load_network
from masklet.model.formats import mobile_sam, sam, transformers_sam
from masklet.model.formats.convert import convert_checkpoint
from masklet.model.presets import PRESETS
from masklet.runtime.preprocess import prepare
from masklet.runtime.protocol import NetworkPrompt, Recollection
from masklet.runtime.torch import TorchRuntime
from masklet.session.everything import Sieve, segment_everything
from masklet.session.image import ImageSession
from tests.peers.agreement import Agreement
from tests.peers.sam_family import (
    SIDE,
    SMALL_TINY_VIT,
    SMALL_VIT,
    draw_weights,
    parts,
    read_with,
    scene,
    write_checkpoint,
)

pytest.importorskip("segment_anything")
pytest.importorskip("transformers")

LOGITS, IOU, FEATURES = 1e-4, 1e-5, 1e-4
MEASURED = Agreement()
CASES = {"vit": (SMALL_VIT, sam.LAYOUT), "tiny-vit": (SMALL_TINY_VIT, mobile_sam.LAYOUT)}
SIZES = ((150, 220), (300, 200))  # neither is square; one grows and one shrinks
POINTS, LABELS = ((60.0, 41.5), (150.25, 100.0), (20, 130)), (1, 0, 1)
BOX = (31.0, 22.5, 170.0, 131.0)


@pytest.fixture(autouse=True)
def _report(record_property):
    MEASURED.largest.clear()
    yield
    MEASURED.tell(record_property)


@pytest.fixture(scope="module", params=CASES)
def pair(request, tmp_path_factory):
    """segment_anything's predictor, and masklet's runtime on what its file holds."""
    from segment_anything import SamPredictor

    config, layout = CASES[request.param]
    peer, path = write_checkpoint(tmp_path_factory.mktemp("sam") / "sam.pth", config)
    network = read_with(layout, torch.load(path, weights_only=True), config)
    return SamPredictor(peer), TorchRuntime(network, "cpu", own=True)


@pytest.fixture(scope="module", params=SIZES, ids=str)
def opened(pair, request):
    """Both with the same picture."""
    predictor, runtime = pair
    picture = scene(*request.param)
    predictor.set_image(picture)
    return predictor, runtime, ImageSession(runtime, picture)


def compare(found, masks, scores, logits):
    """masklet's candidates, best first, against the published code's three arrays."""
    order = np.argsort(-scores)
    assert len(found) == len(order)
    for one, k in zip(found, order, strict=True):
        MEASURED.scores(one.score, scores[k])
        MEASURED.logits(one.logits, logits[k])
        assert (one.mask != masks[k]).mean() <= 1e-4  # pixels whose logit is zero but for rounding
        assert 0.02 < one.mask.mean() < 0.98


def test_features(opened):
    predictor, runtime, session = opened
    ours = runtime.see(session.picture).f16_BChw
    assert (ours - predictor.features).abs().max() <= FEATURES
    assert ours.std() > 0.5


def test_one_click_gives_three_masks(opened):
    predictor, _, session = opened
    wanted = predictor.predict(np.array([POINTS[0]]), np.array([1]), multimask_output=True)
    found = session.segment(points=[POINTS[0]])
    compare(found, *wanted)
    assert all(parts(one.mask) > 1 for one in found)
    assert found[0].logits.std() > 1


def test_several_clicks_give_the_single_mask(opened):
    predictor, _, session = opened
    wanted = predictor.predict(np.array(POINTS), np.array(LABELS), multimask_output=False)
    compare(session.segment(points=POINTS, labels=LABELS), *wanted)


def test_a_box(opened):
    predictor, _, session = opened
    compare(session.segment(box=BOX), *predictor.predict(box=np.array(BOX), multimask_output=False))


def test_a_box_and_clicks(opened):
    predictor, _, session = opened
    wanted = predictor.predict(np.array(POINTS), np.array(LABELS), np.array(BOX), multimask_output=False)
    compare(session.segment(points=POINTS, labels=LABELS, box=BOX), *wanted)


def test_refining_an_earlier_answer(opened):
    predictor, _, session = opened
    _, scores, logits = predictor.predict(np.array([POINTS[0]]), np.array([1]), multimask_output=True)
    best = int(np.argmax(scores))
    first = session.segment(points=[POINTS[0]])[0]
    for count in (1, 2, 3):
        wanted = predictor.predict(
            np.array(POINTS[:count]), np.array(LABELS[:count]), mask_input=logits[[best]], multimask_output=False
        )
        compare(session.segment(points=POINTS[:count], labels=LABELS[:count], previous=first), *wanted)


def test_a_mask_alone_and_everything_at_once(opened):
    """All kinds of prompts in one batch, also a mask without a click, which sessions always give a box."""
    predictor, runtime, session = opened
    logits = np.random.default_rng(0).normal(0, 20, (SIDE // 4, SIDE // 4)).astype(np.float32)
    clicks = predictor.transform.apply_coords(np.array(POINTS), session.size).astype(np.float32)
    corners = predictor.transform.apply_coords(np.array(BOX).reshape(2, 2), session.size).astype(np.float32)
    labels, box_labels = np.array(LABELS), np.array([2, 3])
    prompts = [
        NetworkPrompt(mask_logits=logits),
        NetworkPrompt(clicks[:2], labels[:2]),
        NetworkPrompt(corners, box_labels),
        NetworkPrompt(corners, box_labels, mask_logits=logits),
        NetworkPrompt(np.concatenate([corners, clicks[:1]]), np.array([2, 3, 1]), mask_logits=logits),
        NetworkPrompt(),
    ]
    wanted = [
        predictor.predict(point, label, box, mask, multimask_output=multi)
        for point, label, box, mask in (
            (None, None, None, logits[None]),
            (np.array(POINTS[:2]), labels[:2], None, None),
            (None, None, np.array(BOX), None),
            (None, None, np.array(BOX), logits[None]),
            (np.array(POINTS[:1]), labels[:1], np.array(BOX), logits[None]),
            (None, None, None, None),
        )
        for multi in (False, True)
    ]
    answer = runtime.decode(runtime.recall(runtime.see(session.picture), [Recollection()]), prompts)
    for n in range(len(prompts)):
        _, scores, masks = (np.concatenate(parts) for parts in zip(wanted[2 * n], wanted[2 * n + 1], strict=True))
        assert np.abs(answer.mask_logits[n] - masks).max() <= LOGITS
        assert np.abs(answer.iou[n] - scores).max() <= IOU
    assert (answer.presence > 0).all()


def test_every_click_of_a_grid_finds_the_published_masks(opened):
    """Nothing sifted out: which masks are kept is compared with the published code elsewhere."""
    from segment_anything import SamAutomaticMaskGenerator

    predictor, runtime, session = opened
    generator = SamAutomaticMaskGenerator(
        predictor.model, points_per_side=3, pred_iou_thresh=-9, stability_score_thresh=0, box_nms_thresh=1.0
    )
    wanted = generator.generate(session.picture)
    predictor.set_image(session.picture)  # the generator forgets it
    keep_all = Sieve(iou_threshold=-9, stability_threshold=0, overlap=1.0, min_region=0)
    found = segment_everything(runtime, session.picture, grid=3, sieve=keep_all)
    assert len(found) == len(wanted) == 27
    for region in found:
        other = min(
            (one for one in wanted if tuple(one["point_coords"][0]) == tuple(region.point)),
            key=lambda one: abs(one["predicted_iou"] - region.score),
        )
        assert abs(other["predicted_iou"] - region.score) <= IOU
        assert (region.mask != other["segmentation"]).mean() <= 1e-4


# transformers normalises in SAM's decoder with another epsilon (1e-6) than Meta's code and masklet (1e-5)
@pytest.mark.parametrize(("epsilon", "close"), [(1e-5, LOGITS), (1e-6, 5 * LOGITS)])
def test_transformers_sam_model(tmp_path, epsilon, close):
    from safetensors.torch import load_file
    from transformers import SamConfig, SamModel

    vision = {"hidden_size": 64, "num_hidden_layers": 3, "num_attention_heads": 4, "global_attn_indexes": [1]}
    config = SamConfig(
        vision_config={**vision, "image_size": SIDE, "mlp_dim": 256},
        prompt_encoder_config={"image_size": SIDE, "image_embedding_size": SIDE // 16},
        mask_decoder_config={"layer_norm_eps": epsilon},
    )
    peer = SamModel(config)
    draw_weights(peer)
    peer.save_pretrained(tmp_path)
    network = read_with(transformers_sam.LAYOUT, load_file(tmp_path / "model.safetensors"), SMALL_VIT)
    runtime = TorchRuntime(network, "cpu", own=True)
    check_transformers(SamModel.from_pretrained(tmp_path), runtime, (150, 220), close)


@torch.no_grad()
def check_transformers(peer, runtime, size, close):
    """Features, masks and IoU of one picture, from the same prepared pixels."""
    config, picture = runtime.network.config, scene(*size)
    pixels = torch.from_numpy(prepare(picture, config.picture_size, config.mean, config.deviation, letterbox=True))
    seen = peer.get_image_embeddings(pixels)
    features = runtime.see(picture)
    assert (features.f16_BChw - seen).abs().max() <= FEATURES
    still = runtime.recall(features, [Recollection()])
    clicks, corners = np.array(POINTS, np.float32), np.array(BOX, np.float32).reshape(2, 2)
    labels = np.array(LABELS)
    for points, box in ((clicks[:1], None), (clicks, None), (None, corners), (clicks, corners)):
        said, kinds = [], []
        if box is not None:
            said, kinds = [box], [np.array([2, 3])]
        if points is not None:
            said, kinds = [*said, points], [*kinds, labels[: len(points)]]
        answer = runtime.decode(still, [NetworkPrompt(np.concatenate(said), np.concatenate(kinds))])
        for multi in (False, True):
            out = peer(
                image_embeddings=seen,
                input_points=None if points is None else torch.from_numpy(points)[None, None],
                input_labels=None if points is None else torch.from_numpy(labels[: len(points)])[None, None],
                input_boxes=None if box is None else torch.from_numpy(box).reshape(1, 1, 4),
                multimask_output=multi,
            )
            ours = slice(1, None) if multi else slice(0, 1)
            assert np.abs(answer.mask_logits[0, ours] - out.pred_masks[0, 0].numpy()).max() <= close
            assert np.abs(answer.iou[0, ours] - out.iou_scores[0, 0].numpy()).max() <= IOU


@pytest.mark.slow
@pytest.mark.parametrize("name", ["sam-vit-b", "mobile-sam"])
def test_published_sizes(name, tmp_path):
    from segment_anything import SamPredictor

    peer, path = write_checkpoint(tmp_path / "weights.pth", PRESETS[name])
    predictor, picture = SamPredictor(peer), scene(540, 960)
    predictor.set_image(picture)
    net = masklet.load(path, device="cpu", precision="float32", runtime="torch")
    assert net.name == name
    session = net.open_image(picture)
    wide = np.array(POINTS) * 4
    one = predictor.predict(wide[:1], np.array([1]), multimask_output=True)
    first = session.segment(points=wide[:1])
    compare(first, *one)
    compare(
        session.segment(points=wide, labels=LABELS), *predictor.predict(wide, np.array(LABELS), multimask_output=False)
    )
    box = np.array(BOX) * 4
    compare(session.segment(box=box), *predictor.predict(box=box, multimask_output=False))
    again = predictor.predict(
        wide[:2], np.array(LABELS[:2]), mask_input=one[2][[int(np.argmax(one[1]))]], multimask_output=False
    )
    compare(session.segment(points=wide[:2], labels=LABELS[:2], previous=first[0]), *again)


@pytest.mark.slow
def test_transformers_published_size(tmp_path):
    from transformers import SamConfig, SamModel

    peer = SamModel(SamConfig(mask_decoder_config={"layer_norm_eps": 1e-5}))
    draw_weights(peer)
    peer.save_pretrained(tmp_path)
    network = load_network(tmp_path / "model.safetensors")
    assert network.config is PRESETS["sam-vit-b"]
    check_transformers(peer.eval(), TorchRuntime(network, "cpu", own=True), (540, 960), LOGITS)


@pytest.mark.slow
def test_published_files_are_recognised_and_come_back_to_the_bit(tmp_path):
    _, path = write_checkpoint(tmp_path / "any.pt", PRESETS["mobile-sam"])
    assert load_network(path).config is PRESETS["mobile-sam"]
    convert_checkpoint(path, tmp_path / "own.safetensors", "masklet")
    convert_checkpoint(tmp_path / "own.safetensors", tmp_path / "back.pt", "published")
    before, after = (torch.load(p, weights_only=True) for p in (path, tmp_path / "back.pt"))
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) and before[name].dtype == after[name].dtype for name in before)
