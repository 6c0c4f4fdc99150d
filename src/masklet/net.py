"""A loaded network, ready for pictures, videos and streams."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from masklet.errors import ModelError
from masklet.runtime.protocol import Runtime

if TYPE_CHECKING:
    from masklet.media.frames import FrameSource
    from masklet.media.picture import PictureSource
    from masklet.session.everything import Region, Sieve
    from masklet.session.image import ImageSession
    from masklet.session.memory import MemoryPolicy
    from masklet.session.stream import StreamSession
    from masklet.session.video import VideoSession


class Net:
    """What `masklet.load` gives. It keeps no state of its own: any number of sessions share it."""

    def __init__(self, runtime: Runtime, *, source: str | Path | None = None, fine: bool | None = None) -> None:
        """runtime: where the network runs. source: the name or path that its weights were loaded from. fine: what
        `open_image`, `open_video` and `open_stream` take when they are not told."""
        self._runtime = runtime
        self._source = source
        self._fine = fine

    def __repr__(self) -> str:
        return f"<masklet network {self.name}>"

    @property
    def name(self) -> str:
        """The model's name."""
        return self._runtime.spec.name

    @property
    def runtime(self) -> Runtime:
        """Where the network runs, for those who open sessions themselves."""
        return self._runtime

    def open_image(self, source: PictureSource, *, fine: bool | None = None) -> ImageSession:
        """A picture to point at: a path, a PIL image or an HxWx3 uint8 RGB array. Raises MediaError.

        fine: look at small objects again through a window of their own, each at the price of opening a picture; by
        default where the network gains by it (nano).
        """
        from masklet.session.image import ImageSession

        return ImageSession(self._runtime, source, fine=self._fine if fine is None else fine)

    def open_video(
        self,
        source: FrameSource | str | os.PathLike[str] | Sequence[Any] | NDArray[Any],
        *,
        policy: str | MemoryPolicy = "sam2",
        exclusive: bool = False,
        fine: bool | None = None,
        autosave: str | os.PathLike[str] | None = None,
    ) -> VideoSession:
        """A video to follow objects through: a file, a folder of pictures, or a list of pictures.

        policy: what objects remember and recall. exclusive: no two objects overlap. fine: small objects are looked at
        again through windows of their own, on every frame (finer outlines, at less than half the speed) or never; by
        default where they are prompted, if the network gains by it (nano). autosave: a new file that the prompt log is
        written to as it grows. Raises MediaError, OutputError for `autosave`, and ModelError when the model knows
        pictures alone.
        """
        from masklet.session.video import VideoSession

        fine = self._fine if fine is None else fine
        return VideoSession(self._runtime, source, policy=policy, exclusive=exclusive, fine=fine, autosave=autosave)

    def open_stream(
        self, *, policy: str | MemoryPolicy = "sam2", exclusive: bool = False, fine: bool | None = None
    ) -> StreamSession:
        """A stream without a known end, say a camera: pictures are handed in one by one, memory stays constant.

        policy, exclusive, fine: see `open_video`.

        Raises ModelError when the model knows pictures alone.
        """
        from masklet.session.stream import StreamSession

        fine = self._fine if fine is None else fine
        return StreamSession(self._runtime, policy=policy, exclusive=exclusive, fine=fine)

    def everything(
        self,
        source: PictureSource,
        *,
        grid: int = 32,
        crop_layers: int = 0,
        sieve: Sieve | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> list[Region]:
        """All objects of a picture, best first: see `masklet.session.everything.segment_everything`."""
        from masklet.session.everything import segment_everything

        return segment_everything(
            self._runtime, source, grid=grid, crop_layers=crop_layers, sieve=sieve, progress=progress
        )

    @classmethod
    def from_pretrained(
        cls,
        repository: str | os.PathLike[str],
        *,
        revision: str | None = None,
        token: str | bool | None = None,
        cache_dir: str | Path | None = None,
        local_files_only: bool = False,
        device: str = "auto",
        precision: str = "auto",
        runtime: str = "auto",
        strict: bool = False,
        fine: bool | None = None,
    ) -> Net:
        """A network from a repository of the Hugging Face hub ("facebook/sam2.1-hiera-tiny", one of your own), or from
        a folder that `save_pretrained` wrote.

        revision: branch, tag or commit. token: for private repositories. cache_dir: instead of the hub's own cache.
        device, precision, runtime, strict, fine: see `masklet.load`.
        Needs masklet[hub]. Raises ModelError when it cannot be had, or holds no weights that masklet knows.
        """
        return _hub_net().from_pretrained(
            os.fspath(repository),
            revision=revision,
            token=token,
            cache_dir=cache_dir,
            local_files_only=local_files_only,
            device=device,
            precision=precision,
            runtime=runtime,
            strict=strict,
            fine=fine,
        )

    def save_pretrained(self, folder: str | os.PathLike[str]) -> None:
        """Write the weights, in masklet's layout, and a card into a folder that `from_pretrained` reads.

        Needs masklet[hub]. Raises ModelError when the weights have no such layout, OutputError when the folder cannot
        be written.
        """
        _hub_net()(self._runtime, source=self._source).save_pretrained(Path(folder))

    def push_to_hub(
        self,
        repository: str,
        *,
        private: bool | None = None,
        token: str | None = None,
        branch: str | None = None,
        commit_message: str = "Weights for masklet",
    ) -> str:
        """Write what `save_pretrained` writes into a repository of the Hugging Face hub, made when missing; gives its
        address. token: that may write there; by default the one that `hf auth login` stored.

        Needs masklet[hub]. Raises ModelError when the hub refuses or cannot be reached.
        """
        return _hub_net()(self._runtime, source=self._source).push_to_hub(
            repository, private=private, token=token, branch=branch, commit_message=commit_message
        )


def _hub_net() -> Any:
    try:
        from masklet.hub.pretrained import HubNet
    except ModuleNotFoundError as error:
        if error.name is None or not error.name.startswith("huggingface_hub"):
            raise
        raise ModelError('the Hugging Face hub needs its library: pip install "masklet[hub]"') from None
    return HubNet


def load(
    model: str | Path = "nano",
    device: str = "auto",
    precision: str = "auto",
    *,
    runtime: str = "auto",
    strict: bool = False,
    fine: bool | None = None,
) -> Net:
    """A network by its name, or from a checkpoint's path.

    model: "nano" comes with the package; `masklet models list` tells the others. device: "auto", "cpu", "cuda", …
    precision: "auto", "float32", "bfloat16" or "float16". runtime: what computes: "torch", "openvino" (on the CPU,
    without torch), or "auto" for what suits; `net.runtime.facts` tells what was chosen. strict: follow SAM 2's
    published code also where masklet differs from it on purpose: how pictures are resized, memories kept, late
    corrections treated and automatic masks sifted (docs/how-to/published-weights.md lists all of it). fine: whether
    small objects are looked at again through windows of their own, see `Net.open_video`.
    Raises ModelError for an unknown name, for a file that is missing, broken or of another kind, and when what should
    compute is not installed.
    """
    from masklet.runtime import load_runtime

    return Net(load_runtime(model, device, precision, runtime=runtime, strict=strict), source=model, fine=fine)
