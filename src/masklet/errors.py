"""What a user can mend. Everything else that is raised is masklet's own fault."""


class InputError(ValueError):
    """The input was wrong. The text is one line: what, where, and how to mend it."""


class MediaError(InputError):
    """A file is missing, broken, or not a picture or video that FFmpeg and Pillow read."""


class PromptError(InputError):
    """A prompt does not fit the picture, the video, or the objects there are."""


class ModelError(InputError):
    """A model's name is unknown, or its file is missing, broken or of another kind."""


class OutputError(InputError):
    """A result cannot be written where it was asked for."""
