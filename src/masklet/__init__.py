"""masklet follows anything through a video from one click."""

__version__ = "0.1.0"
