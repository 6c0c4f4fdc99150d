from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def frames(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for the picture files of drawn items."""
    return tmp_path_factory.mktemp("frames")
