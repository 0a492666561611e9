"""Every test of pictures has a store of its own."""

import pytest


@pytest.fixture(autouse=True)
def _own_store(media_root):
    pass
