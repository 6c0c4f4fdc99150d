"""Tests of the PyTorch runtime: n objects in one call are n calls of one, and handles stand alone."""

import copy
from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch

from masklet.runtime.preprocess import prepare
from masklet.runtime.protocol import NetworkPrompt, Recollection
from masklet.runtime.torch import TorchRuntime
from tests.model.random_weights import random_network
from tests.model.small import CONFIGS, HIERA, STILL_CONFIGS

RNG = np.random.default_rng(0)
PICTURE = RNG.integers(0, 256, (90, 140, 3), np.uint8)
FIELDS = ("mask_logits", "iou", "presence", "pointers")


@pytest.fixture(scope="module", params=CONFIGS)
def runtime(request):
    return TorchRuntime(random_network(CONFIGS[request.param]), "cpu", own=True)


@pytest.fixture(scope="module")
def features(runtime):
    return runtime.see(PICTURE)


@pytest.fixture(scope="module")
def recollections(runtime, features):
    """Of four objects: nothing, one memory without pointers, two with one, and two others with one."""
    logits = RNG.standard_normal((5, 32, 32)).astype(np.float32) * 4
    kept = runtime.remember(features, logits, np.array([3, 3, 3, -3, 3], np.float32), [True, False, False, False, True])
    pointers = RNG.standard_normal((2, 128)).astype(np.float32)
    return [
        Recollection(),
        Recollection(((0, kept[0]),)),
        Recollection(((0, kept[1]), (1, kept[2])), ((1, pointers[0]),)),
        Recollection(((0, kept[3]), (3, kept[4])), ((-2, pointers[1]),)),
    ]


def prompts():
    """One of every kind, so that every one is in a group of its own or in a mixed one."""
    rng = np.random.default_rng(3)
    given = np.zeros((128, 128), np.float32)
    given[28:92, 40:100] = 1
    click = np.array([[30.0, 40.5]], np.float32)
    box = np.array([[10, 20], [90, 100]], np.float32)
    logits = rng.standard_normal((32, 32)).astype(np.float32)
    return [
        NetworkPrompt(click, np.array([1])),
        NetworkPrompt(given_mask=given),
        NetworkPrompt(click + 20, np.array([0])),
        NetworkPrompt(),
        NetworkPrompt(box, np.array([2, 3])),
        NetworkPrompt(click, np.array([1]), mask_logits=logits),
    ]


@pytest.mark.parametrize("size", [(128, 128), (90, 140)])
def test_strict_normalises_pictures_by_published_arithmetic(size):
    """Levels from 0 to 1 first: another order turns last bits, which masks show."""
    network = random_network(HIERA)
    picture = RNG.integers(0, 256, (*size, 3), np.uint8)
    levels = torch.from_numpy(picture).permute(2, 0, 1)[None] / 255
    square = torch.nn.functional.interpolate(levels, (128, 128), mode="bilinear", antialias=True)
    mean, deviation = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    expected = (square - mean[:, None, None]) / deviation[:, None, None]
    strict, loose = (TorchRuntime(network, "cpu", own=True, strict=s)._prepare(picture) for s in (True, False))
    assert torch.equal(strict, expected)
    assert not torch.equal(loose, expected)


def assert_row(many, n, one):
    for field in FIELDS:
        assert np.allclose(getattr(many, field)[n], getattr(one, field)[0], atol=2e-5), field


def test_many_prompts_on_one_picture_are_as_many_calls(runtime, features):
    still = runtime.recall(features, [Recollection()])
    answer = runtime.decode(still, prompts())
    assert answer.mask_logits.shape == (6, 4, 32, 32)
    assert answer.iou.shape == (6, 4)
    assert answer.presence.shape == (6,)
    assert answer.pointers.shape == (6, 4, 128)
    assert all(getattr(answer, field).dtype == np.float32 for field in FIELDS)
    for n, prompt in enumerate(prompts()):
        assert_row(answer, n, runtime.decode(still, [prompt]))


def test_objects_with_ragged_memories_are_as_many_calls(runtime, features, recollections):
    said = prompts()[:4]
    together = runtime.decode(runtime.recall(features, recollections), said)
    for n in range(4):
        alone = runtime.decode(runtime.recall(features, [recollections[n]]), [said[n]])
        assert_row(together, n, alone)


def test_order_of_objects_is_kept(runtime, features, recollections):
    said = [NetworkPrompt()] * 4
    there = runtime.decode(runtime.recall(features, recollections), said)
    back = runtime.decode(runtime.recall(features, recollections[::-1]), said)
    for field in FIELDS:
        assert np.allclose(getattr(there, field), getattr(back, field)[::-1], atol=2e-5)
    assert len({float(x) for x in there.presence.round(6)}) == 4  # they do differ


def test_objects_without_memories_share_what_a_still_has(runtime, features):
    said = prompts()[:3]
    still = runtime.decode(runtime.recall(features, [Recollection()]), said)
    each = runtime.decode(runtime.recall(features, [Recollection()] * 3), said)
    for field in FIELDS:
        assert np.allclose(getattr(still, field), getattr(each, field), atol=2e-5)


def test_memories_of_many_objects_are_as_many_calls(runtime, features):
    logits = RNG.standard_normal((3, 32, 32)).astype(np.float32) * 4
    presence, prompted = np.array([2, -2, 2], np.float32), [True, False, False]
    together = runtime.remember(features, logits, presence, prompted)
    for n, memory in enumerate(together):
        (alone,) = runtime.remember(features, logits[[n]], presence[[n]], [prompted[n]])
        assert torch.allclose(memory.tokens_NC, alone.tokens_NC, atol=1e-5)


def test_a_memory_holds_its_own_tokens_alone(runtime, features):
    memories = runtime.remember(features, np.zeros((3, 128, 128), np.float32), np.ones(3, np.float32), [False] * 3)
    for memory in memories:
        assert memory.tokens_NC.dtype == torch.float32
        assert memory.tokens_NC.untyped_storage().nbytes() == memory.tokens_NC.numel() * 4


def test_a_given_mask_answers_itself(runtime, features):
    prompt = prompts()[1]
    answer = runtime.decode(runtime.recall(features, [Recollection()]), [prompt])
    wanted = 20 * prompt.given_mask.reshape(32, 4, 32, 4).mean((1, 3)) - 10
    flat = cv2.erode(wanted, np.ones((3, 3))) == cv2.dilate(wanted, np.ones((3, 3)))  # the edge itself is smoothed
    assert np.allclose(answer.mask_logits[0][:, flat], wanted[flat], atol=1e-4)
    assert ((answer.mask_logits[0] > 0) == (wanted > 0)).all()
    assert answer.iou.tolist() == [[1, 1, 1, 1]]
    assert answer.presence.tolist() == [10]


def test_a_given_mask_is_read_without_the_memories(runtime, features, recollections):
    prompt = prompts()[1]
    for recollection in recollections:
        answer = runtime.decode(runtime.recall(features, [recollection]), [prompt])
        assert_row(answer, 0, runtime.decode(runtime.recall(features, [Recollection()]), [prompt]))


def test_a_pointed_at_object_keeps_its_pointer_whatever_the_network_thinks():
    network = random_network(CONFIGS["small-lite"])
    with torch.no_grad():
        network.mask_decoder.presence_head.layers[-1].bias.fill_(-1e3)  # nothing is ever there
    runtime = TorchRuntime(network, "cpu", own=True)
    click = prompts()[0]
    still = runtime.recall(runtime.see(PICTURE), [Recollection()])
    answer = runtime.decode(still, [click, replace(click, surely_there=True)])
    absent = network.absent_pointer.numpy()
    assert (answer.presence < 0).all()
    assert (answer.pointers[0] == absent).all()
    assert (answer.pointers[1] != absent).any(axis=1).all()


def test_nothing_asked_nothing_answered(runtime, features):
    answer = runtime.decode(runtime.recall(features, []), [])
    assert answer.mask_logits.shape == (0, 4, 32, 32)
    assert answer.pointers.shape == (0, 4, 128)
    assert runtime.remember(features, np.zeros((0, 32, 32), np.float32), np.zeros(0, np.float32), []) == []


def test_the_same_input_gives_the_same_output_to_the_last_bit(runtime, features, recollections):
    said = prompts()[:4]
    first, second = (runtime.decode(runtime.recall(runtime.see(PICTURE), recollections), said) for _ in range(2))
    for field in FIELDS:
        assert np.array_equal(getattr(first, field), getattr(second, field))


def test_inputs_are_left_as_they_are(runtime, features, recollections):
    said, logits = prompts()[:4], RNG.standard_normal((1, 32, 32)).astype(np.float32)
    kept = [copy.deepcopy(p) for p in said], logits.copy(), PICTURE.copy()
    maps = [m.tokens_NC.clone() for r in recollections for _, m in r.memories]
    runtime.decode(runtime.recall(runtime.see(PICTURE), recollections), said)
    runtime.remember(features, logits, np.ones(1, np.float32), [False])
    assert np.array_equal(logits, kept[1])
    assert np.array_equal(PICTURE, kept[2])
    for before, after in zip(kept[0], said, strict=True):
        for field in ("points", "labels", "mask_logits", "given_mask"):
            a, b = getattr(before, field), getattr(after, field)
            assert a is b is None or np.array_equal(a, b)
    after = [m.tokens_NC for r in recollections for _, m in r.memories]
    assert all(torch.equal(a, b) for a, b in zip(maps, after, strict=True))


def test_wrong_shapes_are_refused(runtime, features):
    still = runtime.recall(features, [Recollection()])
    with pytest.raises(ValueError, match="2 prompts for 3 objects"):
        runtime.decode(runtime.recall(features, [Recollection()] * 3), [NetworkPrompt()] * 2)
    with pytest.raises(ValueError, match="given_mask has shape"):
        runtime.decode(still, [NetworkPrompt(given_mask=np.zeros((32, 32), np.float32))])
    with pytest.raises(ValueError, match="mask_logits has shape"):
        runtime.decode(still, [NetworkPrompt(mask_logits=np.zeros((128, 128), np.float32))])
    with pytest.raises(ValueError, match="points has shape"):
        runtime.decode(still, [NetworkPrompt(np.zeros((2, 2), np.float32), np.array([1]))])
    with pytest.raises(ValueError, match="masks"):
        runtime.remember(features, np.zeros((2, 32, 32), np.float32), np.ones(1, np.float32), [True])


def test_a_network_in_training_is_copied():
    network = random_network(CONFIGS["small-lite"]).requires_grad_(True).train()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    TorchRuntime(network, "cpu").see(PICTURE)
    assert network.training
    assert all(p.requires_grad for p in network.parameters())
    assert before.keys() == network.state_dict().keys()
    assert all(torch.equal(before[name], value) for name, value in network.state_dict().items())


def test_half_precision_answers_nearly_the_same(runtime, features):
    half = TorchRuntime(runtime.network, "cpu", "bfloat16")
    answers = [r.decode(r.recall(r.see(PICTURE), [Recollection()]), prompts()[:3]) for r in (runtime, half)]
    for field in FIELDS:
        exact, rough = (getattr(a, field) for a in answers)
        assert rough.dtype == np.float32
        assert np.abs(exact - rough).max() < 0.1 * max(1, np.abs(exact).max())
    assert not np.array_equal(answers[0].iou, answers[1].iou)


def test_reports_can_say_where_it_runs(runtime):
    facts = runtime.facts
    assert facts.library == f"torch {torch.__version__}"
    assert (facts.device, facts.precision, facts.threads) == ("cpu", "float32", torch.get_num_threads())
    assert facts.parameters == sum(p.numel() for p in random_network(CONFIGS[runtime.spec.name]).parameters())
    assert facts.device_bytes is None
    runtime.wait()


@pytest.mark.parametrize("name", STILL_CONFIGS)
def test_pictures_alone(name):
    runtime = TorchRuntime(random_network(STILL_CONFIGS[name]), "cpu", own=True)
    assert runtime.spec.recent_memories == runtime.spec.pointers == 0
    assert runtime.spec.letterbox
    still = runtime.recall(runtime.see(PICTURE), [Recollection()])
    two_clicks = NetworkPrompt(np.array([[30.0, 40.5], [60, 20]], np.float32), np.array([1, 0]))
    said = [p for p in prompts() if p.given_mask is None]
    said.insert(3, two_clicks)  # as many tokens as the box, but closed by one more
    answer = runtime.decode(still, said)
    assert answer.mask_logits.shape == (6, 4, 32, 32)
    assert answer.pointers.shape == (6, 4, 0)
    for n, prompt in enumerate(said):
        assert_row(answer, n, runtime.decode(still, [prompt]))
    assert runtime.decode(runtime.recall(still.features, []), []).pointers.shape == (0, 4, 0)


def test_a_letterboxed_network_is_shown_letterboxed_pictures():
    runtime = TorchRuntime(random_network(STILL_CONFIGS["small-vit"]), "cpu", own=True)
    config = runtime.network.config
    square = prepare(PICTURE, config.picture_size, config.mean, config.deviation, letterbox=True)
    with torch.inference_mode():
        direct = runtime.network.see(torch.from_numpy(square))
    assert torch.equal(runtime.see(PICTURE).f16_BChw, direct.f16_BChw)
