"""masklet follows anything through a video from one click.

>>> import masklet
>>> net = masklet.load()
>>> video = net.open_video("dog.mp4")
>>> video.prompt("dog", frame=0, points=[(420, 310)])
>>> for frame in video.track():
...     frame["dog"].mask
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from masklet.errors import InputError, MediaError, ModelError, OutputError, PromptError
    from masklet.net import Net, load
    from masklet.session.replay import replay
    from masklet.values import Candidate, Frame, Masklet, ObjectFrame, Prompt

__version__ = "0.1.0"

__all__ = [
    "Candidate",
    "Frame",
    "InputError",
    "Masklet",
    "MediaError",
    "ModelError",
    "Net",
    "ObjectFrame",
    "OutputError",
    "Prompt",
    "PromptError",
    "load",
    "replay",
]

# Imported when first used, so that `import masklet` takes no time.
_HOMES = {
    **dict.fromkeys(("InputError", "MediaError", "ModelError", "OutputError", "PromptError"), "masklet.errors"),
    **dict.fromkeys(("Net", "load"), "masklet.net"),
    **dict.fromkeys(("Candidate", "Frame", "Masklet", "ObjectFrame", "Prompt"), "masklet.values"),
    "replay": "masklet.session.replay",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'masklet' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
