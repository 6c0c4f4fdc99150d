"""Tests of the four verbs: shapes, and the rules for masks, absence and memories."""

from dataclasses import replace

import pytest
import torch

from masklet.model.mask_decoder import skip_channels
from masklet.model.network import Memories
from masklet.model.prompt_encoder import Prompts
from tests.model.random_weights import random_network
from tests.model.small import CONFIGS, HIERA, STILL_CONFIGS, small_features, small_network

NAMES = list(CONFIGS)
pytestmark = pytest.mark.usefixtures("no_gradients")


@pytest.fixture
def no_gradients():
    with torch.inference_mode():
        yield


def tokens(network):
    """How many make up a memory."""
    perceiver = network.config.memory.perceiver
    return 8 * 8 if perceiver is None else perceiver.latents + perceiver.side**2


def memories(network, count=2, kept=3, pointers=4, seed=0):
    g = torch.Generator().manual_seed(seed)
    memory = network.config.memory
    return Memories(
        torch.randn(count, kept, tokens(network), memory.channels, generator=g),
        torch.arange(kept).expand(count, -1),
        torch.randn(count, pointers, network.config.channels, generator=g),
        torch.arange(1.0, pointers + 1).expand(count, -1),
    )


def clicks(count, points=1, seed=0):
    g = torch.Generator().manual_seed(seed)
    return Prompts(torch.rand(count, points, 2, generator=g) * 127, torch.randint(0, 2, (count, points), generator=g))


@pytest.mark.parametrize("name", NAMES)
def test_see(name):
    network, features = small_network(name), small_features(name, count=2)
    c = network.config.channels
    assert features.f16_BChw.shape == (2, c, 8, 8)
    if any(skip_channels(network.config)):
        assert features.f8_BCHW.shape == (2, c // 4, 16, 16)
        assert features.f4_BCHW.shape == (2, c // 8, 32, 32)
    picked = features.select(torch.tensor([1, 1, 0]))
    assert torch.equal(picked.f8_BCHW, features.f8_BCHW[[1, 1, 0]])


@pytest.mark.parametrize("name", NAMES)
def test_decode(name):
    network, features = small_network(name), small_features(name)
    f16 = network.recall(features.f16_BChw, None)
    answer = network.decode(f16, features, clicks(3))
    assert answer.mask_logits_BMHW.shape == (3, 4, 32, 32)
    assert answer.iou_BM.shape == (3, 4)
    assert answer.presence_B.shape == (3,)
    assert answer.pointers_BMC.shape == (3, 4, network.config.channels)


@pytest.mark.parametrize("name", NAMES)
def test_shared_features_answer_as_separate_ones_and_a_batch_as_its_singles(name):
    network, features = small_network(name), small_features(name)
    f16 = network.recall(features.f16_BChw, None)
    said = clicks(3)
    shared = network.decode(f16, features, said)
    each = features.select(torch.zeros(3, dtype=torch.long))
    separate = network.decode(network.recall(each.f16_BChw, None), each, said)
    for n in range(3):
        single = network.decode(f16, features, Prompts(said.points_BP2[[n]], said.labels_BP[[n]]))
        for field in ("mask_logits_BMHW", "iou_BM", "presence_B", "pointers_BMC"):
            one, same, alone = (getattr(a, field) for a in (shared, separate, single))
            assert torch.allclose(one, same, atol=1e-5)
            assert torch.allclose(one[n], alone[0], atol=1e-5)


def test_the_pointer_of_an_absent_object_is_the_one_learned_vector():
    network = random_network(HIERA)
    features = small_features("small-hiera")
    f16 = network.recall(features.f16_BChw, None)
    for bias, absent in ((-50.0, True), (50.0, False)):
        network.mask_decoder.presence_head.layers[-1].bias.fill_(bias)
        answer = network.decode(f16, features, clicks(2))
        same = (answer.pointers_BMC == network.absent_pointer).all(-1)
        assert bool((answer.presence_B > 0).all()) is not absent
        assert same.all() if absent else not same.any()


@pytest.mark.parametrize("name", NAMES)
def test_a_given_mask_is_its_own_answer(name):
    network, features = random_network(CONFIGS[name]), small_features(name)
    network.mask_decoder.presence_head.layers[-1].bias.fill_(50)  # the decoder's own view of it counts as well
    masks = torch.zeros(2, 1, 128, 128)
    masks[0, :, 32:96, 16:64] = 1
    answer = network.read_given_mask(features, masks)
    for m in range(4):
        logits = answer.mask_logits_BMHW[:, m]
        assert logits[0, 16, 8] == pytest.approx(10, abs=1e-4)
        assert torch.equal(logits > 0, torch.nn.functional.avg_pool2d(masks, 4)[:, 0] > 0.5)
    assert (answer.iou_BM == 1).all()
    assert answer.presence_B.tolist() == [10, -10]
    assert not torch.allclose(answer.pointers_BMC[0, 0], network.absent_pointer[0])
    assert (answer.pointers_BMC[1] == network.absent_pointer).all()


@pytest.mark.parametrize("name", NAMES)
def test_nothing_remembered_adds_one_vector(name):
    network, f16 = small_network(name), small_features(name).f16_BChw
    assert torch.allclose(network.recall(f16, None) - f16, network.no_memory[..., None, None].expand_as(f16), atol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_recall_cares_for_slots_and_distances_and_not_for_the_order_told(name):
    network = small_network(name)
    f16 = small_features(name).f16_BChw.expand(2, -1, -1, -1)
    told = memories(network)
    answer = network.recall(f16, told)
    assert answer.shape == f16.shape
    turned = Memories(*(x.flip(1) for x in (told.tokens_BKNC, told.slots_BK, told.pointers_BLC, told.distances_BL)))
    assert torch.allclose(network.recall(f16, turned), answer, atol=1e-4)
    for other in (
        replace(told, slots_BK=told.slots_BK.flip(1)),
        replace(told, distances_BL=told.distances_BL.flip(1)),
        replace(told, distances_BL=-told.distances_BL),
        replace(told, pointers_BLC=told.pointers_BLC + 1),
        replace(told, tokens_BKNC=told.tokens_BKNC + 1),
    ):
        assert not torch.allclose(network.recall(f16, other), answer, atol=1e-5)


def test_slot_numbers_name_the_rows_of_the_time_embedding():
    """Row 0 is the frame just before, the last row the prompted frames: published weights are ordered so."""
    network = random_network(HIERA)
    f16 = small_features("small-hiera").f16_BChw
    network.memory_time.zero_()
    network.memory_time[-1].fill_(3)
    told = memories(network, count=1, kept=1, pointers=0)
    prompted, before, last = (
        network.recall(f16, replace(told, slots_BK=torch.tensor([[slot]])))
        for slot in (0, 1, network.config.memory.recent)
    )
    assert torch.allclose(before, last)
    assert not torch.allclose(prompted, before)


def test_pointers_without_memories_are_recalled():
    network = small_network("small-hiera")
    f16 = small_features("small-hiera").f16_BChw
    told = memories(network, count=1, kept=0)
    assert network.recall(f16, told).shape == f16.shape


def test_the_first_release_does_not_know_how_long_ago_a_pointer_is():
    config = replace(HIERA, memory=replace(HIERA.memory, pointer_time=False, absent_embedding=False))
    network = random_network(config)
    f16 = small_features("small-hiera").f16_BChw.expand(2, -1, -1, -1)
    told = memories(network)
    later = replace(told, distances_BL=told.distances_BL + 5)
    assert torch.equal(network.recall(f16, told), network.recall(f16, later))
    logits, certain = torch.randn(2, 32, 32), torch.zeros(2, dtype=torch.bool)
    gone, there = (network.remember(f16, logits, torch.full((2,), p), certain) for p in (-1.0, 1.0))
    assert torch.equal(gone, there)


@pytest.mark.parametrize("name", NAMES)
def test_remember_marks_the_absent(name):
    network, f16 = small_network(name), small_features(name).f16_BChw
    logits = torch.randn(1, 32, 32).expand(2, -1, -1)
    there, gone = network.remember(f16, logits, torch.tensor([3.0, -3.0]), torch.zeros(2, dtype=torch.bool))
    assert there.shape == (tokens(network), network.config.memory.channels)
    if network.config.memory.perceiver is None:
        assert torch.allclose(gone - there, network.absent_memory.expand_as(there), atol=1e-5)
    else:
        assert not torch.allclose(gone, there, atol=1e-3)


@pytest.mark.parametrize("name", NAMES)
def test_only_the_sign_of_a_certain_mask_is_remembered(name):
    network, f16 = small_network(name), small_features(name).f16_BChw
    logits = torch.randn(1, 128, 128)
    both = torch.cat([logits, logits * 0.1])
    present = torch.ones(2)
    sure = network.remember(f16, both, present, torch.tensor([True, True]))
    unsure = network.remember(f16, both, present, torch.tensor([False, False]))
    assert torch.allclose(sure[0], sure[1], atol=1e-5)
    assert not torch.allclose(unsure[0], unsure[1], atol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_memories_that_do_not_count_change_nothing(name):
    network, features = small_network(name), small_features(name)
    full = memories(network)
    few = Memories(full.tokens_BKNC[:, :2], full.slots_BK[:, :2], full.pointers_BLC[:, :1], full.distances_BL[:, :1])
    filled = replace(
        full,
        has_memory_BK=torch.tensor([[True, True, False]] * 2),
        has_pointer_BL=torch.tensor([[True, False, False, False]] * 2),
    )
    f16 = features.f16_BChw.expand(2, -1, -1, -1)
    assert torch.allclose(network.recall(f16, filled), network.recall(f16, few), atol=1e-5)
    assert not torch.allclose(network.recall(f16, filled), network.recall(f16, full), atol=1e-4)


@pytest.mark.parametrize("name", STILL_CONFIGS)
def test_what_knows_pictures_alone_has_no_memory(name):
    network, features = small_network(name), small_features(name)
    assert network.recall(features.f16_BChw, None) is features.f16_BChw
    assert not any("memory" in part for part in network.state_dict())
    with pytest.raises(ValueError, match=f"{name} knows pictures alone"):
        network.recall(features.f16_BChw, memories(small_network("small-hiera"), count=1))
    answer = network.decode(features.f16_BChw, features, clicks(3))
    assert answer.mask_logits_BMHW.shape == (3, 4, 32, 32)
    assert answer.pointers_BMC.shape == (3, 4, 0)
    assert (answer.presence_B > 0).all()


def test_a_picture_of_which_nothing_is_remembered_is_marked_also_without_a_memory():
    network = random_network(replace(HIERA, memory=None))
    f16 = small_features("small-hiera").f16_BChw
    marked = network.recall(f16, None) - f16
    assert torch.allclose(marked, network.no_memory[..., None, None].expand_as(f16), atol=1e-5)
