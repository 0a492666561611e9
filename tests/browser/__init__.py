"""Journeys of readers through the real site in a real browser."""

import pytest

with_and_without_scripts = pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "no scripts"])
