"""A pale pattern for a paper without a picture, drawn from its id: the same for ever, on every machine."""

import hashlib
import math
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import combinations, groupby
from random import Random
from typing import NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

WIDTH, HEIGHT = 640, 360

# A hue per primary category, in degrees of oklch: those that often stand side by side differ most. A category that is
# not named has its archive's.
HUES = {
    name: hue
    for hue, names in {
        0: "cs.CR",
        15: "cs.CL",
        30: "cs.DB",
        45: "cs.SE cs.AR econ",
        60: "cs.IR q-fin",
        75: "cs.CE eess.SY",
        90: "cs.RO",
        105: "cs.GT cs.SI nlin",
        120: "cs.CY cond-mat",
        135: "q-bio stat.ME",
        150: "cs.LG stat",
        165: "stat.ML",
        180: "cs.IT eess.SP physics",
        195: "cs.SD cs.NI eess",
        210: "cs.DC eess.AS",
        225: "math cs.DS cs.CC",
        240: "math-ph cs.CG eess.IV",
        255: "cs.CV",
        270: "cs.GR astro-ph",
        285: "cs.MA quant-ph gr-qc",
        300: "cs.AI hep-th",
        315: "cs.LO cs.PL hep-ph hep-ex hep-lat",
        330: "cs.NE cs.MM nucl-th nucl-ex",
        345: "cs.HC",
    }.items()
    for name in names.split()
}
# The golden angle in radians, by which a sunflower sets one seed after the other.
GOLDEN = math.pi * (3 - math.sqrt(5))


class Layer(NamedTuple):
    """One path of a pattern: SVG path data, its opacity from 0 to 1, the width of its line (0 where it is filled)."""

    path: str
    opacity: float
    width: float = 2


class Pattern(NamedTuple):
    """What a family draws. The style sheet gives `cover-mid` a stroke, `cover-fill-mid` a fill of its hue."""

    layers: list[Layer]
    style: str = "cover-mid"
    dash: str = ""


def hue(name: str) -> int:
    """The hue of a category such as `cs.CV`, in degrees: 0 to 345 in steps of 15. Any other name, an arXiv id say,
    has one too, always the same."""
    for known in (name, name.partition(".")[0]):
        if known in HUES:
            return HUES[known]
    return 15 * (_digest(name) % 24)


@lru_cache(maxsize=4096)
def draw(arxiv_id: str) -> SafeString:
    """The pattern as an inline SVG of about 900 bytes, 640 × 360 units, without a colour of its own.

    It is strongest in the upper right and leaves the lower left, where the sentence stands, almost empty.
    """
    seed = _digest(arxiv_id)
    # Only `random()` of this generator is promised to give the same numbers in every version of Python.
    pattern = FAMILIES[seed % len(FAMILIES)](Random(seed))
    return format_html(
        '<svg class="{}" viewBox="0 0 640 360" preserveAspectRatio="xMidYMid slice" aria-hidden="true"'
        ' focusable="false" fill="none" stroke-linecap="round"{}>{}</svg>',
        pattern.style,
        format_html(' stroke-dasharray="{}"', pattern.dash) if pattern.dash else "",
        format_html_join("", '<path opacity="{}" stroke-width="{}" d="{}"/>', _paths(pattern.layers)),
    )


def _paths(layers: list[Layer]) -> Iterator[tuple[str, str, str]]:
    for (opacity, width), alike in groupby(layers, lambda layer: (layer.opacity, layer.width)):
        yield f"{opacity:.2g}".removeprefix("0"), f"{width:g}", "".join(layer.path for layer in alike)


def _digest(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8])


def _nearness(x: float, y: float) -> float:
    """1 in the upper right corner, 0 in the lower left one and beyond."""
    return max(0.0, min(1.0, (x / WIDTH) * 0.65 + (1 - y / HEIGHT) * 0.75 - 0.3))


def _waves(random: Random) -> Pattern:
    """Lines of a calm sea, each a little out of step with the one above."""
    length, height, drift = 70 + 60 * random.random(), 14 + 14 * random.random(), 40 * random.random() - 20
    layers = []
    for row in range(8):
        half = round(length * (0.8 + 0.4 * random.random()))
        start = -half - round(row * drift) % half
        turns = " ".join(f"{half} {round(6 * random.random() - 3)}" for _ in range((WIDTH - start) // half))
        path = f"M{start} {14 + 27 * row}q{half // 2}-{round(height * (1.25 - 0.09 * row))} {half} 0t{turns}"
        layers.append(Layer(path.replace(" -", "-"), 0.95 - 0.19 * (row // 2)))
    return Pattern(layers)


def _rings(random: Random) -> Pattern:
    """Rings on water, dropped in the upper right."""
    x, y, gap = round(470 + 130 * random.random()), round(40 + 90 * random.random()), 16 + 10 * random.random()
    layers = []
    for ring in range(1, 11):
        radius = round(gap * ring)
        half = f"{radius} {radius} 0 1 0"
        path = f"M{x - radius} {y}a{half} {2 * radius} 0 {half}-{2 * radius} 0"
        layers.append(Layer(path, 1 - 0.16 * (ring // 2), 4 - 0.5 * (ring // 2)))
    return Pattern(layers)


def _halftone(random: Random) -> Pattern:
    """A printer's screen: dots on diagonals, large in the upper right and smaller with every diagonal."""
    step, swing, phase = round(24 + 10 * random.random()), 0.5 + random.random(), math.tau * random.random()
    layers = []
    for diagonal, x in enumerate(range(WIDTH + step, 0, -2 * step)):
        fade = 1 - diagonal * 2 * step / (WIDTH + 60)
        width = step * 0.62 * fade * (0.8 + 0.2 * math.sin(phase + swing * diagonal))
        length = max(WIDTH + step - x, 2 * step)
        layers.append(Layer(f"M{x}-{step}l{length} {length}", 0.9, round(width, 1)))
    return Pattern(layers, dash=f"0 {step * math.sqrt(2):.2f}")


def _mosaic(random: Random) -> Pattern:
    """Square tiles, fewer and paler towards the text."""
    size = (40, 64, 80)[int(3 * random.random())]
    shades: list[list[str]] = [[], [], []]
    for y in range(0, HEIGHT - size, size):
        for x in range(WIDTH - size, -1, -size):
            if random.random() < 0.95 * _nearness(x + size, y) ** 1.3:
                shades[int(3 * random.random())].append(f"M{x} {y}h{size}v{size}h-{size}")
    return _tiled(shades, 12)


def _quarters(random: Random) -> Pattern:
    """Quarter discs in a grid, turned at random."""
    size = 80
    shades: list[list[str]] = [[], [], []]
    for y in range(0, 280, size):
        for x in range(WIDTH - size, -1, -size):
            if random.random() < 1.15 * _nearness(x + size, y):
                left, top = random.random() < 0.5, random.random() < 0.5
                across, down = (size if left else -size), (size if top else -size)
                corner = f"M{x if left else x + size} {y if top else y + size}h{across}"
                arc = f"a{size} {size} 0 0 {int(left == top)} {-across} {down}".replace(" -", "-")
                shades[int(3 * random.random())].append(corner + arc)
    return _tiled(shades, 7)


def _tiled(shades: list[list[str]], most: int) -> Pattern:
    opacities = (0.3, 0.55, 0.85)
    layers = [Layer("".join(tiles[:most]), opacity, 0) for tiles, opacity in zip(shades, opacities, strict=True)]
    return Pattern(layers, "cover-fill-mid")


def _contours(random: Random) -> Pattern:
    """The contour lines of a hill on a map."""
    x, y = 480 + 90 * random.random(), 60 + 70 * random.random()
    bumps = [(turns, math.tau * random.random(), (0.08 + 0.26 * random.random()) / turns) for turns in (1, 2, 3)]
    layers = []
    for line in range(1, 6):
        points = []
        for corner in range(7):
            angle = corner * math.tau / 7
            radius = 46 * line * (1 + sum(size * math.sin(turns * angle + phase) for turns, phase, size in bumps))
            points.append((round(x + 1.35 * radius * math.cos(angle)), round(y + radius * math.sin(angle))))
        layers.append(Layer(_loop(points), 0.95 - 0.28 * (line // 2), 2.2))
    return Pattern(layers)


def _loop(points: list[tuple[int, int]]) -> str:
    """A smooth closed path through the points; the tangent at each runs along the line between its neighbours."""
    count = len(points)
    path = "M{} {}".format(*points[0])
    for place, (x, y) in enumerate(points):
        (left, upper), (a, b), (c, d) = points[place - 1], points[(place + 1) % count], points[(place + 2) % count]
        if place == 0:
            path += f"c{(a - left) // 6} {(b - upper) // 6} "
        else:
            path += "s"
        path += f"{a - x - (c - x) // 6} {b - y - (d - y) // 6} {a - x} {b - y}"
    return path.replace(" -", "-")


def _constellation(random: Random) -> Pattern:
    """Stars in the upper right, each joined to its neighbours."""
    stars: list[tuple[int, int]] = []
    while len(stars) < 20:
        x, y = round(WIDTH * random.random()), round(260 * random.random())
        is_apart = all(math.dist((x, y), star) > 45 for star in stars)
        if random.random() < 1.4 * _nearness(x, y) ** 2 and is_apart:
            stars.append((x, y))
    pairs = sorted(combinations(stars, 2), key=lambda pair: math.dist(*pair))[:26]
    lines = Layer("".join(f"M{a} {b}L{c} {d}" for (a, b), (c, d) in pairs), 0.65, 1.6)
    return Pattern([lines, *(Layer(_dots(stars[first::3]), 0.95, 6 + 5 * first) for first in range(3))])


def _dots(points: list[tuple[int, int]]) -> str:
    """Lines of no length, which round caps make into dots."""
    return "".join(f"M{x} {y}h0" for x, y in points).replace(" -", "-")


def _rays(random: Random) -> Pattern:
    """The sun and its rays, long and short in turn."""
    x, y = round(490 + 110 * random.random()), round(30 + 70 * random.random())
    radius, count = 30 + 20 * random.random(), 34 + 2 * int(4 * random.random())
    layers = [Layer(_dots([(x, y)]), 0.85, round(2 * radius - 14))]
    for turn, reach, opacity in ((0, 300, 0.45), (1, 150, 0.75)):
        path = ""
        for ray in range(turn, count, 2):
            angle = ray * math.tau / count
            length = reach * (0.75 + 0.5 * random.random())
            across, down = math.cos(angle), math.sin(angle)
            path += f"M{round(x + radius * across)} {round(y + radius * down)}"
            path += f"l{round(length * across)} {round(length * down)}"
        layers.append(Layer(path.replace(" -", "-"), opacity))
    return Pattern(layers)


def _curtain(random: Random) -> Pattern:
    """Threads hung from the upper edge, a bead at the end of each, their ends along a slow wave."""
    gap, swing, phase = 16 + round(5 * random.random()), 0.007 + 0.008 * random.random(), math.tau * random.random()
    threads = []
    for x in range(gap // 2, WIDTH, gap):
        length = (30 + 190 * _nearness(x, 0)) * (0.72 + 0.28 * math.sin(phase + swing * x)) + 24 * random.random()
        threads.append(f"M{x} 0v{round(length)}m0 14h0")
    third = len(threads) // 3
    parts = (threads[:third], 0.45), (threads[third : 2 * third], 0.65), (threads[2 * third :], 0.9)
    return Pattern([Layer("".join(part), opacity, 3) for part, opacity in parts])


def _sunflower(random: Random) -> Pattern:
    """Seeds set by the golden angle, growing and fading as they leave the centre."""
    x, y, turn = 480 + 90 * random.random(), 60 + 60 * random.random(), math.tau * random.random()
    spread = 20 + 4 * random.random()
    points = []
    for seed in range(1, 160):
        radius, angle = spread * math.sqrt(seed), turn + GOLDEN * seed
        points.append((round(x + radius * math.cos(angle)), round(y + radius * math.sin(angle))))
    seeds = [(a, b) for a, b in points if 0 <= a <= WIDTH and 0 <= b <= 250][:68]
    shades = ((1, 8), (0.8, 12), (0.6, 15), (0.35, 12))
    return Pattern([Layer(_dots(seeds[17 * ring : 17 * ring + 17]), *shade) for ring, shade in enumerate(shades)])


# Their order and number are part of every drawing: one family more changes almost all covers.
FAMILIES: tuple[Callable[[Random], Pattern], ...] = (
    _waves,
    _rings,
    _halftone,
    _mosaic,
    _contours,
    _quarters,
    _constellation,
    _rays,
    _curtain,
    _sunflower,
)
