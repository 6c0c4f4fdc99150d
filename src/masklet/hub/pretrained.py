"""Networks from the Hugging Face hub and to it, through huggingface_hub's own mixin. Needs masklet[hub]."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from huggingface_hub import HfApi, ModelCard, ModelHubMixin, snapshot_download
from huggingface_hub.errors import (
    EntryNotFoundError,
    HfHubHTTPError,
    HFValidationError,
    LocalEntryNotFoundError,
    RepositoryNotFoundError,
)

from masklet import __version__
from masklet.errors import ModelError
from masklet.media.files import make_folder
from masklet.net import Net, load
from masklet.runtime.catalogue import HUB_FILES, KEPT_SUFFIXES, find_weights

WEIGHTS = "model.safetensors"
# config.json: by requests of it the hub counts downloads
_USUAL = ["config.json", "model.safetensors", "model.safetensors.index.json", "model-*.safetensors"]
_PUBLISHED = ["config.json", "*.pt", "*.pth", "*.safetensors", "pytorch_model.bin"]
_HTTP_LIBRARIES = ("requests", "httpx", "httpx2", "httpcore", "httpcore2")


class HubNet(ModelHubMixin, Net):
    """A Net with the mixin's three methods; `Net.from_pretrained` and its siblings lead here."""

    def _save_pretrained(self, save_directory: Path) -> None:
        from masklet.runtime.checkpoints import convert

        if self._source is None:
            raise ModelError(f"{self.name} was not loaded from weights, so there are none to write")
        make_folder(save_directory)
        convert(find_weights(self._source), save_directory / WEIGHTS, "masklet")

    def save_pretrained(self, save_directory: str | Path, **how: Any) -> str | None:  # type: ignore[override]
        """As the mixin's, with a config.json that names the network: by it the hub counts downloads."""
        config = {"library_name": "masklet", "masklet": __version__, "network": self.name}
        return super().save_pretrained(save_directory, **{**how, "config": config})

    def generate_model_card(self, *_: Any, **__: Any) -> ModelCard:
        """A short one; who publishes weights adds the data, the figures and the licence."""
        return ModelCard(
            "---\nlibrary_name: masklet\npipeline_tag: mask-generation\ntags:\n- masklet\n- video-segmentation\n---\n\n"
            f"# {self.name}, for masklet\n\nWeights of the network `{self.name}` in masklet's layout. In Python, with "
            'the name of this repository:\n\n    net = masklet.Net.from_pretrained("OWNER/NAME")\n'
        )

    def push_to_hub(self, repo_id: str, **how: Any) -> str:  # type: ignore[override]
        """As the mixin's; what goes wrong is a ModelError."""
        with _told(repo_id):
            return str(super().push_to_hub(repo_id, **how))

    @classmethod
    def from_pretrained(cls, repository: str, **how: Any) -> HubNet:  # type: ignore[override]
        """As the mixin's, but a repository needs no config.json, also offline; what goes wrong is a ModelError."""
        with _told(repository):
            return cls._from_pretrained(model_id=repository, **how)

    @classmethod
    def _from_pretrained(
        cls,
        *,
        model_id: str,
        revision: str | None,
        cache_dir: str | Path | None,
        local_files_only: bool,
        token: str | bool | None,
        force_download: bool = False,
        device: str = "auto",
        precision: str = "auto",
        runtime: str = "auto",
        strict: bool = False,
        fine: bool | None = None,
        **_: Any,
    ) -> HubNet:
        folder = Path(model_id)
        if not folder.is_dir():
            how = {"revision": revision, "cache_dir": cache_dir, "token": token, "force_download": force_download}
            folder = _cached(model_id, how) if local_files_only else _downloaded(model_id, how)
        weights = _weights_in(folder, model_id)
        net = load(weights, device=device, precision=precision, runtime=runtime, strict=strict)
        return cls(net.runtime, source=weights, fine=fine)


def _downloaded(repository: str, how: dict[str, Any]) -> Path:
    """A repository's folder with what the hub's own libraries load, or else with what the weights' makers published."""
    files = HfApi().list_repo_files(repository, revision=how["revision"], token=how["token"])
    usual = any(name in HUB_FILES[:2] for name in files)
    return Path(snapshot_download(repository, allow_patterns=_USUAL if usual else _PUBLISHED, **how))


def _cached(repository: str, how: dict[str, Any]) -> Path:
    """The same offline, where nobody tells which files the repository has."""
    with suppress(LocalEntryNotFoundError):
        folder = Path(snapshot_download(repository, allow_patterns=_USUAL, local_files_only=True, **how))
        if any((folder / name).is_file() for name in HUB_FILES):
            return folder
    return Path(snapshot_download(repository, allow_patterns=_PUBLISHED, local_files_only=True, **how))


def _weights_in(folder: Path, repository: str) -> Path:
    """What to load from a repository's folder: the folder itself, or the only weights file in it."""
    if any((folder / name).is_file() for name in HUB_FILES):
        return folder
    files = sorted(path for suffix in KEPT_SUFFIXES for path in folder.glob(f"*{suffix}"))
    if len(files) == 1:
        return files[0]
    if not files:
        raise ModelError(f"{repository} holds no weights: neither {WEIGHTS} nor a .pt or .pth file")
    raise ModelError(f"{repository} holds {len(files)} weights files: fetch one and load its path")


@contextmanager
def _told(repository: str) -> Iterator[None]:
    try:
        yield
    except RepositoryNotFoundError:
        raise ModelError(
            f"the hub has no repository {repository}, or it is private: give its name, and a token"
        ) from None
    except HFValidationError:
        raise ModelError(f"{repository} is neither a folder nor a repository's name, OWNER/NAME") from None
    except EntryNotFoundError as error:
        raise ModelError(f"{repository}: {_line(error)}") from None
    except HfHubHTTPError as error:
        raise ModelError(f"the hub refuses {repository}: {_line(error)}") from None
    except Exception as error:
        # which HTTP library the hub's own uses, and so whose errors these are, has changed twice
        if not isinstance(error, OSError) and type(error).__module__.split(".")[0] not in _HTTP_LIBRARIES:
            raise
        raise ModelError(f"the hub cannot be reached for {repository}: {_line(error)}") from None


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
