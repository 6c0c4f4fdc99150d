"""What is known of the published weights: where they are handed out, their hashes, and their makers' figures.

Hashes are those by which several public projects, independent of each other, check the same files; none is known for
EdgeTAM's, and of EfficientTAM's for one. Figures are the publishers', not masklet's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from types import MappingProxyType

SAV_TEST, MOSE, SA23_1, SA23_5, SPEED = (
    "SA-V test, J&F",
    "MOSE val, J&F",
    "SA-23, mIoU at 1 click",
    "SA-23, mIoU at 5 clicks",
    "frames a second, A100",
)
SAM2_PAPER = "SAM 2 (Ravi et al. 2024), arXiv:2408.00714"
SAM2_REPOSITORY = "the README of facebookresearch/sam2"
SAM_PAPER = "Segment Anything (Kirillov et al. 2023), arXiv:2304.02643"
MOBILE_SAM_PAPER = "Faster Segment Anything (Zhang et al. 2023), arXiv:2306.14289"
EDGETAM_PAPER = "EdgeTAM (Zhou et al. 2025), arXiv:2501.07256"
EFFICIENTTAM_PAPER = "Efficient Track Anything (Xiong et al. 2024), arXiv:2411.18933"


@dataclass(frozen=True)
class Figure:
    """A published figure. what: the set and the measure. value: in percent, or frames a second. source: who says so."""

    what: str
    value: float
    source: str


@dataclass(frozen=True)
class Published:
    """Where a model's weights come from.

    url: of the file its makers hand out. sha256: of that file, None where none is known. makers: who published it.
    paper: that describes it. figures: as published.
    """

    name: str
    url: str
    sha256: str | None
    makers: str
    paper: str
    figures: tuple[Figure, ...] = ()

    @property
    def suffix(self) -> str:
        """The file's ending: .pt or .pth."""
        return PurePosixPath(self.url).suffix

    def figure(self, what: str) -> float | None:
        """A figure's value; None when it was not published."""
        return next((one.value for one in self.figures if one.what == what), None)


def _sam2(release: str, folder: str, size: str, sha256: str, *figures: Figure) -> Published:
    file = f"{release}_hiera_{size.replace('+', '_plus')}.pt"
    url = f"https://dl.fbaipublicfiles.com/segment_anything_2/{folder}/{file}"
    return Published(f"{release}-{size}", url, sha256, "Meta", SAM2_PAPER, figures)


def _videos(sav: float, mose: float, speed: float | None = None, source: str = SAM2_REPOSITORY) -> tuple[Figure, ...]:
    found = [Figure(SAV_TEST, sav, source), Figure(MOSE, mose, source)]
    return (*found, Figure(SPEED, speed, source)) if speed is not None else tuple(found)


def _pictures(one: float, five: float, source: str) -> tuple[Figure, ...]:
    return Figure(SA23_1, one, source), Figure(SA23_5, five, source)


def _sam(size: str, digits: str, sha256: str, *figures: Figure) -> Published:
    url = f"https://dl.fbaipublicfiles.com/segment_anything/sam_vit_{size}_{digits}.pth"
    return Published(f"sam-vit-{size}", url, sha256, "Meta", SAM_PAPER, figures)


def _efficienttam(which: str, sha256: str | None = None) -> Published:
    url = f"https://huggingface.co/yunyangx/efficient-track-anything/resolve/main/efficienttam_{which}.pt"
    return Published(f"efficienttam-{which.replace('_', '-')}", url, sha256, "Meta", EFFICIENTTAM_PAPER)


_ALL = (
    _sam2(
        "sam2", "072824", "tiny", "65b50056e05bcb13694174f51bb6da89c894b57b75ccdf0ba6352c597c5d1125",
        *_videos(75.0, 70.9),
    ),
    _sam2(
        "sam2", "072824", "small", "95949964d4e548409021d47b22712d5f1abf2564cc0c3c765ba599a24ac7dce3",
        *_videos(74.9, 71.5),
    ),
    _sam2(
        "sam2", "072824", "base+", "d0bb7f236400a49669ffdd1be617959a8b1d1065081789d7bbff88eded3a8071",
        *_videos(74.7, 72.8), *_pictures(61.4, 83.7, SAM2_PAPER),
    ),
    _sam2(
        "sam2", "072824", "large", "7442e4e9b732a508f80e141e7c2913437a3610ee0c77381a66658c3a445df87b",
        *_videos(76.0, 74.6),
    ),
    _sam2(
        "sam2.1", "092824", "tiny", "7402e0d864fa82708a20fbd15bc84245c2f26dff0eb43a4b5b93452deb34be69",
        *_videos(76.5, 71.8, 91),
    ),
    _sam2(
        "sam2.1", "092824", "small", "6d1aa6f30de5c92224f8172114de081d104bbd23dd9dc5c58996f0cad5dc4d38",
        *_videos(76.6, 73.5, 85),
    ),
    _sam2(
        "sam2.1", "092824", "base+", "a2345aede8715ab1d5d31b4a509fb160c5a4af1970f199d9054ccfb746c004c5",
        *_videos(78.2, 73.7, 64), *_pictures(61.9, 83.5, EDGETAM_PAPER),
    ),
    _sam2(
        "sam2.1", "092824", "large", "2647878d5dfa5098f2f8649825738a9345572bae2d4350a2468587ece47dd318",
        *_videos(79.5, 74.6, 40),
    ),
    _sam("b", "01ec64", "ec2df62732614e57411cdcf32a23ffdf28910380d03139ee0f4fcbe91eb8c912"),
    _sam("l", "0b3195", "3adcc4315b642a4d2101128f611684e8734c41232a17c648ed1693702a49a622"),
    _sam(
        "h", "4b8939", "a7bf3b02f3ebf1267aba913ff637d9a2d5c33d3173bb679e46d9f338c26f262e",
        *_pictures(58.1, 81.3, SAM2_PAPER),
    ),
    Published(
        "mobile-sam",
        "https://github.com/ChaoningZhang/MobileSAM/raw/master/weights/mobile_sam.pt",
        "6dbb90523a35330fedd7f1d3dfc66f995213d81b29a5ca8108dbcdd4e37d6c2f",
        "Chaoning Zhang and others",
        MOBILE_SAM_PAPER,
    ),
    Published(
        "edgetam",
        "https://github.com/facebookresearch/EdgeTAM/raw/main/checkpoints/edgetam.pt",
        None,
        "Meta",
        EDGETAM_PAPER,
        _videos(71.7, 70.0, source=EDGETAM_PAPER),
    ),
    _efficienttam("s", "2b572be30d9e96ee29c8d785fe157c6b079ede7d56fbc8a3671d4120e63c89cd"),
    *(_efficienttam(which) for which in ("s_512x512", "s_1", "s_2", "ti", "ti_512x512", "ti_1", "ti_2")),
)  # fmt: skip
PUBLISHED: Mapping[str, Published] = MappingProxyType({one.name: one for one in _ALL})
