"""A paper without a picture has a pattern of its own, the same for ever."""

import hashlib
from random import Random

import pytest
from django.template import Context, Engine
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from papers.cover import FAMILIES, draw, hue

IDS = [f"2501.{number:05}" for number in range(300)]


def test_a_pattern_is_the_same_for_ever():
    drawn = "".join(draw(arxiv_id) for arxiv_id in IDS)
    draw.cache_clear()
    assert "".join(draw(arxiv_id) for arxiv_id in IDS) == drawn
    # Recorded once: whoever changes it changes the face of every paper.
    assert hashlib.sha256(drawn.encode()).hexdigest()[:16] == "27cbf1e29e6c722d"


def test_two_papers_have_two_patterns():
    assert len({draw(arxiv_id) for arxiv_id in IDS}) == len(IDS)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_draws_with_the_classes_of_the_style_sheet(family):
    pattern = family(Random(1))
    assert pattern.style in ("cover-mid", "cover-fill-mid")
    assert all(layer.path.startswith("M") for layer in pattern.layers if layer.path)


@given(st.text())
def test_any_id_gives_well_formed_svg_without_style_id_or_colour(arxiv_id):
    for element in etree.fromstring(draw(arxiv_id)).iter():
        assert element.tag in ("svg", "path")
        assert not {"style", "id"} & set(element.attrib)
        assert element.get("fill", "none") == "none"
        assert element.get("stroke") is None


def test_a_pattern_weighs_about_a_kilobyte_at_most():
    assert max(len(draw(arxiv_id)) for arxiv_id in IDS) <= 1050


def test_a_pattern_is_hidden_from_assistive_technology():
    svg = etree.fromstring(draw("1706.03762"))
    assert (svg.get("aria-hidden"), svg.get("focusable")) == ("true", "false")


@given(st.text())
def test_every_name_has_one_of_twenty_four_hues(name):
    assert hue(name) in range(0, 360, 15)


@pytest.mark.parametrize(
    ("category", "degrees"), [("cs.CL", 15), ("cs.CV", 255), ("cs.LG", 150), ("cs.CR", 0), ("math.ST", 225)]
)
def test_a_category_has_its_own_hue_or_its_archives(category, degrees):
    assert hue(category) == degrees


def test_a_template_draws_the_pattern_and_names_the_hue():
    engine = Engine(libraries={"cover": "papers.templatetags.cover"})
    template = engine.from_string("{% load cover %}{% cover id %}{{ category|hue }}")
    shown = template.render(Context({"id": "1706.03762", "category": "cs.CV"}))
    assert shown == draw("1706.03762") + "hue-255"
