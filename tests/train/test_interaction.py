"""Which memories training recalls, and what one played clip gives."""

import numpy as np
import torch

from masklet.data.samples import Sample
from masklet.model.network import Decoded, Network
from masklet.train.batches import collate
from masklet.train.config import InteractionConfig, LossConfig
from masklet.train.interaction import Interaction, Remembered, preferred
from tests.train.tiny import TINY


def remembered(prompted: set[int], frames: int) -> Remembered:
    r = Remembered()
    for t in range(frames):
        r.add(torch.full((1, 1, 2), float(t)), torch.full((1, 4), float(t)), t, t in prompted)
    return r


def test_prompted_frames_have_slot_zero_and_recent_ones_their_distance() -> None:
    memories = remembered({0}, 10).recall(10, recent=6, most_pointers=16)
    assert memories is not None
    assert memories.slots_BK.tolist() == [[0, 6, 5, 4, 3, 2, 1]]
    assert memories.tokens_BKNC[0, :, 0, 0].tolist() == [0, 4, 5, 6, 7, 8, 9]
    assert memories.distances_BL.tolist() == [list(range(10, 0, -1))]


def test_nothing_is_recalled_on_the_first_frame() -> None:
    assert Remembered().recall(0, 6, 16) is None


def test_forgetting_keeps_prompted_frames() -> None:
    r = remembered({0}, 10)
    r.forget_before(8)
    assert r.frames == [0, 8, 9]


def test_the_preferred_candidate_has_the_highest_predicted_iou() -> None:
    logits = torch.arange(4.0)[None, :, None, None].expand(1, 4, 2, 2)
    answer = Decoded(logits, torch.tensor([[0.99, 0.2, 0.8, 0.5]]), torch.zeros(1), torch.arange(4.0)[None, :, None])
    mask, pointer = preferred(answer)
    assert mask[0, 0, 0] == 2 and pointer.tolist() == [[2.0]]  # mask 0 is no candidate


def test_a_clip_gives_gradients_to_every_part_of_the_network() -> None:
    torch.manual_seed(0)
    network = Network(TINY)
    rng = np.random.default_rng(0)
    masks = np.zeros((2, 3, 64, 64), np.uint8)
    masks[0, :, 10:40, 10:40] = 1
    masks[1, :2, 30:60, 20:50] = 1  # leaves on the last frame
    batch = collate([Sample(rng.integers(0, 255, (3, 64, 64, 3), np.uint8), masks, "drawn")], step=0)
    pictures = (batch.pictures_BT3HW.flatten(0, 1).float() - 127) / 128
    total = torch.zeros(())
    for mask_share, point_share in ((1.0, 0.0), (0.0, 0.5)):
        features = network.see(pictures)
        frames = [features.select(torch.tensor([t, t])) for t in range(3)]
        config = InteractionConfig(mask_share=mask_share, point_share=point_share, second_prompted_frame=1.0)
        total = total + Interaction(network, config, LossConfig(), seed=0).run(frames, batch).total
    total.backward()
    without = [n for n, p in network.named_parameters() if p.grad is None]
    assert without == ["no_memory_position"]  # kept for published weights; nothing reads it
